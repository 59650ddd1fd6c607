"""What the service answers about restaurants."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from kritiq_client.results import Model, Result


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """Sentences of a restaurant by aspect and polarity."""

    restaurant: str
    first: date = field(metadata={"key": "from"})
    last: date = field(metadata={"key": "to"})
    aspects: Mapping[str, Mapping[str, int]]
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """The same of some days, both included."""

    first: date = field(metadata={"key": "from"})
    last: date = field(metadata={"key": "to"})
    aspects: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Trend:
    """A restaurant's periods, oldest first; those without a sentence too."""

    restaurant: str
    first: date = field(metadata={"key": "from"})
    last: date = field(metadata={"key": "to"})
    #: `day`, `week` or `month`.
    by: str
    periods: tuple[Period, ...]
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedReview:
    """A review with what was found in it: of a single job, or of a line of a batch."""

    #: The job's; None of a line.
    job_id: str | None
    #: The line's batch, its number, and your own id of it; None of a job.
    batch_id: str | None
    line: int | None
    custom_id: str | None
    created_at: datetime
    result: Result
    restaurant: str | None = None
    reviewed_at: datetime | None = None
    external_author: str | None = None
    metadata: Mapping[str, Any] | None = None
    model: Model | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Restaurant:
    """A restaurant that something was found about."""

    #: Your id of it.
    id: str = field(metadata={"key": "restaurant"})
