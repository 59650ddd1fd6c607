"""What the service answers about feedback."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kritiq_client.results import Aspect, Model


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """What somebody said of one aspect of one sentence; the last word counts."""

    sentence: int
    text: str
    aspect: str
    #: The right one, as was said.
    polarity: str
    #: What the model had said; `none` when it had found nothing.
    judged: str
    at: datetime
    confidence: float | None = None
    by: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Feedback:
    """What was said of one job, or of one line of a batch, by sentence and aspect."""

    #: The job's; None of a line.
    job_id: str | None
    corrections: tuple[Correction, ...]
    #: The line's batch, its number, and your own id of it; None of a job.
    batch_id: str | None = None
    line: int | None = None
    custom_id: str | None = None
    restaurant: str | None = None
    external_author: str | None = None
    language: str | None = None
    model: Model | None = None
    #: When the first was said, and until when all of it is kept; None while nothing was.
    created_at: datetime | None = None
    expires_at: datetime | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedbackExample:
    """A sentence that something was said of, as training data: `raw` is the line that `kritiq train` reads."""

    text: str
    #: Its polarity by aspect, as people left it, those that it does not mention left out.
    aspects: Mapping[str, str]
    #: Where it is from: job or line, sentence, language, model, and of each aspect that somebody spoke of who said so.
    source: Mapping[str, Any]
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class QueuedSentence:
    """A sentence that needs a person, of a job or of a line of a batch."""

    #: The job's; None of a line.
    job_id: str | None
    #: Its index in the result, and the sentence itself.
    sentence: int
    text: str
    language: str
    #: What the model says, by aspect, those that it does not mention left out.
    aspects: Mapping[str, Aspect]
    #: The line's batch, its number, and your own id of it; None of a job.
    batch_id: str | None = None
    line: int | None = None
    custom_id: str | None = None
    restaurant: str | None = None
    model: Model | None = None
    #: The other version of the model that says something else, and what that is, by aspect; `none`: nothing.
    version: str | None = None
    other: Mapping[str, str] = field(default_factory=dict)
    #: What people have said of it so far.
    corrections: tuple[Correction, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedbackQueue:
    """Some of them."""

    sentences: tuple[QueuedSentence, ...]
