"""What the service answers about batches."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kritiq_client.results import OPEN, Failure, Model, Result


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """Reviews of a batch by what became of them."""

    total: int
    waiting: int
    succeeded: int
    failed: int
    canceled: int
    expired: int
    #: Without a text, such as a rating without a word: no failure.
    skipped: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Many reviews submitted in one call, and how far they are."""

    id: str
    #: `scheduled`, `running`, `completed` or `canceled`.
    status: str
    version: int
    counts: Counts
    created_at: datetime
    cancel_requested: bool = False
    finished_at: datetime | None = None
    #: When its reviews may begin; None: at once.
    not_before: datetime | None = None
    expires_at: datetime | None = None
    restaurant: str | None = None
    reviewed_at: datetime | None = None
    external_author: str | None = None
    metadata: Mapping[str, Any] | None = None
    #: The batch, or the part of one, that this one repeats.
    retry_of: str | None = None
    #: The file that its reviews came from; once it has ended those with its results and its errors, if any.
    input_file_id: str | None = None
    output_file_id: str | None = None
    error_file_id: str | None = None
    #: Only the archive has it any more: its counts are of the lines that are kept, and it has no results but these.
    archived: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def ended(self) -> bool:
        """Whether nothing of it waits any more."""
        return self.status not in OPEN


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchLine:
    """What became of one review of a batch."""

    #: Its number in the request, from 1.
    line: int
    custom_id: str | None
    #: `succeeded`, `failed`, `canceled`, `expired`, or `skipped` where there was no text to judge.
    status: str
    restaurant: str | None = None
    reviewed_at: datetime | None = None
    external_author: str | None = None
    metadata: Mapping[str, Any] | None = None
    #: What was odd about it, and what was done.
    warnings: tuple[str, ...] = ()
    result: Result | None = None
    error: Failure | None = None
    #: What judged it, or failed on it.
    model: Model | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
