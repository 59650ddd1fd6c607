"""What an operator is told of two versions that judged the same reviews."""

from dataclasses import replace

from jobs.rollout_evidence import Arm, Evidence
from watch.rollout_words import MOST, differences

FOOD = {"food": {"positive": 60, "negative": 20}}
EVIDENCE = Evidence(
    stable=Arm(version="fake/1", polarities=FOOD), candidate=Arm(version="fake/2", polarities=FOOD), compared=40,
    sentences=100, same=97,
)  # fmt: skip


def told(polarities: dict[str, dict[str, int]]) -> list[str]:
    """Of a candidate that said this."""
    return differences(replace(EVIDENCE, candidate=Arm(version="fake/2", polarities=polarities)))


def test_nothing_is_told_before_both_judged_any() -> None:
    assert differences(replace(EVIDENCE, sentences=0, compared=0, same=0)) == []


def test_of_two_that_say_the_same_it_is_told_how_often() -> None:
    assert told(FOOD) == ["It says what fake/1 says of 97 of 100 sentences (97.0%), in 40 reviews."]


def test_the_aspects_of_which_something_else_is_said_most_are_named_first() -> None:
    agreement, price, food = told({"food": {"positive": 50, "negative": 30}, "price": {"negative": 40}})
    assert agreement.startswith("It says what fake/1 says of 97 of 100")
    assert price.startswith("price is mentioned where it was not: in 40% of sentences, 0% by fake/1 (a shift of ")
    assert food.startswith("food is negative in 30%, 20% by fake/1 (a shift of 0.0")


def test_no_more_of_them_are_named_than_somebody_reads() -> None:
    assert len(told({name: {"negative": 40} for name in ("a", "b", "c", "d", "e")})) == 1 + MOST
