"""What a model was asked and what it answered, counted: no texts, no ids of reviews."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

#: Bounds of confidence, of a sentence's length in characters, and of the share of a review's tokens that are unknown.
_CONFIDENCES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
_LENGTHS = (10, 20, 40, 80, 160, 320)
_UNKNOWN = (0.02, 0.1, 0.3)
#: Of so many aspects a sentence speaks, the last of that or of more.
_MENTIONS = ("none", "one", "two", "more")
MILLION = 1_000_000


class SeenAnswer(Protocol):
    """What the model said of one aspect, and how sure it was of it."""

    @property
    def polarity(self) -> str: ...

    @property
    def confidence(self) -> float: ...


class SeenSentence(Protocol):
    """One sentence, its tokens and how many of them the model does not know (None: nobody looked), and what was said of
    each aspect in it."""

    @property
    def text(self) -> str: ...

    @property
    def tokens(self) -> int: ...

    @property
    def unknown(self) -> int | None: ...

    @property
    def aspects(self) -> Mapping[str, SeenAnswer]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Traffic:
    """Counts by feature and category.

    Features are `aspect:food` and so on (polarities, `none` too), `confidence`, `length`, `mentions` (of how many
    aspects it speaks) and `unknown` (whether it has unknown tokens) of sentences, `language` and `unknown_tokens`
    (the share of them) of reviews. A reference of an earlier release has not all of them.
    """

    reviews: int = 0
    features: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    #: The mean of how sure the model was of its answers, 0 to 1: calibrated, so about how many of them are right.
    confidence: float | None = None
    #: Tokens of the sentences where somebody looked, and those of them that are unknown.
    tokens: int = 0
    unknown_tokens: int = 0
    #: The same of the restaurants with the most reviews, as far as they were counted apart.
    restaurants: Mapping[str, "Traffic"] = field(default_factory=dict)

    @property
    def unknown_share(self) -> float | None:
        """What share of the tokens is unknown; None where nobody looked."""
        return self.unknown_tokens / self.tokens if self.tokens else None

    def to_dict(self) -> dict[str, Any]:
        """For JSON; `traffic_of` reads it. Without the restaurants: it is for references."""
        told = {"reviews": self.reviews, "confidence": self.confidence, "features": self.features}
        return told | ({"tokens": self.tokens, "unknown_tokens": self.unknown_tokens} if self.tokens else {})


def traffic_of(data: Mapping[str, Any]) -> Traffic:
    """What `Traffic.to_dict` wrote, also in earlier releases. Raises KeyError, TypeError, ValueError."""
    features = {name: {of: int(count) for of, count in counts.items()} for name, counts in data["features"].items()}
    return Traffic(
        reviews=int(data["reviews"]),
        features=features,
        confidence=data["confidence"],
        tokens=int(data.get("tokens", 0)),
        unknown_tokens=int(data.get("unknown_tokens", 0)),
    )


class Seen:
    """Reviews, counted as they come. Every review that is judged passes here: what can be spelled later, is."""

    def __init__(self) -> None:
        self._languages: Counter[str] = Counter()
        self._lengths = [0] * (len(_LENGTHS) + 1)
        self._mentions = [0] * len(_MENTIONS)
        self._unknown: dict[bool | None, int] = {False: 0, True: 0, None: 0}
        #: Reviews by the bin of their share of unknown tokens, the first of those without any.
        self._shares = [0] * (len(_UNKNOWN) + 2)
        self._tokens = self._strange = 0
        #: By aspect, polarity and the bin of the confidence.
        self._answers: dict[tuple[str, str, int], int] = {}
        self._confidence = 0.0

    def add(self, language: str, sentences: Iterable[SeenSentence]) -> None:
        """One more review."""
        lengths, answers, unknown, confidence = self._lengths, self._answers, self._unknown, 0.0
        tokens = strange = 0
        self._languages[language] += 1
        for sentence in sentences:
            lengths[bisect_right(_LENGTHS, len(sentence.text))] += 1
            odd = sentence.unknown
            unknown[None if odd is None else odd > 0] += 1
            if odd is not None:
                tokens += sentence.tokens
                strange += odd
            spoken = 0
            for aspect, answer in sentence.aspects.items():
                sure, polarity = answer.confidence, answer.polarity
                confidence += sure
                spoken += polarity != "none"
                key = aspect, polarity, bisect_right(_CONFIDENCES, sure)
                answers[key] = answers.get(key, 0) + 1
            self._mentions[min(spoken, len(_MENTIONS) - 1)] += 1
        self._confidence += confidence
        if tokens:
            self._tokens += tokens
            self._strange += strange
            self._shares[1 + bisect_right(_UNKNOWN, strange / tokens) if strange else 0] += 1

    def merge(self, other: "Seen") -> None:
        """The other's reviews, too."""
        self._languages.update(other._languages)
        for ours, theirs in (
            (self._lengths, other._lengths), (self._mentions, other._mentions), (self._shares, other._shares),
        ):  # fmt: skip
            ours[:] = map(int.__add__, ours, theirs)
        for of, number in other._unknown.items():
            self._unknown[of] += number
        for key, number in other._answers.items():
            self._answers[key] = self._answers.get(key, 0) + number
        self._tokens += other._tokens
        self._strange += other._strange
        self._confidence += other._confidence

    def counts(self) -> Counter[str]:
        """All of them, by `feature|category`."""
        found: Counter[str] = Counter({f"language|{name}": number for name, number in self._languages.items()})
        found["total|reviews"] = self._languages.total()
        for place, number in enumerate(self._lengths):
            if number:
                found[f"length|{_bin(_LENGTHS, place)}"] = number
        for name, number in zip(_MENTIONS, self._mentions, strict=True):
            if number:
                found[f"mentions|{name}"] = number
        for of, name in ((False, "no"), (True, "yes")):
            if self._unknown[of]:
                found[f"unknown|{name}"] = self._unknown[of]
        for place, number in enumerate(self._shares):
            if number:
                found[f"unknown_tokens|{_bin(_UNKNOWN, place - 1) if place else 'none'}"] = number
        for (aspect, polarity, place), number in self._answers.items():
            found[f"aspect:{aspect}|{polarity}"] += number
            found[f"confidence|{_bin(_CONFIDENCES, place)}"] += number
            found["total|answers"] += number
        if self._answers:
            found["total|confidence"] = round(self._confidence * MILLION)
        if self._tokens:
            found["total|tokens"], found["total|unknown_tokens"] = self._tokens, self._strange
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
    return Traffic(
        reviews=total.get("reviews", 0), features=dict(features), confidence=confidence,
        tokens=total.get("tokens", 0), unknown_tokens=total.get("unknown_tokens", 0),
    )  # fmt: skip


def _bin(bounds: tuple[float, ...], place: int) -> str:
    return f"from {bounds[place - 1]}" if place else f"below {bounds[0]}"
