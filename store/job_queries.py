"""What can be asked of the Redis store without changing anything."""

from collections.abc import Sequence
from typing import Any

import orjson

from jobs.backlog import Backlog, Flow, Place, WorkerInfo
from jobs.errors import Gone, NotFound
from jobs.job import Job, Status, task_id
from jobs.judgements import Days
from jobs.members import known_members
from jobs.stored import Counted, JobFilter, Page, Stored
from store import keys, queues
from store.job_record import job_from, stored_from, stored_from_news
from store.listing import MOST_LOOKED_AT as MOST_READ
from store.listing import newest
from store.packed_record import opened, unfolded
from store.scripts import RedisBase, translated
from store.sealing import Sealing
from store.stored_fields import READ, READ_STORED
from store.without_result import DONE as ENDS_INDEXED

#: How many jobs are looked at for a page, or to be counted: at a few fields of each, about 0.1 s.
MOST_LOOKED_AT = 10_000
#: What a filter looks at.
_FILTERED = ("status", "expires_at", "restaurant", "model", "error", "whole")


class RedisQueries(RedisBase):
    """The reading half of `jobs.store.JobStore`."""

    @translated
    def get(self, tenant: str, job_id: str) -> Stored:
        pipe = self._redis.pipeline(transaction=False)
        # First what may go into the record meanwhile.
        pipe.get(keys.RESULT(task_id(tenant, job_id)))
        pipe.hmget(keys.JOB(tenant, job_id), READ_STORED)
        pipe.time()
        meta, values, time = pipe.execute()
        return stored_from(tenant, job_id, values, meta, time[0] * 1000 + time[1] // 1000, self._sealing)

    @translated
    def told(self, tenant: str, job_id: str, news: bytes) -> Stored:
        return stored_from_news(tenant, job_id, news, self._sealing) or self.get(tenant, job_id)

    @translated
    def text(self, tenant: str, job_id: str) -> str:
        found: Any = self._redis.hmget(keys.JOB(tenant, job_id), ["text", "gone", "whole"])
        text, gone, whole = found
        if gone:
            raise Gone
        if whole is not None:
            return opened(tenant, whole, self._sealing).text.decode()
        if text is None:
            raise NotFound
        return self._sealing.open(tenant, text).decode()

    @translated
    def page(self, tenant: str, wanted: JobFilter, *, size: int, before: tuple[int, str] | None = None) -> Page:
        now = self._now_ms()
        page = newest(
            self._redis, self._indexes(tenant, wanted), lambda ids: self._read(tenant, ids, wanted, now), size=size,
            before=before, since_ms=wanted.since_ms, until_ms=wanted.until_ms, most=_most(wanted),
        )  # fmt: skip
        return Page(jobs=page.found, next=page.next)

    @translated
    def how_many(self, tenant: str, wanted: JobFilter) -> Counted:
        indexes, now = self._indexes(tenant, wanted), self._now_ms()
        since, until = wanted.since_ms, wanted.until_ms
        alone = wanted == JobFilter(status=wanted.status, since_ms=since, until_ms=until)
        if alone and indexes == [keys.WITHOUT_RESULT(tenant, status) for status in wanted.ends]:
            first, last = "-inf" if since is None else since, "+inf" if until is None else until
            return Counted(number=int(self._redis.zcount(indexes[0], first, last)))

        def read(ids: list[str]) -> Sequence[Job | str | None]:
            if wanted.days is not None:
                return self._read(tenant, ids, wanted, now)
            fit = self._fitting(tenant, ids, wanted, now)
            return [name if name in fit else None for name in ids]

        most = _most(wanted)
        found = newest(self._redis, indexes, read, size=most, since_ms=since, until_ms=until, most=most)
        return Counted(number=len(found.found), at_least=found.next is not None)

    def _read(self, tenant: str, ids: list[str], wanted: JobFilter, now: int) -> list[Job | None]:
        """Each of these jobs, or None for one that a listing does not show at `now`."""
        filtered = wanted != JobFilter(since_ms=wanted.since_ms, until_ms=wanted.until_ms)
        fit = self._fitting(tenant, ids, wanted, now) if filtered else set(ids)
        jobs = self._jobs(tenant, [name for name in ids if name in fit])
        found = {job.id: job for job in jobs if job and _kept(job.expires_at, now) and wanted.dated(job)}
        return [found.get(name) for name in ids]

    def _indexes(self, tenant: str, wanted: JobFilter) -> list[str]:
        """Those that together have every job that is wanted, and the fewest others."""
        if wanted.external_author is not None:
            digests = self._sealing.authors(tenant, wanted.external_author)
            return [keys.AUTHOR(tenant, digest) for digest in digests]
        choices = [[keys.JOBS(tenant)]]
        if named := {wanted.restaurant} if wanted.restaurant else wanted.restaurants:
            choices.append([keys.RESTAURANT(tenant, name) for name in sorted(named)])
        if wanted.ends and self._redis.hexists(keys.KEPT, ENDS_INDEXED):
            choices.append([keys.WITHOUT_RESULT(tenant, status) for status in sorted(wanted.ends)])
        if len(choices) == 1:
            return choices[0]
        pipe = self._redis.pipeline(transaction=False)
        for index in (index for indexes in choices for index in indexes):
            pipe.zcard(index)
        sizes = iter(pipe.execute())
        return min(choices, key=lambda indexes: sum(next(sizes) for _ in indexes))

    def _fitting(self, tenant: str, ids: list[str], wanted: JobFilter, now: int) -> set[str]:
        """Those that a listing shows at `now`: author and times of creation are the indexes' matter."""
        pipe = self._redis.pipeline(transaction=False)
        for job_id in ids:
            pipe.hmget(keys.JOB(tenant, job_id), _FILTERED)
        rows = zip(ids, pipe.execute(), strict=True)
        return {job_id for job_id, row in rows if row[0] and _fits(tenant, row, wanted, now, self._sealing)}

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
        flow, workers, lengths, lost = self._overview()
        return Backlog(
            waiting_jobs={queue.partition(".")[2]: flow.waiting(queue, "jobs_") for queue in queues.ORDER},
            waiting={queue.partition(".")[2]: flow.waiting(queue) for queue in queues.ORDER},
            scheduled_jobs=max(0, flow.totals.get("jobs_scheduled", 0)),
            scheduled=max(0, flow.totals.get("scheduled", 0)),
            celery=max(0, sum(lengths) - sum(flow.messages(queue) for queue in queues.CELERY_ORDER)),
            running=max(0, flow.totals.get("held", 0)),
            rate=sum(info.rate or 0 for info in workers) or None,
            workers=len(workers),
            waits_for=lost,
        )

    @translated
    def place(self, job: Job) -> Place:
        args = [job.tenant, job.id, job.queue, job.queue_mark, job.queue_place]
        position, ahead, lost = self._run("job/place", args=args)
        return Place(position=int(position), ahead=int(ahead), waits_for=lost.decode() or None)

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

    def _overview(self) -> tuple[Flow, list[WorkerInfo], list[int], tuple[str, ...]]:
        totals, infos, lengths, lost = self._run("job/overview", args=queues.ALL_QUEUES)
        flow = Flow(totals={key.decode(): int(value) for key, value in zip(totals[::2], totals[1::2], strict=True)})
        told = [known_members(WorkerInfo, orjson.loads(data)) for data in infos if data]
        versions = tuple(sorted(version.decode() for version in lost[::2]))
        return flow, [WorkerInfo(**each) for each in told], [int(length) for length in lengths], versions


def _most(wanted: JobFilter) -> int:
    """How many jobs are looked at: fewer where that takes whole records."""
    return MOST_LOOKED_AT if wanted.days is None else MOST_READ


def _fits(tenant: str, row: Sequence[bytes | None], wanted: JobFilter, now: int, sealing: Sealing) -> bool:
    """By the fields `_FILTERED` of a record."""
    status, expires_at, restaurant, model, error, whole = row
    if whole and wanted.model:
        model = unfolded(tenant, {"model": model, "whole": whole}, sealing)["model"]
    return _kept(int(expires_at) if expires_at else None, now) and wanted.wants(
        status=Status((status or b"").decode()),
        restaurant=restaurant.decode() if restaurant else None,
        model=orjson.loads(model) if model and wanted.model else None,
        error=orjson.loads(error)["code"] if error and wanted.error else None,
    )


def _kept(expires_at: int | None, now: int) -> bool:
    return expires_at is None or expires_at > now
