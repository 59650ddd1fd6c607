"""Traffic that shifts is noticed within 500 reviews; traffic that does not, in a hundred runs hardly ever."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.reason import MOVEMENTS, in_english
from tests.unit.watch.guests import Guests, Sentence, reviews
from watch.drift import WINDOW, drift, movement
from watch.restaurants import SeenByRestaurant
from watch.statistics import shares
from watch.traffic import Traffic, summed, traffic_of

Review = tuple[str | None, str, list[Sentence]]


def traffic_seen(seen: SeenByRestaurant) -> Traffic:
    """As the store gives it back."""
    apart = {name: summed(counted.counts) for name, counted in seen.restaurants().items()}
    return replace(summed(seen.counts()), restaurants=apart)


def sent(guests: Guests, seed: int) -> Iterator[Review]:
    """Reviews of guests of four restaurants, and of none, in turn."""
    places = itertools.cycle(("adler", "krone", None, "linde", "post"))
    return ((place, *review) for place, review in zip(places, reviews(guests, 10_000, seed), strict=False))


def traffic(these: Iterable[Review]) -> Traffic:
    seen = SeenByRestaurant()
    for review in these:
        seen.add(*review)
    return traffic_seen(seen)


REFERENCE = traffic(itertools.islice(sent(Guests(), 0), 2_000))
MENTIONS = {"service": 0.3, "food": 0.4, "price": 0.25, "ambience": 0.12}
SHIFTED = {
    "price is mentioned": Guests(mentions=MENTIONS),
    "food": Guests(blames=0.65),
    "language": Guests(english=0.5),
    "length": Guests(length=150),
    "confidence": Guests(confidence=0.75),
    "unknown yes": Guests(strange=0.3),
    "unknown tokens": Guests(strange=0.3, strangeness=0.5),
    "no aspect is mentioned": Guests(mentions={"service": 0.08, "food": 0.1, "price": 0.03, "ambience": 0.03}),
}


def looked_at(these: Iterable[Review], number: int = 500) -> list[str]:
    """The reasons, when somebody looks every ten reviews at windows as the store keeps them."""
    windows, reasons = [SeenByRestaurant()], []
    for count, review in enumerate(itertools.islice(these, number), 1):
        windows[-1].add(*review)
        if count % 10 == 0:
            reasons += [shift.reason for shift in drift(map(traffic_seen, windows[-2:]), REFERENCE).shifts]
        if count % WINDOW == 0:
            windows.append(SeenByRestaurant())
    return reasons


@pytest.mark.parametrize("what", SHIFTED)
def test_shifted_traffic_is_noticed_within_500_reviews(what: str) -> None:
    for seed in range(3):
        reasons = looked_at(sent(SHIFTED[what], seed))
        assert any(reason.startswith(what) for reason in reasons), reasons


def test_the_same_traffic_is_taken_for_shifted_at_most_once_in_a_hundred_runs() -> None:
    assert sum(bool(looked_at(sent(Guests(), seed))) for seed in range(1, 101)) <= 1


@pytest.mark.parametrize(
    ("what", "theirs"),
    {
        "price is mentioned": Guests(mentions=MENTIONS | {"price": 0.6}),
        "language": Guests(english=0.9),
        "length": Guests(length=200),
        "unknown tokens": Guests(strange=0.5, strangeness=0.5),
    }.items(),
)
def test_the_restaurant_that_it_comes_from_is_named(what: str, theirs: Guests) -> None:
    """One guest in two is the Krone's, and those write otherwise now."""
    for seed in range(1, 4):
        usual = sent(Guests(), seed)
        mixed = (
            ("krone", *other) if number % 2 else review
            for number, (review, other) in enumerate(zip(usual, reviews(theirs, 10_000, seed), strict=False))
        )
        reasons = {each for each in looked_at(mixed) if each.startswith(what)}
        assert reasons
        assert all(each.endswith("; mostly restaurant krone") for each in reasons), reasons


@pytest.mark.parametrize("what", SHIFTED)
def test_of_a_shift_in_all_restaurants_alike_none_is_named(what: str) -> None:
    for seed in range(1, 4):
        found = drift([traffic(itertools.islice(sent(SHIFTED[what], seed), 500))], REFERENCE).shifts
        assert found
        assert not [shift.reason for shift in found if "mostly" in shift.reason]


def some(what: str, number: int) -> Traffic:
    return traffic(itertools.islice(sent(SHIFTED[what], 1), number))


def test_the_reason_says_what_and_how_much() -> None:
    [worst, *_] = drift([some("price is mentioned", 500)], REFERENCE).shifts
    assert worst.feature == "aspect:price"
    assert worst.reason.startswith("price is mentioned 2.")
    assert worst.reason.endswith("% in the reference")


def test_how_many_answers_are_right_is_told_by_how_sure_the_model_is() -> None:
    found = drift([some("confidence", 300)], REFERENCE)
    assert found.reference_right == pytest.approx(0.92, abs=0.02)
    assert found.expected_right == pytest.approx(0.75, abs=0.02)


def test_how_much_the_model_does_not_know_is_told_now_and_in_the_reference() -> None:
    found = drift([some("unknown tokens", 300)], REFERENCE)
    assert found.unknown_share == pytest.approx(0.15, abs=0.03)
    assert found.reference_unknown_share == pytest.approx(0.002, abs=0.002)


def test_a_few_reviews_say_nothing() -> None:
    found = drift([some("language", 50)], REFERENCE)
    assert (found.reviews, found.shifts, found.expected_right, found.unknown_share) == (0, [], None, None)


def test_a_reference_of_an_earlier_release_is_compared_with_by_what_it_has() -> None:
    had = {name: counts for name, counts in REFERENCE.features.items() if name not in ("mentions", "unknown_tokens")}
    earlier = traffic_of({"reviews": 2_000, "confidence": 0.9, "features": had})
    found = drift([some("unknown tokens", 500)], earlier)
    assert set(found.indices) == set(had)
    assert [shift.feature for shift in found.shifts] == ["unknown"]
    assert found.unknown_share
    assert found.reference_unknown_share is None


def test_traffic_is_read_as_it_was_written() -> None:
    assert traffic_of(REFERENCE.to_dict()) == replace(REFERENCE, restaurants={})


#: Counts of the categories that a feature has in traffic.
COUNTS = st.sampled_from(sorted(REFERENCE.features)).flatmap(
    lambda feature: st.tuples(
        st.just(feature),
        *[st.dictionaries(st.sampled_from(sorted(REFERENCE.features[feature])), st.integers(1, 99), min_size=1)] * 2,
    )
)


@given(COUNTS)
def test_whatever_moves_there_are_words_for_it(moved: tuple[str, dict[str, int], dict[str, int]]) -> None:
    """Each code is one that the console has texts of."""
    feature, ours, theirs = moved
    found = movement(feature, shares(ours), shares(theirs))
    assert found.code in MOVEMENTS
    assert in_english(found).endswith("% in the reference")
