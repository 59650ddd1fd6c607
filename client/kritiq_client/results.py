"""What the model found in a review, and why there may be nothing, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass

#: States that something follows; every other one is final.
OPEN = frozenset({"scheduled", "queued", "running"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A part of the review, in Unicode code points."""

    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Aspect:
    """How one aspect was judged."""

    #: `positive`, `neutral`, `negative`, `conflict` or `none`.
    polarity: str
    #: Calibrated probability, 0 to 1.
    confidence: float
    #: Whether it is less sure than the opinions of which 95 % are right; None where the model does not know.
    low_confidence: bool | None = None
    #: The words that carry it; None where they were not asked for.
    evidence: tuple[Span, ...] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """One sentence of the review; `text` is the review from `start` to `end`, in Unicode code points."""

    index: int
    start: int
    end: int
    text: str
    #: The sentence was longer than the model reads.
    truncated: bool
    aspects: Mapping[str, Aspect]


@dataclass(frozen=True, kw_only=True, slots=True)
class Overall:
    """How a review judges as a whole."""

    #: `positive`, `neutral`, `negative` or `conflict`.
    polarity: str
    #: The share of that polarity in the review, doubts counted against it, 0 to 1.
    confidence: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What the model said of a review."""

    language: str
    sentences: tuple[Sentence, ...]
    #: None when no sentence speaks of any aspect, and in results of before there was one.
    overall: Overall | None = None
    #: False when the model does not know the language.
    language_known: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """Which model judged, and why that one."""

    name: str
    version: str
    #: The alias that stood for it; None where the review named the version, and while nobody has moved `default`.
    alias: str | None = None
    #: Its share, where the alias is split.
    share: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """Why there is no result."""

    #: A fixed word.
    code: str
    message: str
