"""What the service answers about feedback."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kritiq_client.results import Model


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
