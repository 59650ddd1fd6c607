"""Traffic that shifts is noticed within 500 reviews; traffic that does not, in a hundred runs hardly ever."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from watch.drift import WINDOW, drift
from watch.traffic import Seen, Traffic, summed, traffic_of

ASPECTS = ("service", "food", "price", "ambience")
POLARITIES = ("positive", "neutral", "negative")


@dataclass(frozen=True)
class Answer:
    polarity: str
    confidence: float


@dataclass(frozen=True)
class Sentence:
    text: str
    aspects: Mapping[str, Answer]
    unknown: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Guests:
    """Who writes: how often a sentence mentions each aspect, how often it blames, and in which language."""

    mentions: Mapping[str, float] = field(
        default_factory=lambda: {"service": 0.3, "food": 0.4, "price": 0.1, "ambience": 0.12}
    )
    blames: float = 0.3
    english: float = 0.1
    length: float = 60
    confidence: float = 0.92
    strange: float = 0.02

    def review(self, chance: random.Random) -> tuple[str, list[Sentence]]:
        # Of one review the sentences are alike: a guest who blames, blames; one who minds the price, comes back to it.
        temper = chance.betavariate(4 * self.blames, 4 * (1 - self.blames))
        minds = chance.choice(ASPECTS)
        found = []
        for _ in range(chance.randint(1, 8)):
            aspects = {}
            for aspect, share in self.mentions.items():
                likely = min(1.0, share * (1.6 if aspect == minds else 0.8))
                polarity = "negative" if chance.random() < temper else chance.choice(("positive", "neutral"))
                sure = min(0.999, max(0.3, chance.gauss(self.confidence, 0.08)))
                aspects[aspect] = Answer(polarity if chance.random() < likely else "none", sure)
            found.append(
                Sentence(
                    "x" * int(chance.lognormvariate(0, 0.5) * self.length), aspects, chance.random() < self.strange
                )
            )
        return "en" if chance.random() < self.english else "de", found


def traffic(guests: Guests, reviews: int, seed: int) -> Traffic:
    chance, seen = random.Random(seed), Seen()
    for _ in range(reviews):
        seen.add(*guests.review(chance))
    return summed(seen.counts())


REFERENCE = traffic(Guests(), 2_000, seed=0)
SHIFTED = {
    "price is mentioned": Guests(mentions={"service": 0.3, "food": 0.4, "price": 0.25, "ambience": 0.12}),
    "food": Guests(blames=0.65),
    "language": Guests(english=0.5),
    "length": Guests(length=150),
    "confidence": Guests(confidence=0.75),
    "unknown": Guests(strange=0.3),
}


def looked_at(guests: Guests, reviews: int, seed: int) -> list[str]:
    """The reasons, when somebody looks every ten reviews at windows as the store keeps them."""
    chance, windows, reasons = random.Random(seed), [Seen()], []
    for number in range(1, reviews + 1):
        windows[-1].add(*guests.review(chance))
        if number % 10 == 0:
            reasons += [
                shift.reason for shift in drift([summed(window.counts()) for window in windows[-2:]], REFERENCE).shifts
            ]
        if number % WINDOW == 0:
            windows.append(Seen())
    return reasons


@pytest.mark.parametrize("what", SHIFTED)
def test_shifted_traffic_is_noticed_within_500_reviews(what: str) -> None:
    for seed in range(3):
        reasons = looked_at(SHIFTED[what], 500, seed)
        assert any(reason.startswith(what) for reason in reasons), reasons


def test_the_same_traffic_is_taken_for_shifted_at_most_once_in_a_hundred_runs() -> None:
    assert sum(bool(looked_at(Guests(), 500, seed)) for seed in range(1, 101)) <= 1


def test_the_reason_says_what_and_how_much() -> None:
    [worst, *_] = drift([traffic(SHIFTED["price is mentioned"], 500, 1)], REFERENCE).shifts
    assert worst.feature == "aspect:price"
    assert worst.reason.startswith("price is mentioned 2.")
    assert worst.reason.endswith("% in the reference")


def test_how_many_answers_are_right_is_told_by_how_sure_the_model_is() -> None:
    found = drift([traffic(SHIFTED["confidence"], 300, 1)], REFERENCE)
    assert found.reference_right == pytest.approx(0.92, abs=0.02)
    assert found.expected_right == pytest.approx(0.75, abs=0.02)


def test_a_few_reviews_say_nothing() -> None:
    found = drift([traffic(SHIFTED["language"], 50, 1)], REFERENCE)
    assert (found.reviews, found.shifts, found.expected_right) == (0, [], None)


def test_traffic_is_read_as_it_was_written() -> None:
    assert traffic_of(REFERENCE.to_dict()) == REFERENCE
