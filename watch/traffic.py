"""What a model was asked and what it answered, counted: no texts, no ids."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

#: Bounds of confidence, and of a sentence's length in characters.
_CONFIDENCES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
_LENGTHS = (10, 20, 40, 80, 160, 320)
MILLION = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenSentence:
    """One sentence: its length in characters, and of each aspect the polarity and how sure the model was of it."""

    length: int
    aspects: Mapping[str, tuple[str, float]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Traffic:
    """Counts by feature and category.

    Features are `aspect:food` and so on (polarities, `none` too), `confidence`, `length` (of sentences) and `language`
    (of reviews).
    """

    reviews: int = 0
    features: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    #: The mean of how sure the model was of its answers, 0 to 1: calibrated, so about how many of them are right.
    confidence: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """For JSON; `traffic_of` reads it."""
        return {"reviews": self.reviews, "confidence": self.confidence, "features": self.features}


def traffic_of(data: Mapping[str, Any]) -> Traffic:
    """What `Traffic.to_dict` wrote. Raises KeyError, TypeError, ValueError."""
    features = {name: {of: int(count) for of, count in counts.items()} for name, counts in data["features"].items()}
    return Traffic(reviews=int(data["reviews"]), features=features, confidence=data["confidence"])


def count(into: Counter[str], language: str, sentences: Iterable[SeenSentence]) -> None:
    """Add a review to counts by `feature|category`."""
    into["total|reviews"] += 1
    into[f"language|{language}"] += 1
    for sentence in sentences:
        into[f"length|{_bin(_LENGTHS, sentence.length)}"] += 1
        for aspect, (polarity, confidence) in sentence.aspects.items():
            into[f"aspect:{aspect}|{polarity}"] += 1
            into[f"confidence|{_bin(_CONFIDENCES, confidence)}"] += 1
            into["total|answers"] += 1
            into["total|confidence"] += round(confidence * MILLION)


def summed(counts: Mapping[str, int]) -> Traffic:
    """Counts of `count` as traffic."""
    features: dict[str, dict[str, int]] = defaultdict(dict)
    for name, number in counts.items():
        feature, _, category = name.partition("|")
        features[feature][category] = number
    total = features.pop("total", {})
    answers = total.get("answers", 0)
    confidence = total.get("confidence", 0) / MILLION / answers if answers else None
    return Traffic(reviews=total.get("reviews", 0), features=dict(features), confidence=confidence)


def _bin(bounds: tuple[float, ...], value: float) -> str:
    at = bisect_right(bounds, value)
    return f"below {bounds[0]}" if not at else f"from {bounds[at - 1]}"
