"""A review judges as a whole as its sentences do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.overall import Overall, overall
from model.scheme import CONFLICT, NONE, POLARITIES

Judged = list[tuple[str, float]]

opinions = st.tuples(st.sampled_from(POLARITIES), st.integers(1, 100).map(lambda percent: percent / 100))
reviews = st.lists(st.lists(opinions, max_size=9), max_size=12)
MIRROR = {"positive": "negative", "negative": "positive"}


def review_of(*polarities: str, sure: float = 0.8) -> list[Judged]:
    """A sentence for each, with one opinion."""
    return [[(polarity, sure)] for polarity in polarities]


@pytest.mark.parametrize(
    ("review", "polarity", "confidence"),
    [
        (review_of("positive"), "positive", 0.8),
        (review_of("conflict"), "conflict", 0.8),
        (review_of("neutral"), "neutral", 0.8),
        (review_of("positive", "positive", "positive", "negative"), "positive", 0.6),
        (review_of("positive", "positive", "negative"), "conflict", 0.5333),
        (review_of("positive", "negative"), "conflict", 0.8),
        (review_of("negative", "neutral"), "negative", 0.4),
        (review_of("negative", "neutral", "neutral"), "negative", 0.2667),
        (review_of("negative", "neutral", "neutral", "neutral"), "neutral", 0.6),
        # A sentence counts once, however much it says; of its opinions each has a share.
        ([[("positive", 0.9)] * 5, [("negative", 0.9)]], "conflict", 0.9),
        ([[("positive", 0.9), ("positive", 0.9), ("negative", 0.6)]], "positive", 0.6),
        # What is doubted weighs less.
        ([[("positive", 1.0)], [("negative", 0.3)]], "positive", 0.5),
        ([[("none", 0.9), ("negative", 0.7)], [("none", 1.0)], []], "negative", 0.7),
    ],
)
def test_a_review_is_judged_by_the_side_that_outweighs_the_other(
    review: list[Judged], polarity: str, confidence: float
) -> None:
    assert overall(review) == Overall(polarity=polarity, confidence=pytest.approx(confidence, abs=1e-4))


@pytest.mark.parametrize("review", [[], [[]], [[(NONE, 0.9)]]])
def test_a_review_without_an_opinion_has_no_judgement(review: list[Judged]) -> None:
    assert overall(review) is None


@given(reviews)
def test_praise_and_blame_weigh_alike(review: list[Judged]) -> None:
    found = overall(review)
    mirrored = overall([[(MIRROR.get(polarity, polarity), sure) for polarity, sure in each] for each in review])
    assert (found is None) == (mirrored is None)
    if found and mirrored:
        assert mirrored.polarity == MIRROR.get(found.polarity, found.polarity)
        assert mirrored.confidence == pytest.approx(found.confidence)


@given(reviews)
def test_it_is_never_surer_than_the_surest_opinion_and_says_nothing_that_nobody_said(review: list[Judged]) -> None:
    found = overall(review)
    told = [each for sentence in review for each in sentence if each[0] != NONE]
    assert (found is None) == (not told)
    if found:
        assert 0 < found.confidence <= max(sure for _, sure in told) + 1e-9
        assert found.polarity in {polarity for polarity, _ in told} | {CONFLICT}


@given(reviews)
def test_the_order_of_sentences_is_nothing(review: list[Judged]) -> None:
    found, turned = overall(review), overall(review[::-1])
    assert (found and found.polarity) == (turned and turned.polarity)
