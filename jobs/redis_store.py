"""The job store in Redis. Every change is one script (`jobs/lua`), so that nothing can die between two halves."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import orjson
import redis

from jobs import names
from jobs.errors import IdempotencyMismatch, NotCancelable, NotFound, QueueFull
from jobs.job import Claim, Job, Options, Outcome, Priority, Status, task_id
from jobs.message import MessageFactory
from jobs.records import decode_options, fields, success_meta
from jobs.redis_base import translated
from jobs.redis_queries import RedisQueries
from jobs.store import Created, Native, Place, Reconciled, Stored, WorkerInfo

#: How long an idempotency key is remembered, in milliseconds.
IDEMPOTENCY_MS = 86_400_000
#: When the reconciler looks after a job that nothing has happened to, in milliseconds.
CHECK_MS = 60_000


class RedisStore(RedisQueries):
    """A `JobStore` in Redis 6.2 or newer; see `jobs.store.JobStore` for what each call means."""

    def __init__(self, client: redis.Redis) -> None:
        super().__init__(client)
        self._messages = MessageFactory()

    @translated
    def create(
        self, job: Job, text: str, *, idempotency: str | None = None, digest: str = "", limit: int = 0
    ) -> Created:
        _, message = self._messages.build(job.tenant, job.id, job.priority)
        head = [job.task_id, job.tenant, job.id, message, job.weight, limit, idempotency or "", digest, IDEMPOTENCY_MS]
        answer = self._run("create", [names.QUEUES[job.priority]], [*head, CHECK_MS, *fields(job, text)])
        match answer[0]:
            case b"created":
                mark, place = int(answer[2]), int(answer[3])
                job = replace(job, created_at=int(answer[1]), queue_mark=mark, queue_place=place)
                return Created(job=job, new=True, place=Place(position=int(answer[4]), ahead=int(answer[5])))
            case b"seen":
                return Created(job=self.get(job.tenant, answer[1].decode()).job, new=False)
            case b"exists" if answer[1].decode() == digest:
                return Created(job=self.get(job.tenant, job.id).job, new=False)
            case b"exists":
                raise IdempotencyMismatch("A job with this id already exists for a different request.")
            case b"mismatch":
                raise IdempotencyMismatch
            case _:
                raise QueueFull(f"{int(answer[1])} sentences are waiting already.", retry_after_s=self._drain_s())

    def _drain_s(self) -> int:
        """Seconds until about half of the backlog is done, between 1 and 300."""
        backlog = self.backlog()
        waiting = sum(backlog.waiting.values()) + backlog.running
        return max(1, min(300, round(waiting / 2 / backlog.rate))) if backlog.rate else 5

    @translated
    def cancel(self, tenant: str, job_id: str) -> Stored:
        answer = self._run("cancel", args=[task_id(tenant, job_id), tenant, job_id])
        if answer[0] == b"missing":
            self.get(tenant, job_id)
            raise NotFound
        if answer[0] == b"ended":
            raise NotCancelable(f"The job has already ended: it is {answer[1].decode()}.")
        return self.get(tenant, job_id)

    @translated
    def claim(
        self,
        *,
        jobs: int,
        weight: int,
        lease_ms: int,
        idle: bool = True,
        bulk: bool | None = None,
        holder: str = "",
    ) -> list[Claim | Native]:
        queues = {True: names.BULK_QUEUES, False: names.URGENT_QUEUES, None: names.ALL_QUEUES}[bulk]
        taken = self._run("claim", queues, [jobs, weight, lease_ms, int(idle), holder])
        return [_claim(item) if item[0] == b"job" else Native(tag=item[1].decode(), message=item[2]) for item in taken]

    @translated
    def reclaim(self, holder: str, known: Sequence[str]) -> int:
        tags: Any = self._redis.hkeys(names.CLAIMS)
        mine = {tag.decode() for tag in tags if tag.endswith(f"/{holder}".encode())}
        return self.release(sorted(mine - set(known)))

    @translated
    def adopt(self, native: Native, job: Job, text: str, *, lease_ms: int) -> Claim | None:
        head = [native.tag, job.task_id, job.tenant, job.id, job.weight, lease_ms]
        answer = self._run("adopt", args=[*head, *fields(job, text)])
        if answer[0] != b"adopted":
            return None
        return Claim(
            tag=native.tag, tenant=job.tenant, id=job.id, attempt=int(answer[1]), text=text, options=job.options,
            weight=job.weight, queue_ms=0, ttl_ms=job.ttl_ms,
        )  # fmt: skip

    @translated
    def take(self, tenant: str, job_id: str, tag: str, *, lease_ms: int) -> Claim | None:
        item = self._run("take", args=[tag, task_id(tenant, job_id), tenant, job_id, lease_ms])
        return _claim(item) if item else None

    @translated
    def drop(self, native: Native) -> None:
        pipe = self._redis.pipeline()
        pipe.hdel(names.CLAIMS, native.tag)
        pipe.zrem(names.LEASES, native.tag)
        pipe.execute()

    @translated
    def complete(self, outcomes: Sequence[Outcome]) -> list[Status | None]:
        args: list[Any] = []
        for outcome in outcomes:
            claim = outcome.claim
            meta = success_meta(claim.task_id, outcome.result) if outcome.result is not None else b""
            more: list[Any] = []
            if outcome.model is not None:
                more += ["model", orjson.dumps(dict(outcome.model))]
            if outcome.inference_ms is not None:
                more += ["inference_ms", outcome.inference_ms]
            message = ""
            if outcome.error is not None:
                message = outcome.error.message
                more += ["error", orjson.dumps(outcome.error.to_dict())]
            if outcome.tally:
                more += ["tally", orjson.dumps(dict(outcome.tally))]
            if claim.chunk:
                more += ["good", outcome.good, "bad", outcome.bad]
            args += [claim.tag, claim.tenant, claim.task_id, claim.id, claim.attempt, outcome.status.value]
            args += [meta, message, len(more), *more]
        return [Status(state.decode()) if state else None for state in self._run("complete", args=args)]

    @translated
    def renew(self, claims: Sequence[Claim], *, lease_ms: int) -> list[Status | None]:
        args: list[Any] = [lease_ms]
        for claim in claims:
            args += [claim.tag, claim.tenant, claim.task_id, claim.id, claim.attempt]
        states = {b"ok": Status.RUNNING, b"canceled": Status.CANCELED, b"expired": Status.EXPIRED, b"lost": None}
        return [states[answer] for answer in self._run("renew", args=args)]

    @translated
    def judging(self, claim: Claim, line: int | None) -> None:
        self._run("judging", args=[claim.tenant, claim.id, claim.tag, "" if line is None else line])

    @translated
    def release(self, tags: Sequence[str]) -> int:
        return int(self._run("release", args=tags)) if tags else 0

    @translated
    def sweep(self, *, strikes: int = 3, most: int = 100, quiet_ms: int = 0) -> tuple[int, int]:
        requeued, failed = self._run("sweep", args=[strikes, most, quiet_ms])
        return int(requeued), int(failed)

    @translated
    def reconcile(self, *, strikes: int = 3, most: int = 100) -> Reconciled:
        expired, purged, orphans, looked = self._run("reconcile", args=[CHECK_MS, most])
        ended = []
        for task, tenant, job_id, priority in orphans:
            name, id_ = tenant.decode(), job_id.decode()
            _, message = self._messages.build(name, id_, Priority(priority.decode()))
            ended.append(self._run("revive", args=[task, name, id_, message, strikes]))
        return Reconciled(
            expired=int(expired), purged=int(purged), requeued=ended.count(b"queued"), failed=ended.count(b"failed"),
            more=most in (int(looked), int(purged)),
        )  # fmt: skip

    @translated
    def delete(self, tenant: str, job_id: str) -> None:
        if not self._run("delete", args=[task_id(tenant, job_id), tenant, job_id]):
            self.get(tenant, job_id)
            raise NotFound

    @translated
    def count(self, counts: Mapping[str, int]) -> None:
        pipe = self._redis.pipeline()
        for name, count in counts.items():
            pipe.hincrby(names.COUNTERS, name, count)
        pipe.execute()

    @translated
    def report_worker(self, info: WorkerInfo, *, alive_ms: int) -> None:
        until = self._now_ms() + alive_ms
        pipe = self._redis.pipeline()
        if alive_ms:
            pipe.zadd(names.WORKERS, {info.name: until})
            pipe.hset(names.WORKER_INFO, info.name, orjson.dumps(asdict(info)))
        else:
            pipe.zrem(names.WORKERS, info.name)
            pipe.hdel(names.WORKER_INFO, info.name)
        pipe.execute()

    @translated
    def forget_dead(self, tenant: str, job_id: str) -> None:
        """Take a job off the list of the dead; it stays failed."""
        self._redis.zrem(names.dead_key(tenant), job_id)

    @translated
    def report_reconciler(self, name: str, *, alive_ms: int) -> None:
        """A reconciler's sign of life, believed for `alive_ms`; 0 signs it off."""
        if alive_ms:
            self._redis.zadd(names.RECONCILERS, {name: self._now_ms() + alive_ms})
        else:
            self._redis.zrem(names.RECONCILERS, name)

    @translated
    def reconcilers(self) -> list[str]:
        """The reconcilers that are up."""
        alive: Any = self._redis.zrangebyscore(names.RECONCILERS, self._now_ms(), "+inf")
        return [name.decode() for name in alive]


def _claim(item: Sequence[bytes]) -> Claim:
    _, tag, tenant, job_id, attempt, text, options, weight, queue_ms, ttl_ms, chunk, grouped, suspect, culprits = item
    return Claim(
        tag=tag.decode(),
        tenant=tenant.decode(),
        id=job_id.decode(),
        attempt=int(attempt),
        text=text.decode(),
        options=decode_options(options) if options else Options(),
        weight=int(weight),
        queue_ms=int(queue_ms),
        ttl_ms=int(ttl_ms),
        chunk=bool(chunk),
        grouped=bool(grouped),
        suspect=bool(suspect),
        culprits=tuple(map(int, culprits.split())),
    )
