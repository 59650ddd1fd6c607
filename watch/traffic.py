"""What a model was asked and what it answered, counted: no texts, no ids."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

#: Bounds of confidence, and of a sentence's length in characters.
_CONFIDENCES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
_LENGTHS = (10, 20, 40, 80, 160, 320)
MILLION = 1_000_000


class SeenAnswer(Protocol):
    """What the model said of one aspect, and how sure it was of it."""

    @property
    def polarity(self) -> str: ...

    @property
    def confidence(self) -> float: ...


class SeenSentence(Protocol):
    """One sentence, whether it has something that the model does not know (None: nobody looked), and what was said of
    each aspect in it."""

    @property
    def text(self) -> str: ...

    @property
    def unknown(self) -> bool | None: ...

    @property
    def aspects(self) -> Mapping[str, SeenAnswer]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Traffic:
    """Counts by feature and category.

    Features are `aspect:food` and so on (polarities, `none` too), `confidence`, `length` and `unknown` (of sentences)
    and `language` (of reviews).
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


class Seen:
    """Reviews, counted as they come. Every review that is judged passes here: what can be spelled later, is."""

    def __init__(self) -> None:
        self._languages: Counter[str] = Counter()
        self._lengths = [0] * (len(_LENGTHS) + 1)
        self._unknown: dict[bool | None, int] = {False: 0, True: 0, None: 0}
        #: By aspect, polarity and the bin of the confidence.
        self._answers: dict[tuple[str, str, int], int] = {}
        self._confidence = 0.0

    def add(self, language: str, sentences: Iterable[SeenSentence]) -> None:
        """One more review."""
        lengths, answers, unknown, confidence = self._lengths, self._answers, self._unknown, 0.0
        self._languages[language] += 1
        for sentence in sentences:
            lengths[bisect_right(_LENGTHS, len(sentence.text))] += 1
            unknown[sentence.unknown] += 1
            for aspect, answer in sentence.aspects.items():
                sure = answer.confidence
                confidence += sure
                key = aspect, answer.polarity, bisect_right(_CONFIDENCES, sure)
                answers[key] = answers.get(key, 0) + 1
        self._confidence += confidence

    def counts(self) -> Counter[str]:
        """All of them, by `feature|category`."""
        found: Counter[str] = Counter({f"language|{name}": number for name, number in self._languages.items()})
        found["total|reviews"] = self._languages.total()
        for place, number in enumerate(self._lengths):
            if number:
                found[f"length|{_bin(_LENGTHS, place)}"] = number
        for of, name in ((False, "no"), (True, "yes")):
            if self._unknown[of]:
                found[f"unknown|{name}"] = self._unknown[of]
        for (aspect, polarity, place), number in self._answers.items():
            found[f"aspect:{aspect}|{polarity}"] += number
            found[f"confidence|{_bin(_CONFIDENCES, place)}"] += number
            found["total|answers"] += number
        if self._answers:
            found["total|confidence"] = round(self._confidence * MILLION)
        return found


def summed(counts: Mapping[str, int]) -> Traffic:
    """What `Seen.counts` gave as traffic."""
    features: dict[str, dict[str, int]] = defaultdict(dict)
    for name, number in counts.items():
        feature, _, category = name.partition("|")
        features[feature][category] = number
    total = features.pop("total", {})
    answers = total.get("answers", 0)
    confidence = total.get("confidence", 0) / MILLION / answers if answers else None
    return Traffic(reviews=total.get("reviews", 0), features=dict(features), confidence=confidence)


def _bin(bounds: tuple[float, ...], place: int) -> str:
    return f"from {bounds[place - 1]}" if place else f"below {bounds[0]}"
