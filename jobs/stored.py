"""What a job store answers: a job that it has or has made, a page of them, a round of upkeep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jobs.backlog import Place
from jobs.job import WITHOUT_RESULT, Job, Status
from jobs.judgements import DayRange
from jobs.timestamp import rfc3339


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """A job as the store has it, with its result's bytes when it succeeded."""

    job: Job
    result: bytes | None = None
    #: Only the archive has it any more.
    archived: bool = False
    #: The archive's result of it was erased with its key.
    erased: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Created:
    """The answer to `create`."""

    job: Job
    #: False when an earlier call with the same idempotency key or id had made it.
    new: bool
    #: Where a new job stands in its queue.
    place: Place | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class JobFilter:
    """Which jobs a listing shows; None: any."""

    status: Status | None = None
    restaurant: str | None = None
    external_author: str | None = None
    #: Which model judged it: its name, or `name/version`.
    model: str | None = None
    #: The code of the error that it ended with.
    error: str | None = None
    #: Only jobs of these restaurants; empty: any job.
    restaurants: frozenset[str] = frozenset()
    #: Created at or after, and at or before, in milliseconds since the epoch.
    since_ms: int | None = None
    until_ms: int | None = None
    #: Those that the review counts for.
    days: DayRange | None = None

    @property
    def ends(self) -> frozenset[Status]:
        """How all jobs ended that may be wanted, when none of them has a result; empty: not each is such a one."""
        if self.error is not None and self.status is None:
            return WITHOUT_RESULT
        return WITHOUT_RESULT & {self.status}

    def wants(
        self, *, status: Status, restaurant: str | None, model: Mapping[str, Any] | None, error: str | None
    ) -> bool:
        """Whether a job is wanted that is such a one, by all but its author and when it was made. `error`: its code."""
        told = model or {}
        return (
            self.status in (None, status)
            and self.restaurant in (None, restaurant)
            and (not self.restaurants or restaurant in self.restaurants)
            and self.model in (None, told.get("name"), f"{told.get('name')}/{told.get('version')}")
            and self.error in (None, error)
        )

    def dated(self, job: Job) -> bool:
        """Whether the job's review counts for one of the days that are wanted."""
        # When it was written, else when it was sent (UTC).
        return self.days is None or (job.request.reviewed_at or str(rfc3339(job.created_at)))[:10] in self.days


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """How many there are."""

    number: int
    #: Whether there may be more: not all were looked at.
    at_least: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Some jobs, newest first, without results."""

    jobs: Sequence[Job]
    #: Time of creation and id after which the next page begins; None at the end.
    next: tuple[int, str] | None = None
    #: Ids of those that only the archive has any more.
    archived: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class LostAttempt:
    """An attempt at a traced job that was taken back from a worker which did not renew its lease."""

    tenant: str
    id: str
    attempt: int
    #: Since when the job had waited for it, and when it began, in milliseconds since the epoch.
    queued_at: int
    started_at: int
    #: See `jobs.job.Job.trace`.
    trace: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Reconciled:
    """What a round of the reconciler did."""

    expired: int = 0
    purged: int = 0
    requeued: int = 0
    failed: int = 0
    #: Whether there may be more to do at once.
    more: bool = field(default=False, compare=False)
