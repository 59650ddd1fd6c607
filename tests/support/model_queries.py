"""What can be asked of the store in memory, and the records that it keeps."""

import functools
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar

from jobs.backlog import Backlog, Place, WorkerInfo
from jobs.errors import Gone, NotFound
from jobs.job import Claim, Job, Status
from jobs.request import Priority
from jobs.store import JobFilter, Page, Stored

P = ParamSpec("P")
T = TypeVar("T")
S = TypeVar("S", bound="ModelQueries")


@dataclass(kw_only=True, slots=True)
class Record:
    """A job and what only its store knows of it."""

    job: Job
    text: str
    digest: str
    queued_at: int
    result: bytes | None = None
    tag: str | None = None
    lease_until: int = 0
    strikes: int = 0
    #: `aspect|polarity` -> sentences, for its restaurant's summary.
    tally: dict[str, int] | None = None

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
            suspect=self.strikes > 0,
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
        self._gone: set[tuple[str, str]] = set()
        self._queues: dict[Priority, deque[tuple[str, str]]] = {priority: deque() for priority in Priority}
        self._counters: Counter[str] = Counter()
        self._workers: dict[str, tuple[WorkerInfo, int]] = {}

    @locked
    def get(self, tenant: str, job_id: str) -> Stored:
        record = self._record(tenant, job_id)
        if record.job.expires_at is not None and record.job.expires_at <= self._now():
            raise Gone
        return Stored(job=record.job, result=record.result)

    @locked
    def text(self, tenant: str, job_id: str) -> str:
        return self._record(tenant, job_id).text

    def _record(self, tenant: str, job_id: str) -> Record:
        if (tenant, job_id) in self._gone:
            raise Gone
        if (tenant, job_id) not in self._records:
            raise NotFound
        return self._records[tenant, job_id]

    @locked
    def page(self, tenant: str, wanted: JobFilter, *, size: int, before: tuple[int, str] | None = None) -> Page:
        def fits(job: Job) -> bool:
            return (
                job.tenant == tenant
                and wanted.status in (None, job.status)
                and wanted.restaurant in (None, job.request.restaurant)
                and (wanted.since_ms is None or job.created_at >= wanted.since_ms)
                and (wanted.until_ms is None or job.created_at <= wanted.until_ms)
                and (job.expires_at is None or job.expires_at > self._now())
                and (before is None or (job.created_at, job.id) < before)
            )

        jobs = sorted((record.job for record in self._records.values()), key=lambda j: (j.created_at, j.id))
        found = [job for job in reversed(jobs) if fits(job)][: size + 1]
        shown = found[:size]
        return Page(jobs=shown, next=(shown[-1].created_at, shown[-1].id) if len(found) > size else None)

    @locked
    def summary(self, tenant: str, restaurant: str, *, first: str, last: str) -> dict[str, dict[str, int]]:
        counts: dict[str, dict[str, int]] = defaultdict(dict)
        for record in self._records.values():
            job = record.job
            if (job.tenant, job.request.restaurant) == (tenant, restaurant) and first <= (job.day or "") <= last:
                for name, count in (record.tally or {}).items():
                    aspect, polarity = name.split("|")
                    counts[aspect][polarity] = counts[aspect].get(polarity, 0) + count
        return dict(counts)

    @locked
    def backlog(self) -> Backlog:
        waiting = {p: [self._records[key].job for key in q if self._waits(key)] for p, q in self._queues.items()}
        return Backlog(
            waiting_jobs={priority: len(jobs) for priority, jobs in waiting.items()},
            waiting={priority: sum(job.weight for job in jobs) for priority, jobs in waiting.items()},
            running=sum(record.job.weight for record in self._records.values() if record.tag is not None),
            rate=sum(info.rate or 0 for info in self.workers()) or None,
            workers=len(self.workers()),
        )

    def _waits(self, key: tuple[str, str]) -> bool:
        """Whether the job of a message still waits: canceled, expired and deleted ones leave theirs behind."""
        return key in self._records and self._records[key].job.status is Status.QUEUED

    @locked
    def place(self, job: Job) -> Place:
        order = [key for queue in self._queues.values() for key in queue if self._waits(key)]
        own = [key for key in self._queues[job.request.priority] if self._waits(key)]
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
        lost = [job for job in jobs if job.status is Status.FAILED and job.error and job.error.code == "worker_lost"]
        return sorted(lost, key=lambda job: job.finished_at or 0, reverse=True)[:most]

    def ping(self) -> None:
        """Memory always answers."""
