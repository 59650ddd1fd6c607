"""A review as the archive keeps it: what was a job, or a line of a batch, and has ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from store.key import author_digest

#: What is said of an aspect that a sentence does not mention; only clients that ask for it get it.
NONE = "none"
_NOTHING: Mapping[str, float] = MappingProxyType({})


class Opinion(NamedTuple):
    """What a sentence says of an aspect. There are so many that a frozen dataclass would take too long to make."""

    aspect: str
    polarity: str
    confidence: float
    #: See `model.predictions.AspectPrediction`; None where nobody looked.
    low_confidence: bool | None = None
    #: Where the words are that carry it: begin and end in the text, in code points. None where nobody asked.
    evidence: tuple[tuple[int, int], ...] | None = None

    def told(self) -> dict[str, Any]:
        """As answers have it."""
        told: dict[str, Any] = {"polarity": self.polarity, "confidence": self.confidence}
        if self.low_confidence is not None:
            told["low_confidence"] = self.low_confidence
        if self.evidence is not None:
            told["evidence"] = [{"start": start, "end": end} for start, end in self.evidence]
        return told


class Sentence(NamedTuple):
    """A sentence of a review: where it begins and ends in the text, in code points."""

    number: int
    begin: int
    end: int
    text: str | None
    opinions: tuple[Opinion, ...]
    #: Whether it was longer than the model reads; None: not known.
    truncated: bool | None = None
    #: How sure it is that it does not mention which aspects, for clients that asked for that.
    unmentioned: Mapping[str, float] = _NOTHING


class CorrectionRow(NamedTuple):
    """What somebody said of an aspect of a sentence, in the order of the columns of `feedback`."""

    sentence: int
    aspect: str
    polarity: str
    #: What the model had said (`NONE`: nothing), and how sure it was.
    judged: str
    confidence: float | None
    model: str | None
    model_version: str | None
    #: Who said it; where people are encrypted, only what stands for them.
    by: str | None
    by_digest: str | None
    at: datetime

    def told(self) -> dict[str, Any]:
        """As answers have it."""
        names = ("sentence", "aspect", "polarity", "judged", "confidence", "by")
        return {**{name: getattr(self, name) for name in names}, "at": self.at.isoformat()}


class Review(NamedTuple):
    """One review. What a client did not say is None."""

    tenant: str
    #: The job's id; of a line of a batch, the id of the chunk that it was in.
    job_id: str
    #: Its number in its batch, from 1; 0 of a single review.
    line: int
    version: int
    batch_id: str | None
    custom_id: str | None
    status: str
    error_code: str | None
    restaurant: str | None
    author: str | None
    #: When it was written, else when it was sent: the day that it counts for.
    day: date
    created_at: datetime
    finished_at: datetime
    #: When the archive forgets it; None: never.
    forget_at: datetime | None
    language: str | None
    model: str | None
    model_version: str | None
    text: str | None
    #: The client's own data, as JSON.
    metadata: str | None
    sentences: tuple[Sentence, ...]
    #: From here on None also of what was imported, or archived before schema 8.
    attempt: int | None = None
    priority: str | None = None
    error_message: str | None = None
    #: When it was written, as the client said it.
    reviewed_at: str | None = None
    #: When its last attempt began.
    started_at: datetime | None = None
    #: How it judges as a whole, when any sentence has an opinion.
    overall: str | None = None
    overall_confidence: float | None = None
    #: See `archive.details`.
    details: str | None = None
    #: What was odd about it as a line of a batch, as JSON; None of what was archived before schema 14.
    warnings: str | None = None
    #: That of its batch as a whole, on its way to `batches`; what is read of a review does not have it.
    batch_restaurant: str | None = None
    #: What stands for its author where the author is encrypted; see `archive.sealing`.
    stands_for: str | None = None
    #: Whether what the guest wrote was erased with its key.
    erased: bool = False
    #: What was said of its judgements, where it is read for a file.
    feedback: tuple[CorrectionRow, ...] = ()

    @property
    def author_digest(self) -> str | None:
        """By what an erasure finds whose it is."""
        return author_digest(self.author) if self.author is not None else self.stands_for


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What is kept of reviews, and for how long."""

    #: Whether texts and metadata are, too.
    texts: bool = True
    #: From a review's end; 0: for ever.
    days: int = 0
    #: The same of organisations of which the operator said it.
    own: Mapping[str, int] = field(default_factory=dict)

    def days_of(self, tenant: str) -> int:
        """How long an organisation's reviews are."""
        return self.own.get(tenant, self.days)
