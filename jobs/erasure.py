"""An erasure that was asked for: what there is of a guest, a restaurant or an organisation goes, with a report."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from types import MappingProxyType

from jobs.job import JobError


class ErasureStatus(StrEnum):
    """Where it is."""

    #: It waits to be carried out, for the first time or again.
    QUEUED = "queued"
    #: Somebody deletes, searches, or waits for the archive.
    RUNNING = "running"
    #: Nothing is left.
    SUCCEEDED = "succeeded"
    #: Something is left: its report names it.
    INCOMPLETE = "incomplete"
    #: It could not be carried out, again and again.
    FAILED = "failed"

    @property
    def terminal(self) -> bool:
        """Whether nothing follows."""
        return not TRANSITIONS[self]


#: What a new one may be.
FIRST = frozenset({ErasureStatus.QUEUED})
#: Which state may follow which.
TRANSITIONS: Mapping[ErasureStatus, frozenset[ErasureStatus]] = MappingProxyType(
    {
        ErasureStatus.QUEUED: frozenset({ErasureStatus.RUNNING}),
        ErasureStatus.RUNNING: frozenset(
            {ErasureStatus.QUEUED, ErasureStatus.SUCCEEDED, ErasureStatus.INCOMPLETE, ErasureStatus.FAILED}
        ),
        ErasureStatus.SUCCEEDED: frozenset(),
        ErasureStatus.INCOMPLETE: frozenset(),
        ErasureStatus.FAILED: frozenset(),
    }
)


class Of(StrEnum):
    """Whose reviews."""

    AUTHOR = "author"
    RESTAURANT = "restaurant"
    EVERYTHING = "everything"


@dataclass(frozen=True, kw_only=True, slots=True)
class Erased:
    """How much was deleted."""

    jobs: int = 0
    batches: int = 0
    #: Lines of an author's that were taken out of batches in which others have lines, too.
    lines: int = 0
    #: Uploaded files that had a review of theirs: a file goes whole, and what was made of it stays as it is.
    files: int = 0
    #: Jobs and lines whose feedback outlived them, was on a line that was taken out, or had something that the author
    #: said of others' reviews.
    feedback: int = 0
    #: Messages of Celery clients that no worker had taken yet, and rejected ones: their tasks are revoked.
    messages: int = 0

    def __add__(self, other: "Erased") -> "Erased":
        more = asdict(other)
        return Erased(**{name: count + more[name] for name, count in asdict(self).items()})


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """What was found afterwards."""

    #: Records that were searched.
    searched: int
    #: Those in which something was found.
    found: Sequence[str]
    #: Batches that other restaurants have lines in too: left as they are.
    shared_batches: Sequence[str]
    #: Where in the outbox the archive is told to do the same; None when there is no archive.
    archive: str | None
    #: Reviews that it then still had, and deleted: those that it alone had, and lines of other batches. None before.
    archived: int | None = None

    @property
    def complete(self) -> bool:
        """Whether nothing is left."""
        return not self.found and not self.shared_batches


@dataclass(frozen=True, kw_only=True, slots=True)
class Erasure:
    """It, as who asked for it follows it: never with a guest's id. Times are milliseconds since the epoch."""

    id: str
    tenant: str
    of: Of
    restaurant: str | None
    status: ErasureStatus
    created_at: int
    started_at: int | None
    finished_at: int | None
    #: When it is forgotten; None while it has not ended.
    expires_at: int | None
    erased: Erased
    #: None before the search.
    proof: Proof | None
    #: Why it failed.
    error: JobError | None
