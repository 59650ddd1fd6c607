"""What the service answers about erasures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kritiq_client.results import Failure


@dataclass(frozen=True, kw_only=True, slots=True)
class Erased:
    """How much was deleted by now."""

    jobs: int
    batches: int
    #: A guest's lines of batches in which others have lines, too.
    lines: int
    #: Uploaded files with a review of theirs: they go whole.
    files: int
    feedback: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ErasureReport:
    """What a search through the service's records found afterwards."""

    #: Whether nothing is left.
    complete: bool
    #: Records that were searched, and those in which something was found.
    searched: int
    found: tuple[str, ...]
    #: Batches that other restaurants have lines in too: left as they are, for you to delete.
    shared_batches: tuple[str, ...]
    #: `told` or `erased`; None where there is no archive.
    archive: str | None
    #: Reviews that the archive still had and deleted: those that it alone had, and lines of other batches. None before
    #: it has done so, where there is no archive, and from a service of before.
    archived: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Erasure:
    """An erasure that was asked for."""

    id: str
    #: `queued`, `running`, `succeeded`, `incomplete` (something is left: see the report) or `failed`.
    status: str
    #: Whose reviews: `author`, `restaurant` or `everything`. A guest's id is not repeated.
    of: str
    restaurant: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    erased: Erased
    #: None before the search.
    report: ErasureReport | None
    #: Why it failed.
    error: Failure | None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def ended(self) -> bool:
        """Whether nothing more becomes of it."""
        return self.finished_at is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Exported:
    """A review with its text and what was found in it, or what was said of one; `raw` has all that there is of it."""

    #: Of a single job, or of a line of a batch.
    job_id: str | None = None
    batch_id: str | None = None
    text: str | None = None
    #: What was said, with the sentences.
    feedback: Mapping[str, Any] | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
