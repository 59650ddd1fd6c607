"""What can be asked of the store in memory, and the records that it keeps.

Two answers differ from those of Redis: `place` is exact here and an estimate there, and a listing looks through all
records here and through so many for a page there.
"""

import functools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Concatenate, ParamSpec, TypeVar

from jobs.attempt import Attempt, AttemptEnd, Course, worker_of
from jobs.backlog import Backlog, Place, WorkerInfo
from jobs.celery_task import CeleryMessage, CeleryTask
from jobs.choice import Choice
from jobs.errors import Gone, NotFound
from jobs.job import Claim, Job, Status, Tally
from jobs.judgements import Days
from jobs.lane import Lane
from jobs.stored import Counted, JobFilter, Page, Stored
from store import queues
from store.results import success_meta
from tests.support.model_turns import Item, ModelQueue

P = ParamSpec("P")
T = TypeVar("T")
S = TypeVar("S", bound="ModelQueries")
#: Why those have failed that are kept for the operator.
DEAD = ("worker_lost", "unknown_model")


@dataclass(kw_only=True, slots=True)
class Record:
    """A job and what only its store knows of it."""

    job: Job
    text: str
    digest: str
    queued_at: int
    #: Of a task that a Celery client sent.
    task: CeleryTask | None = None
    #: A Celery client sent it.
    native: bool = False
    #: What Celery is to send after it, for each message about it, the next one first; which were asked for.
    follow_ups: list[bytes] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)
    #: When its follow-ups are to be sent (again); None: they have been.
    follow_up_at: int | None = 0
    result: bytes | None = None
    tag: str | None = None
    lease_until: int = 0
    #: A stock Celery worker has it: kombu keeps its message, and no sweep looks at it.
    taken: bool = False
    #: Attempts that have ended.
    course: list[Attempt] = field(default_factory=list)
    strikes: int = 0
    #: What it adds to summaries.
    tally: Tally | None = None
    #: Of a chunk: the batch's id and how many lines it has.
    batch: str | None = None
    lines: int = 0
    #: Of a chunk whose lines are judged one by one: the line that is being judged, those that were when workers were
    #: lost, and those that are not judged again.
    judging: int | None = None
    noted: list[int] = field(default_factory=list)
    culprits: list[int] = field(default_factory=list)
    #: Lines of it were erased while an attempt has them: what that finds counts for nothing.
    redo: bool = False
    #: The version that judges it, once it was claimed or passed on.
    choice: Choice | None = None
    #: Lane and version of the list that it waits or waited in for a worker that has its model.
    passed_on: tuple[Lane, str] | None = None

    @property
    def stored(self) -> int:
        """The bytes that it holds: its text, what was sent with it or with its batch, and its result."""
        size = len(self.text.encode()) + len(self.job.request.encode())
        if self.job.status is Status.SUCCEEDED and self.result is not None and not (self.task and self.task.ignored):
            size += len(success_meta(self.job.task_id, self.result, self.task.meta if self.task else b"")) - 1
        return size

    def note_attempt(self, end: AttemptEnd, now: int) -> None:
        """The attempt that holds it ends."""
        self.course.append(replace(self.attempt(), ended_at=now, end=end))

    def attempt(self) -> Attempt:
        """The attempt that holds it."""
        assert self.job.started_at is not None
        worker = worker_of(self.tag or "")
        return Attempt(number=self.job.attempt, started_at=self.job.started_at, worker=worker)

    def claim(self, now: int) -> Claim:
        """The attempt that holds it now."""
        job = self.job
        assert self.tag is not None
        return Claim(
            tag=self.tag,
            tenant=job.tenant,
            id=job.id,
            attempt=job.attempt,
            text=self.text,
            request=job.request,
            weight=job.weight,
            queue_ms=now - self.queued_at,
            ttl_ms=job.ttl_ms,
            chunk=self.batch is not None,
            suspect=self.strikes > 0,
            singled=self.batch is not None and self.strikes > 1,
            culprits=tuple(self.culprits),
            celery_headers=self.task.headers if self.task else b"",
            deadline_at=job.deadline_at,
            day=job.day,
            trace=job.trace,
            choice=self.choice,
        )


def locked(call: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
    """One call at a time."""

    @functools.wraps(call)
    def wrapper(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with self.lock:
            return call(self, *args, **kwargs)

    return wrapper


class ModelQueries:
    """The reading half of `jobs.store.JobStore`."""

    def __init__(self, now_ms: Callable[[], int] = lambda: int(time.time() * 1000)) -> None:
        self.lock = threading.RLock()
        self._now = now_ms
        self._records: dict[tuple[str, str], Record] = {}
        #: Until when the ids of purged jobs answer Gone.
        self._gone: dict[tuple[str, str], int] = {}
        #: Ids of jobs, and messages of other Celery clients.
        self._queues = {queue: ModelQueue() for queue in queues.CELERY_ORDER}
        #: Ids of jobs that wait for a worker that has their model.
        self._waiting_elsewhere: Iterable[tuple[str, str]] = ()
        self._counters: Counter[str] = Counter()
        self._workers: dict[str, tuple[WorkerInfo, int]] = {}

    @locked
    def get(self, tenant: str, job_id: str) -> Stored:
        record = self._record(tenant, job_id)
        if record.job.expires_at is not None and record.job.expires_at <= self._now():
            raise Gone
        return Stored(job=record.job, result=record.result)

    def told(self, tenant: str, job_id: str, news: bytes) -> Stored:
        return self.get(tenant, job_id)

    @locked
    def text(self, tenant: str, job_id: str) -> str:
        return self._record(tenant, job_id).text

    @locked
    def course(self, tenant: str, job_id: str) -> Course:
        record = self._record(tenant, job_id)
        if record.job.expires_at is not None and record.job.expires_at <= self._now():
            raise Gone
        held = [record.attempt()] if record.job.status is Status.RUNNING else []
        return Course(attempts=(*record.course, *held), trace=record.job.trace)

    def _record(self, tenant: str, job_id: str) -> Record:
        if self._gone.get((tenant, job_id), 0) > self._now():
            raise Gone
        if (tenant, job_id) not in self._records:
            raise NotFound
        return self._records[tenant, job_id]

    @locked
    def page(self, tenant: str, wanted: JobFilter, *, size: int, before: tuple[int, str] | None = None) -> Page:
        found = [job for job in self._wanted(tenant, wanted) if before is None or (job.created_at, job.id) < before]
        found = found[:size]
        return Page(jobs=found, next=(found[-1].created_at, found[-1].id) if len(found) == size else None)

    @locked
    def how_many(self, tenant: str, wanted: JobFilter) -> Counted:
        return Counted(number=len(self._wanted(tenant, wanted)))

    def _wanted(self, tenant: str, wanted: JobFilter) -> list[Job]:
        """Newest first."""

        def fits(job: Job) -> bool:
            error = job.error.code if job.error else None
            restaurant = job.request.restaurant
            return (
                job.tenant == tenant
                and wanted.wants(status=job.status, restaurant=restaurant, model=job.model, error=error)
                and wanted.dated(job)
                and wanted.external_author in (None, job.request.external_author)
                and (wanted.since_ms is None or job.created_at >= wanted.since_ms)
                and (wanted.until_ms is None or job.created_at <= wanted.until_ms)
                and (job.expires_at is None or job.expires_at > self._now())
            )

        single = (record.job for record in self._records.values() if record.batch is None)
        return sorted(filter(fits, single), key=lambda job: (job.created_at, job.id), reverse=True)

    @locked
    def present(self, tenant: str, ids: Sequence[str]) -> frozenset[str]:
        now, records = self._now(), (self._records.get((tenant, job_id)) for job_id in ids)
        jobs = [record.job for record in records if record is not None]
        return frozenset(job.id for job in jobs if job.expires_at is None or job.expires_at > now)

    @locked
    def judgements(self, tenant: str, restaurant: str, *, first: str, last: str) -> Days:
        days: dict[str, dict[str, dict[str, int]]] = {}
        for day, counted in (item for tally in self._tallies(tenant) for item in tally.get(restaurant, {}).items()):
            for name, count in counted.items() if first <= day <= last else ():
                aspect, polarity = name.split("|")
                counts = days.setdefault(day, {}).setdefault(aspect, {})
                counts[polarity] = counts.get(polarity, 0) + count
        return days

    @locked
    def restaurants(self, tenant: str, *, size: int, after: str = "") -> list[str]:
        named = {name for tally in self._tallies(tenant) for name, days in tally.items() if any(days.values())}
        return sorted(name for name in named if name > after)[:size]

    def _tallies(self, tenant: str) -> list[Tally]:
        return [record.tally or {} for record in self._records.values() if record.job.tenant == tenant]

    @locked
    def backlog(self) -> Backlog:
        waiting = {
            queue.partition(".")[2]: [self._records[key].job for key in self._waiting(queue)] for queue in queues.ORDER
        }
        scheduled = [record.job for record in self._records.values() if record.job.status is Status.SCHEDULED]
        return Backlog(
            waiting_jobs={queue: len(jobs) for queue, jobs in waiting.items()},
            waiting={queue: sum(job.weight for job in jobs) for queue, jobs in waiting.items()},
            celery=sum(isinstance(item, CeleryMessage) for queue in self._queues.values() for item in queue),
            scheduled_jobs=len(scheduled),
            scheduled=sum(job.weight for job in scheduled),
            running=sum(record.job.weight for record in self._records.values() if record.tag is not None),
            rate=sum(info.rate or 0 for info in self.workers()) or None,
            workers=len(self.workers()),
        )

    def _waiting(self, queue: str) -> list[tuple[str, str]]:
        """The jobs that wait, in order: canceled, expired and deleted ones leave their messages behind."""
        lying: Iterable[Item] = self._waiting_elsewhere if queue == queues.MODEL_QUEUE else self._queues[queue]
        found = [key for key in lying if not isinstance(key, CeleryMessage)]
        return [key for key in found if key in self._records and self._records[key].job.status is Status.QUEUED]

    @locked
    def place(self, job: Job) -> Place:
        order = [key for queue in queues.ORDER for key in self._waiting(queue)]
        own = self._waiting(job.queue)
        key = (job.tenant, job.id)
        ahead = sum(self._records[other].job.weight for other in order[: order.index(key) + 1]) if key in order else 0
        return Place(
            position=own.index(key) + 1 if key in own else 1,
            ahead=ahead + self.backlog().running,
        )

    @locked
    def workers(self) -> list[WorkerInfo]:
        return [info for info, until in self._workers.values() if until > self._now()]

    @locked
    def counters(self) -> dict[str, int]:
        return dict(self._counters)

    @locked
    def dead(self, tenant: str, *, most: int = 100) -> list[Job]:
        jobs = [record.job for record in self._records.values() if record.job.tenant == tenant]
        lost = [job for job in jobs if job.status is Status.FAILED and job.error and job.error.code in DEAD]
        return sorted(lost, key=lambda job: job.finished_at or 0, reverse=True)[:most]

    def ping(self) -> None:
        """Memory always answers."""

    def check_writable(self) -> None:
        """Memory always has room."""
