"""A job: one review on its way through Kritiq, its states, and which state may follow which."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Self
from urllib.parse import quote, unquote

from ulid import ULID

from jobs.choice import Choice
from jobs.progress import Progress
from jobs.request import JobRequest
from jobs.timings import Timings
from jobs.usage import Used

#: The tenant of everything until API keys name others.
DEFAULT_TENANT = "default"
#: Milliseconds that what has ended is kept unless settings or client want otherwise (docs/decisions/0012-four-days.md).
DEFAULT_TTL_MS = 4 * 86_400_000


class Status(StrEnum):
    """Where a job is. Terminal states never change."""

    #: Stored; it goes into its queue when its time has come (`JobRequest.not_before`).
    SCHEDULED = "scheduled"
    #: Stored and waiting; its message lies in a queue.
    QUEUED = "queued"
    #: An attempt holds it; the attempt's lease says for how long.
    RUNNING = "running"
    #: The result is there.
    SUCCEEDED = "succeeded"
    #: It ended without a result; `error` says why.
    FAILED = "failed"
    #: Its owner called it off.
    CANCELED = "canceled"
    #: Its deadline passed before it was done.
    EXPIRED = "expired"

    @property
    def terminal(self) -> bool:
        """Whether nothing follows."""
        return not TRANSITIONS[self]


#: What a new job may be.
FIRST = frozenset({Status.SCHEDULED, Status.QUEUED})
#: Which state may follow which. `running -> queued` is an attempt that was lost or handed back.
TRANSITIONS: Mapping[Status, frozenset[Status]] = MappingProxyType(
    {
        Status.SCHEDULED: frozenset({Status.QUEUED, Status.FAILED, Status.CANCELED, Status.EXPIRED}),
        Status.QUEUED: frozenset({Status.RUNNING, Status.FAILED, Status.CANCELED, Status.EXPIRED}),
        Status.RUNNING: frozenset({Status.QUEUED, Status.SUCCEEDED, Status.FAILED, Status.CANCELED, Status.EXPIRED}),
        **dict.fromkeys((Status.SUCCEEDED, Status.FAILED, Status.CANCELED, Status.EXPIRED), frozenset[Status]()),
    }
)

#: How a job ends that has no result.
WITHOUT_RESULT = frozenset({Status.FAILED, Status.CANCELED, Status.EXPIRED})


@dataclass(frozen=True, kw_only=True, slots=True)
class JobError:
    """Why a job failed, in words for the client."""

    #: A fixed word, e.g. `worker_lost`, `prediction_failed`.
    code: str
    message: str

    def to_dict(self) -> dict[str, str]:
        """The form in which clients see it."""
        return {"code": self.code, "message": self.message}


#: What becomes of a job whose text was erased with its key.
TEXT_ERASED = JobError(code="text_erased", message="The text was erased with the key that it was encrypted with.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """A job's record as the store keeps it. Times are milliseconds since the epoch, by Redis' clock."""

    id: str
    tenant: str = DEFAULT_TENANT
    status: Status = Status.QUEUED
    #: Grows by one with every change of the record; the ETag.
    version: int = 1
    #: Which try this is, from 1; also the fence that a late writer of an older attempt fails on.
    attempt: int = 1
    request: JobRequest = field(default_factory=JobRequest)
    #: Estimated sentences; what queues and limits are counted in.
    weight: int = 1
    created_at: int = 0
    started_at: int | None = None
    finished_at: int | None = None
    #: When text and result are purged.
    expires_at: int | None = None
    #: When a job that has not ended becomes `expired`.
    deadline_at: int | None = None
    #: When a scheduled job goes into its queue.
    due_at: int | None = None
    #: Milliseconds that a finished job is kept.
    ttl_ms: int = DEFAULT_TTL_MS
    cancel_requested: bool = False
    #: `name` and `version` of the model that judged it; `alias` and `share` say why (`Choice.told`).
    model: Mapping[str, Any] | None = None
    error: JobError | None = None
    #: What the attempt that ended it spent its time on; None when no network worked for it.
    timings: Timings | None = None
    #: How far a long review is; None unless it is being judged.
    progress: Progress | None = None
    #: The day it counts for in its restaurant's summary, `YYYY-MM-DD`.
    day: str | None = None
    #: The name of the queue that it waits, or waited, in.
    queue: str = ""
    #: Running totals of its queue, in sentences and in jobs, when it was put in: what it waits for.
    queue_mark: int = 0
    queue_place: int = 0
    #: Where what made it is in its trace (`telemetry.traces`); empty: nowhere.
    trace: str = ""
    #: The id of the job of the bundle (`jobs.bundle`) that it is one review of; known when it is made.
    bundle: str = ""

    @property
    def queue_ms(self) -> int | None:
        """Milliseconds from its creation to the start of its last attempt."""
        return None if self.started_at is None else self.started_at - self.created_at

    @property
    def store_ms(self) -> int | None:
        """Milliseconds of its last attempt that `timings` has not: putting the result together, and storing it."""
        if self.timings is None or self.started_at is None or self.finished_at is None:
            return None
        # Workers have clocks of their own.
        return max(0, self.finished_at - self.started_at - self.timings.total_ms)

    @property
    def task_id(self) -> str:
        """The Celery task id: the job id itself in the default tenant, so that `AsyncResult(job_id)` works."""
        return task_id(self.tenant, self.id)

    def made(self, now: int, **more: Any) -> Self:
        """The job as it is stored at `now`, with `more` of its members: a deadline in seconds counts from then."""
        asked, deadline = self.request.deadline_s, self.deadline_at
        if deadline is None and asked is not None:
            deadline = now + round(asked * 1000)
        return replace(self, created_at=now, deadline_at=deadline, **more)


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """One attempt at one job, held by a worker until it is completed, handed back or its lease runs out."""

    #: The delivery tag under which the message is kept.
    tag: str
    tenant: str
    id: str
    attempt: int
    text: str
    request: JobRequest
    weight: int
    #: Milliseconds between the last queueing and this claim.
    queue_ms: int
    #: Milliseconds that the finished job is kept.
    ttl_ms: int
    #: The key that the text was encrypted with was deleted: there is none to judge.
    erased: bool = False
    #: The text is a chunk of a batch: many reviews in one message (`jobs.batch`).
    chunk: bool = False
    #: It was lost with a worker before, so it may be what killed it.
    suspect: bool = False
    #: It is a chunk that was lost more than once: its lines are judged one by one, so that one of them can be blamed.
    singled: bool = False
    #: Of a task that a Celery client sent: see `jobs.celery_task.CeleryTask.meta`.
    celery_meta: bytes = b""
    #: Of such a task: see `jobs.celery_task.CeleryTask.headers`.
    celery_headers: bytes = b""
    #: When a job that has not ended becomes `expired`, in milliseconds since the epoch.
    deadline_at: int | None = None
    #: The day it counts for in its restaurant's summary; of a chunk, that of lines without a date.
    day: str | None = None
    #: Of a chunk: numbers of the lines that cost so many workers that they are not judged again.
    culprits: tuple[int, ...] = ()
    #: See `Job.trace`.
    trace: str = ""
    #: The version that is to judge it; None: the worker's own.
    choice: Choice | None = None

    @property
    def task_id(self) -> str:
        """The Celery task id of the job."""
        return task_id(self.tenant, self.id)


#: Sentences for summaries: restaurant -> day (`YYYY-MM-DD`) -> `aspect|polarity` -> how many.
Tally = Mapping[str, Mapping[str, Mapping[str, int]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What an attempt came to."""

    claim: Claim
    status: Status
    #: The result as JSON bytes, when it succeeded.
    result: bytes | None = None
    error: JobError | None = None
    model: Mapping[str, Any] | None = None
    timings: Timings | None = None
    #: What it adds to summaries, if anything.
    tally: Tally | None = None
    #: Of a chunk: reviews with a result, reviews that should have one, and reviews without a text.
    good: int = 0
    bad: int = 0
    skipped: int = 0
    #: Reviews that the model failed on.
    broken: int = 0
    #: What it adds to what was used, when it succeeded; by restaurant.
    used: tuple[Used, ...] = ()


def reference(tenant: str, job_id: str) -> str:
    """What stands for a job in sets and messages: its id in the default tenant, else prefixed with the tenant."""
    return job_id if tenant == DEFAULT_TENANT else f"{tenant}:{job_id}"


def task_id(tenant: str, job_id: str) -> str:
    """The Celery task id of a job: its reference, or the id that a Celery client chose for it."""
    return unquote(reference(tenant, job_id)) if "%" in job_id else reference(tenant, job_id)


def job_id_of(task: str) -> str:
    """The id of the job that a Celery client sent under the task id `task`: the same, percent-encoded.

    Any string may be a task id; a job id has letters, digits and `._-%` only, so that it names no other tenant's job.
    Raises UnicodeEncodeError for half an emoji.
    """
    return quote(task, safe="").replace("~", "%7E")


def new_id(prefix: str = "job") -> str:
    """A new id: sortable by time (48 bits of milliseconds), unguessable (80 random bits). A ULID with a prefix."""
    # ULID() counts up within a millisecond: then each id would tell the next.
    milliseconds = time.time_ns() // 1_000_000
    return f"{prefix}_{ULID.from_bytes(milliseconds.to_bytes(6) + os.urandom(10))}"
