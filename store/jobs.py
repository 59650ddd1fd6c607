"""The job store in Redis. Every change is one script (`store/lua`), so that nothing can die between two halves."""

import hashlib
import logging
from collections import Counter
from collections.abc import Sequence
from typing import Any

from jobs.allowance import NO_LIMIT, Allowance
from jobs.backlog import Place
from jobs.celery_task import CeleryMessage, CeleryTask
from jobs.errors import IdempotencyMismatch, NotCancelable, NotFound, QueueFull, TextKeyMissing, VersionMoved
from jobs.job import TEXT_ERASED, Claim, Job, JobError, Outcome, Status
from jobs.lane import Lane
from jobs.progress import Progress
from jobs.request import Priority, with_id
from jobs.stored import Created, Stored
from store import keys, queues
from store.celery_tasks import RedisCeleryTasks
from store.claimed_queues import claimed_queues
from store.course import RedisCourses
from store.job_queries import RedisQueries
from store.job_record import NOT_JUDGED_HERE, claim_from, fields, outcome_arguments, pairs, task_fields
from store.refusals import over
from store.rejects import RedisRejects
from store.scripts import translated
from store.tries import RedisTries
from store.upkeep import RedisUpkeep

#: Times that one call looks behind garbage; each puts as much aside as there may be jobs.
MOST_GARBAGE = 100
#: What `job/adopt.lua` answers for what is not to be done now; one that was there before is somebody else's to tell of.
_ADOPTED = {
    b"queued": Status.QUEUED, b"scheduled": Status.SCHEDULED, b"revoked": Status.CANCELED, b"expired": Status.EXPIRED,
    b"held": None, b"ended": None,
}  # fmt: skip
log = logging.getLogger(__name__)


class RedisStore(RedisQueries, RedisCourses, RedisCeleryTasks, RedisRejects, RedisTries, RedisUpkeep):
    """A `JobStore` in Redis 6.2 or newer; see `jobs.store.JobStore` for what each call means."""

    @translated
    def create(
        self,
        job: Job,
        text: str,
        *,
        idempotency: str | None = None,
        digest: str = "",
        limit: int = 0,
        own_id: bool = False,
        own: Allowance = NO_LIMIT,
        waiter: str = "",
    ) -> Created:
        queue = queues.queue_of(job.request, job.weight)
        message = self._messages.build(job.tenant, job.id, queue)
        of_key = with_id(digest, job.id) if own_id else digest
        bound = self._sealing.digest(job.tenant, of_key)
        head = [job.tenant, job.id, message, job.weight, limit, idempotency or "", bound]
        head += [self._retention.idempotency_ms]
        # Redis' clock sets the deadline, as it alone decides when that has passed.
        within_s = job.request.deadline_s if job.deadline_at is None else None
        head += [job.due_at or 0, "" if within_s is None else round(within_s * 1000), own.waiting, own.day, own.bytes]
        head += [job.request.retry_of or ""]
        more = pairs({"waiter": waiter or None, "digest": self._sealing.digest(job.tenant, digest) or None})
        record = [*fields(job, text, self._sealing), *more]
        answer = self._run("job/create", [queue], [*head, *record])
        match answer[0]:
            case b"scheduled":
                return Created(job=job.made(int(answer[1]), status=Status.SCHEDULED), new=True)
            case b"created":
                mark, place = int(answer[2]), int(answer[3])
                job = job.made(int(answer[1]), queue=queue, queue_mark=mark, queue_place=place)
                return Created(job=job, new=True, place=Place(position=int(answer[4]), ahead=int(answer[5])))
            # A release of before 30 November 2026 bound a key to the request alone, also beside a client's own id.
            case b"seen" | b"mismatch" if self._sealing.matches(job.tenant, answer[2].decode(), of_key) or (
                answer[1].decode() == job.id and self._sealing.matches(job.tenant, answer[2].decode(), digest)
            ):
                return Created(job=self.get(job.tenant, answer[1].decode()).job, new=False)
            case b"exists":
                # First of all, whether it is gone: nothing tells any more what was asked of it.
                there = self.get(job.tenant, job.id).job
                if self._sealing.matches(job.tenant, answer[1].decode(), digest):
                    return Created(job=there, new=False)
                raise IdempotencyMismatch("A job with this id already exists for a different request.")
            case b"mismatch":
                raise IdempotencyMismatch
            case b"own" | b"ahead" | b"day" | b"bytes" | b"keys" | b"tried":
                raise over(answer, job.weight, self._drain_s)
            case _ if (job.due_at or 0) > self._now_ms():
                raise QueueFull.of_scheduled(int(answer[1]))
            case _:
                raise QueueFull(f"{int(answer[1])} sentences are waiting already.", retry_after_s=self._drain_s())

    def _drain_s(self) -> int:
        """Seconds until about half of the backlog is done, between 1 and 300."""
        backlog = self.backlog()
        waiting = sum(backlog.waiting.values()) + backlog.running
        return max(1, min(300, round(waiting / 2 / backlog.rate))) if backlog.rate else 5

    @translated
    def cancel(self, tenant: str, job_id: str, *, version: int | None = None) -> Stored:
        answer = self._run("job/cancel", args=[tenant, job_id, version or ""])
        if answer[0] == b"missing":
            self.get(tenant, job_id)
            raise NotFound
        if answer[0] == b"moved":
            raise VersionMoved
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
        lane: Lane | None = None,
        holder: str = "",
        serves: Sequence[str] = (),
    ) -> list[Claim | CeleryMessage]:
        lists = claimed_queues(lane, tuple(serves))
        claims, unreadable = list[Claim | CeleryMessage](), dict[Exception, str]()
        for _ in range(MOST_GARBAGE):
            taken = self._run("job/claim", lists, [jobs, weight, lease_ms, int(idle), holder, *serves])
            for kind, *item in taken:
                if kind == b"job":
                    self._add_claim(claims, unreadable, item)
                elif kind == b"message":
                    claims.append(CeleryMessage(tag=item[0].decode(), message=item[1]))
                elif kind == b"garbage":
                    self._put_aside(CeleryMessage(tag=item[0].decode(), message=item[1]))
            # Behind what was nothing but garbage there may be work.
            if claims or unreadable or not taken:
                break
        for why, number in Counter(map(str, unreadable)).items():
            log.error("jobs cannot be judged here: %s", why, extra={"jobs": number})
        # Others may have the keys, or be of a newer release.
        self.release(list(unreadable.values()))
        if unreadable and not claims:
            raise next(iter(unreadable))
        return claims

    def _add_claim(
        self, claims: list[Claim | CeleryMessage], unreadable: dict[Exception, str], item: Sequence[bytes]
    ) -> None:
        """`unreadable`: why one cannot be judged here -> its tag."""
        try:
            claims.append(claim_from(item, self._sealing))
        except NOT_JUDGED_HERE as error:
            unreadable[error] = item[0].decode()

    @translated
    def reclaim(self, holder: str, known: Sequence[str]) -> int:
        tags: Any = self._redis.hkeys(keys.CLAIMS)
        mine = {tag.decode() for tag in tags if tag.endswith(f"/{holder}".encode())}
        return self.release(sorted(mine - set(known)))

    @translated
    def adopt(
        self, message: CeleryMessage, job: Job, text: str, *, lease_ms: int, task: CeleryTask | None = None
    ) -> Claim | Status | None:
        queue = queues.queue_of(job.request, job.weight)
        # What is due later, long or for its own lane waits as any other job does; the rest begins at once.
        waits = int(queue in (queues.LONG_QUEUE, queues.QUEUES[Priority.BULK]))
        if job.request.model is not None and not waits:
            # It is not sure that this worker serves it.
            waits = 2
        ours, sealing = self._messages.build(job.tenant, job.id, queue), self._sealing
        anew = int(task is None or task.anew)
        is_it = hashlib.sha1(message.message, usedforsecurity=False).hexdigest()
        head = [message.tag, job.tenant, job.id, job.weight, lease_ms, job.due_at or 0, waits, ours, anew, is_it]
        record = [*fields(job, text, sealing), *task_fields(job.tenant, task, sealing)]
        answer = self._run("job/adopt", [queue], [*head, *record])
        if answer[0] != b"adopted":
            return _ADOPTED[answer[0]]
        return Claim(
            tag=message.tag, tenant=job.tenant, id=job.id, attempt=int(answer[1]), text=text, request=job.request,
            weight=job.weight, queue_ms=0, ttl_ms=job.ttl_ms, celery_meta=task.meta if task else b"",
            celery_headers=task.headers if task else b"", deadline_at=job.deadline_at, day=job.day,
            trace=job.trace,
        )  # fmt: skip

    @translated
    def take(self, tenant: str, job_id: str, tag: str, *, lease_ms: int, serves: Sequence[str] = ()) -> Claim | None:
        message = self._messages.build(tenant, job_id, queues.QUEUES[Priority.NORMAL])
        item, *lost = self._run("job/take", args=[tag, tenant, job_id, lease_ms, message, *serves]) or [None]
        self._tell_lost(lost)
        return claim_from(item[1:], self._sealing) if item else None

    @translated
    def drop(self, message: CeleryMessage) -> None:
        # No transaction: a Redis whose memory is full refuses those, whatever is in them.
        pipe = self._redis.pipeline(transaction=False)
        pipe.hdel(keys.CLAIMS, message.tag)
        pipe.zrem(keys.LEASES, message.tag)
        if self._sealing.on:
            # It was in plain: it is to leave Redis' file, too.
            pipe.set(keys.ERASED, self._now_ms(), nx=True)
        pipe.execute()

    @translated
    def complete(self, outcomes: Sequence[Outcome]) -> list[Status | None]:
        args = [argument for outcome in outcomes for argument in self._arguments(outcome)]
        return [Status(state.decode()) if state else None for state in self._run("job/complete", args=args)]

    def _arguments(self, outcome: Outcome) -> list[Any]:
        try:
            return outcome_arguments(outcome, self._sealing)
        except TextKeyMissing as error:
            # It must not keep what was judged with it from being stored. The text is kept, to be tried again.
            erased = self._sealing.erased(outcome.claim.tenant)
            why = TEXT_ERASED if erased else JobError(code="text_key_missing", message=str(error))
            return outcome_arguments(Outcome(claim=outcome.claim, status=Status.FAILED, error=why), self._sealing)

    @translated
    def renew(self, claims: Sequence[Claim], *, lease_ms: int) -> list[Status | None]:
        args: list[Any] = [lease_ms]
        for claim in claims:
            args += [claim.tag, claim.tenant, claim.id, claim.attempt]
        states = {b"ok": Status.RUNNING, b"canceled": Status.CANCELED, b"expired": Status.EXPIRED, b"lost": None}
        return [states[answer] for answer in self._run("job/renew", args=args)]

    @translated
    def mark_line(self, claim: Claim, line: int | None) -> None:
        self._run("job/mark_line", args=[claim.tenant, claim.id, claim.tag, "" if line is None else line])

    @translated
    def note_progress(self, moved: Sequence[tuple[Claim, Progress]]) -> None:
        args: list[Any] = []
        for claim, progress in moved:
            args += [claim.tag, claim.tenant, claim.id, claim.attempt, progress.done, progress.total]
        self._run("job/note_progress", args=args)

    @translated
    def release(self, tags: Sequence[str]) -> int:
        return int(self._run("job/release", args=tags)) if tags else 0

    @translated
    def delete(self, tenant: str, job_id: str, *, version: int | None = None) -> None:
        match self._run("job/delete", args=[tenant, job_id, version or ""]):
            case -1:
                raise VersionMoved
            case 0:
                self.get(tenant, job_id)
                raise NotFound
