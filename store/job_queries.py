"""What can be asked of the Redis store without changing anything."""

from collections.abc import Sequence
from typing import Any

import orjson

from jobs.backlog import Backlog, Flow, Place, WorkerInfo
from jobs.errors import Gone, NotFound
from jobs.job import Job, task_id
from jobs.judgements import Days
from jobs.members import known_members
from jobs.stored import JobFilter, Page, Stored
from store import keys, queues
from store.job_record import job_from, stored_from, stored_from_news
from store.listing import newest
from store.scripts import RedisBase, translated
from store.stored_fields import READ, READ_STORED


class RedisQueries(RedisBase):
    """The reading half of `jobs.store.JobStore`."""

    @translated
    def get(self, tenant: str, job_id: str) -> Stored:
        pipe = self._redis.pipeline(transaction=False)
        pipe.hmget(keys.JOB(tenant, job_id), READ_STORED)
        pipe.get(keys.RESULT(task_id(tenant, job_id)))
        pipe.time()
        values, meta, time = pipe.execute()
        return stored_from(tenant, job_id, values, meta, time[0] * 1000 + time[1] // 1000, self._sealing)

    @translated
    def told(self, tenant: str, job_id: str, news: bytes) -> Stored:
        return stored_from_news(tenant, job_id, news, self._sealing) or self.get(tenant, job_id)

    @translated
    def text(self, tenant: str, job_id: str) -> str:
        found: Any = self._redis.hmget(keys.JOB(tenant, job_id), ["text", "gone"])
        if found[1]:
            raise Gone
        if found[0] is None:
            raise NotFound
        return self._sealing.open(tenant, bytes(found[0])).decode()

    @translated
    def page(self, tenant: str, wanted: JobFilter, *, size: int, before: tuple[int, str] | None = None) -> Page:
        now = self._now_ms()

        def read(ids: list[str]) -> list[Job | None]:
            return [job if job is not None and _fits(job, wanted, now) else None for job in self._jobs(tenant, ids)]

        indexes = [keys.RESTAURANT(tenant, wanted.restaurant) if wanted.restaurant else keys.JOBS(tenant)]
        if wanted.external_author is not None:
            digests = self._sealing.authors(tenant, wanted.external_author)
            indexes = [keys.AUTHOR(tenant, digest) for digest in digests]
        page = newest(
            self._redis, indexes, read, size=size, before=before, since_ms=wanted.since_ms, until_ms=wanted.until_ms
        )
        return Page(jobs=page.found, next=page.next)

    @translated
    def present(self, tenant: str, ids: Sequence[str]) -> frozenset[str]:
        if not ids:
            return frozenset()
        pipe = self._redis.pipeline(transaction=False)
        for job_id in ids:
            pipe.hmget(keys.JOB(tenant, job_id), ["status", "expires_at"])
        now, rows = self._now_ms(), pipe.execute()
        return frozenset(
            job_id
            for job_id, (status, expires_at) in zip(ids, rows, strict=True)
            if status and _kept(int(expires_at) if expires_at else None, now)
        )

    def _jobs(self, tenant: str, ids: Sequence[str]) -> list[Job | None]:
        pipe = self._redis.pipeline(transaction=False)
        for job_id in ids:
            pipe.hmget(keys.JOB(tenant, job_id), READ)
        rows, sealing = pipe.execute(), self._sealing
        return [job_from(tenant, id_, row, sealing) if row[0] else None for id_, row in zip(ids, rows, strict=True)]

    @translated
    def judgements(self, tenant: str, restaurant: str, *, first: str, last: str) -> Days:
        days: dict[str, dict[str, dict[str, int]]] = {}
        rows: Any = self._redis.hgetall(keys.SUMMARY(tenant, restaurant))
        for field, count in rows.items():
            day, aspect, polarity = field.decode().split("|")
            if first <= day <= last:
                days.setdefault(day, {}).setdefault(aspect, {})[polarity] = int(count)
        return days

    @translated
    def restaurants(self, tenant: str, *, size: int, after: str = "") -> list[str]:
        names: Any = self._redis.zrangebylex(keys.RESTAURANTS(tenant), f"({after}" if after else "-", "+", 0, size)
        return [name.decode() for name in names]

    @translated
    def backlog(self) -> Backlog:
        flow, workers, lengths = self._overview()
        return Backlog(
            waiting_jobs={queue.partition(".")[2]: flow.waiting(queue, "jobs_") for queue in queues.ORDER},
            waiting={queue.partition(".")[2]: flow.waiting(queue) for queue in queues.ORDER},
            scheduled_jobs=max(0, flow.totals.get("jobs_scheduled", 0)),
            scheduled=max(0, flow.totals.get("scheduled", 0)),
            celery=max(0, sum(lengths) - sum(flow.messages(queue) for queue in queues.CELERY_ORDER)),
            running=max(0, flow.totals.get("held", 0)),
            rate=sum(info.rate or 0 for info in workers) or None,
            workers=len(workers),
        )

    @translated
    def place(self, job: Job) -> Place:
        position, ahead = self._run("job/place", args=[job.tenant, job.queue, job.queue_mark, job.queue_place])
        return Place(position=int(position), ahead=int(ahead))

    @translated
    def workers(self) -> list[WorkerInfo]:
        return self._overview()[1]

    @translated
    def counters(self) -> dict[str, int]:
        rows: Any = self._redis.hgetall(keys.COUNTERS)
        return {name.decode(): int(count) for name, count in rows.items()}

    @translated
    def dead(self, tenant: str, *, most: int = 100) -> list[Job]:
        ids: Any = self._redis.zrevrange(keys.DEAD(tenant), 0, most - 1)
        return [job for job in self._jobs(tenant, [id_.decode() for id_ in ids]) if job is not None]

    @translated
    def ping(self) -> None:
        self._redis.ping()

    def _overview(self) -> tuple[Flow, list[WorkerInfo], list[int]]:
        totals, infos, lengths = self._run("job/overview", args=queues.ALL_QUEUES)
        flow = Flow(totals={key.decode(): int(value) for key, value in zip(totals[::2], totals[1::2], strict=True)})
        told = [known_members(WorkerInfo, orjson.loads(data)) for data in infos if data]
        return flow, [WorkerInfo(**each) for each in told], [int(length) for length in lengths]


def _fits(job: Job, wanted: JobFilter, now: int) -> bool:
    """Whether a listing shows the job at `now`; times of creation are the index' matter."""
    if wanted.restaurants and job.request.restaurant not in wanted.restaurants:
        return False
    # Of what a listing wants, one is the index that it goes by.
    if wanted.restaurant not in (None, job.request.restaurant) or not (wanted.came_to(job) and wanted.dated(job)):
        return False
    return wanted.status in (None, job.status) and _kept(job.expires_at, now)


def _kept(expires_at: int | None, now: int) -> bool:
    return expires_at is None or expires_at > now
