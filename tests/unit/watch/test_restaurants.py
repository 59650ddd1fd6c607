"""Of many restaurants those with the most reviews are counted apart, and whoever a shift comes from is named."""

from collections import Counter

import hypothesis.strategies as st
from hypothesis import given

from tests.unit.watch.guests import Guests, Sentence, reviews
from watch.restaurants import KEPT, SeenByRestaurant, mostly
from watch.traffic import Traffic

NOTHING: list[Sentence] = []


@given(st.lists(st.integers(0, 40), max_size=400))
def test_whoever_has_more_than_its_part_of_the_reviews_is_counted_apart(order: list[int]) -> None:
    seen = SeenByRestaurant()
    for number in order:
        seen.add(f"r{number}", "de", NOTHING)
    found, reviews = seen.restaurants(), Counter(f"r{number}" for number in order)
    assert len(found) <= KEPT
    assert {name for name, count in reviews.items() if count > len(order) / KEPT} <= set(found)
    for name, counted in found.items():
        assert counted.counts["total|reviews"] <= reviews[name] <= counted.weight, "no more than there were"


@given(st.lists(st.tuples(st.sampled_from([None, *"abcdefghijklmnop"]), st.integers(0, 5)), max_size=60))
def test_all_of_them_together_are_counted_whatever_there_was_room_for(told: list[tuple[str | None, int]]) -> None:
    seen, alone = SeenByRestaurant(), SeenByRestaurant()
    for number, (restaurant, seed) in enumerate(told):
        [review] = reviews(Guests(), 1, seed=seed * 100 + number)
        seen.add(restaurant, *review)
        alone.add(None, *review)
    sums = [each.counts() for each in (seen, alone)]
    # Of a mean no more is lost than the rounding of each part.
    means = [of.pop("total|confidence", 0) for of in sums]
    assert sums[0] == sums[1]
    assert abs(means[0] - means[1]) <= KEPT + 1


def window(shares: dict[str, tuple[int, int]]) -> Traffic:
    """By restaurant how many of how many sentences mention the price; those of `rest` are not counted apart."""
    of = {
        name: Traffic(reviews=many, features={"aspect:price": {"positive": mention, "none": many - mention}})
        for name, (mention, many) in shares.items()
    }
    mentions, all_ = (sum(counts) for counts in zip(*shares.values(), strict=True))
    whole = {"aspect:price": {"positive": mentions, "none": all_ - mentions}}
    return Traffic(
        reviews=all_, features=whole, restaurants={name: each for name, each in of.items() if name != "rest"}
    )


def named(shares: dict[str, tuple[int, int]], expected: float = 0.1) -> list[str]:
    return mostly(window(shares), "aspect:price", {"positive"}, expected)


def test_the_restaurants_without_which_less_than_half_of_it_is_left_are_named() -> None:
    assert named({"krone": (60, 100), "adler": (10, 100), "rest": (30, 300)}) == ["krone"]
    assert named({"krone": (60, 100), "adler": (50, 100), "rest": (30, 300)}) == ["krone", "adler"]


def test_where_there_is_less_of_something_whoever_has_least_is_named() -> None:
    assert named({"krone": (0, 200), "adler": (50, 100), "rest": (100, 200)}, expected=0.5) == ["krone"]


def test_what_has_become_of_all_alike_is_nobodys() -> None:
    assert named(dict.fromkeys("abcdefgh", (30, 100))) == []
    assert named({"krone": (15, 50), "rest": (300, 1_000)}) == []


def test_of_one_restaurant_alone_all_of_it_is() -> None:
    assert named({"krone": (60, 100)}) == ["krone"]
    assert named({"krone": (10, 100)}) == [], "nothing has changed"


@given(st.dictionaries(st.sampled_from("abcdef"), st.tuples(st.integers(0, 50), st.integers(50, 99)), min_size=1))
def test_whatever_is_named_less_than_half_of_the_shift_is_left_without_it(shares: dict[str, tuple[int, int]]) -> None:
    found = named(shares)
    others = [each for name, each in shares.items() if name not in found]
    if found and others:
        shift, rest = (
            sum(mention for mention, _ in of) / sum(many for _, many in of) - 0.1 for of in (shares.values(), others)
        )
        assert rest / shift < 0.5 + 1e-9
