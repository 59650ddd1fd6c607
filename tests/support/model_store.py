"""The job store's twin in memory: the same promises in plain Python, for tests and for reading.

One process, one lock, an injected clock. What is hard to see in the scripts of `store/lua` is easy to see here; the
same tests run on both.
"""

import itertools
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from jobs.backlog import WorkerInfo
from jobs.errors import IdempotencyMismatch, NotCancelable, QueueFull
from jobs.job import TRANSITIONS, Claim, Job, JobError, Outcome, Status
from jobs.request import Priority
from jobs.store import CeleryMessage, Created, Reconciled, Stored
from tests.support.model_queries import ModelQueries, Record, locked


class ModelStore(ModelQueries):
    """A `JobStore` in one process; see `jobs.store.JobStore` for what each call means."""

    def __init__(self, now_ms: Callable[[], int] = lambda: int(time.time() * 1000)) -> None:
        super().__init__(now_ms)
        #: Called with the task id of every job that changed.
        self.on_change: Callable[[str], None] = lambda task: None
        self._idempotency: dict[tuple[str, str], tuple[str, str]] = {}
        self._tags = itertools.count(1)
        self._marks: dict[Priority, int] = defaultdict(int)

    @locked
    def create(
        self, job: Job, text: str, *, idempotency: str | None = None, digest: str = "", limit: int = 0
    ) -> Created:
        if idempotency is not None and (seen := self._idempotency.get((job.tenant, idempotency))):
            if seen[0] != digest:
                raise IdempotencyMismatch
            return Created(job=self.get(job.tenant, seen[1]).job, new=False)
        known = self._records.get((job.tenant, job.id))
        if known or (job.tenant, job.id) in self._gone:
            if known is None or known.digest != digest:
                raise IdempotencyMismatch("A job with this id already exists for a different request.")
            return Created(job=self.get(job.tenant, job.id).job, new=False)
        waiting = sum(self.backlog().waiting.values())
        if limit and waiting and waiting + job.weight > limit:
            raise QueueFull(f"{waiting} sentences are waiting already.", retry_after_s=5)
        now = self._now()
        self._marks[job.request.priority] += job.weight
        job = replace(job, created_at=now, status=Status.QUEUED, queue_mark=self._marks[job.request.priority])
        self._records[job.tenant, job.id] = Record(job=job, text=text, digest=digest, queued_at=now)
        if idempotency is not None:
            self._idempotency[job.tenant, idempotency] = (digest, job.id)
        self._queues[job.request.priority].append((job.tenant, job.id))
        return Created(job=job, new=True, place=self.place(job))

    @locked
    def cancel(self, tenant: str, job_id: str) -> Stored:
        record = self._record(tenant, job_id)
        if record.job.status is Status.RUNNING:
            if not record.job.cancel_requested:
                self._change(record, cancel_requested=True)
        elif record.job.status is Status.QUEUED:
            self._finish(record, Status.CANCELED)
        elif record.job.status is not Status.CANCELED:
            raise NotCancelable(f"The job has already ended: it is {record.job.status}.")
        return self.get(tenant, job_id)

    @locked
    def claim(
        self,
        *,
        jobs: int,
        weight: int,
        lease_ms: int,
        idle: bool = True,
        bulk: bool | None = None,
        holder: str = "",
    ) -> list[Claim | CeleryMessage]:
        claims: list[Claim | CeleryMessage] = []
        taken, now = 0, self._now()
        for priority, queue in self._queues.items():
            if bulk is not None and bulk is not (priority is Priority.BULK):
                continue
            while queue and len(claims) < jobs and taken < weight:
                record = self._records.get(queue.popleft())
                if record is None or record.job.status is not Status.QUEUED:
                    continue
                job = record.job
                if record.strikes and (claims or not idle):
                    queue.appendleft((job.tenant, job.id))
                    return claims
                if job.deadline_at is not None and job.deadline_at <= now:
                    self._finish(record, Status.EXPIRED)
                    continue
                record.tag, record.lease_until = f"tag-{next(self._tags)}", now + lease_ms
                self._change(record, status=Status.RUNNING, started_at=now)
                claims.append(record.claim(now))
                taken += job.weight
                if record.strikes:
                    return claims
        return claims

    def reclaim(self, holder: str, known: Sequence[str]) -> int:
        """In memory no answer is ever lost."""
        return 0

    def mark_line(self, claim: Claim, line: int | None) -> None:
        """In memory there are no chunks."""

    def adopt(self, message: CeleryMessage, job: Job, text: str, *, lease_ms: int) -> Claim | None:
        """Nobody sends messages by himself to a store in memory."""
        raise NotImplementedError

    @locked
    def take(self, tenant: str, job_id: str, tag: str, *, lease_ms: int) -> Claim | None:
        record = self._records.get((tenant, job_id))
        if record is None or record.job.status not in (Status.QUEUED, Status.RUNNING):
            return None
        now = self._now()
        if record.job.status is Status.RUNNING:
            if record.lease_until > now:
                return None
            self._requeue(record)
        if record.job.deadline_at is not None and record.job.deadline_at <= now:
            self._finish(record, Status.EXPIRED)
            return None
        record.tag, record.lease_until = tag, now + lease_ms
        self._change(record, status=Status.RUNNING, started_at=now)
        return record.claim(now)

    def drop(self, message: CeleryMessage) -> None:
        """Nobody sends messages by himself to a store in memory."""
        raise NotImplementedError

    def _owned(self, claim: Claim) -> Record | None:
        record = self._records.get((claim.tenant, claim.id))
        held = record is not None and record.job.status is Status.RUNNING
        return record if held and record and (record.job.attempt, record.tag) == (claim.attempt, claim.tag) else None

    @locked
    def complete(self, outcomes: Sequence[Outcome]) -> list[Status | None]:
        states: list[Status | None] = []
        for outcome in outcomes:
            record = self._owned(outcome.claim)
            if record is None:
                states.append(None)
            elif record.job.cancel_requested:
                states.append(self._finish(record, Status.CANCELED))
            else:
                record.result = outcome.result
                record.tally = dict(outcome.tally) if outcome.tally else None
                more = {"error": outcome.error, "model": outcome.model, "inference_ms": outcome.inference_ms}
                states.append(self._finish(record, outcome.status, **more))
        return states

    @locked
    def renew(self, claims: Sequence[Claim], *, lease_ms: int) -> list[Status | None]:
        states: list[Status | None] = []
        now = self._now()
        for claim in claims:
            record = self._owned(claim)
            if record is None:
                states.append(None)
                continue
            record.lease_until = now + lease_ms
            late = record.job.deadline_at is not None and record.job.deadline_at <= now
            stop = Status.EXPIRED if late else Status.RUNNING
            states.append(Status.CANCELED if record.job.cancel_requested else stop)
        return states

    @locked
    def release(self, tags: Sequence[str]) -> int:
        held = [record for record in self._records.values() if record.tag in tags]
        for record in held:
            self._requeue(record)
        return len(held)

    @locked
    def sweep(self, *, strikes: int = 3, most: int = 100, quiet_ms: int = 0) -> tuple[int, int]:
        now, requeued, failed = self._now(), 0, 0
        lost = [r for r in self._records.values() if r.tag is not None and r.lease_until <= now][:most]
        for record in lost:
            record.strikes += 1
            if record.job.cancel_requested:
                self._finish(record, Status.CANCELED)
            elif record.strikes >= strikes:
                text = f"The job was lost with its worker {record.strikes} times and is not tried again."
                self._finish(record, Status.FAILED, error=JobError(code="worker_lost", message=text))
                failed += 1
            else:
                self._requeue(record)
                requeued += 1
        return requeued, failed

    @locked
    def reconcile(self, *, strikes: int = 3, most: int = 100) -> Reconciled:
        now = self._now()
        late = [
            record for record in self._records.values()
            if record.job.status is Status.QUEUED and record.job.deadline_at is not None
            and record.job.deadline_at <= now
        ][:most]  # fmt: skip
        for record in late:
            self._finish(record, Status.EXPIRED)
        old = [r.job for r in self._records.values() if r.job.expires_at is not None and r.job.expires_at <= now][:most]
        for job in old:
            self._purge(job.tenant, job.id)
        # In memory no message is ever lost without its record, and every worker is swept.
        return Reconciled(expired=len(late), purged=len(old))

    @locked
    def delete(self, tenant: str, job_id: str) -> None:
        self._record(tenant, job_id)
        self._purge(tenant, job_id)

    def _purge(self, tenant: str, job_id: str) -> None:
        del self._records[tenant, job_id]
        self._gone.add((tenant, job_id))

    @locked
    def count(self, counts: Mapping[str, int]) -> None:
        self._counters.update(counts)

    @locked
    def report_worker(self, info: WorkerInfo, *, alive_ms: int) -> None:
        self._workers[info.name] = (info, self._now() + alive_ms)

    def _change(self, record: Record, **changes: object) -> None:
        record.job = replace(record.job, version=record.job.version + 1, **changes)  # type: ignore[arg-type]
        self.on_change(record.job.task_id)

    def _finish(self, record: Record, status: Status, **changes: object) -> Status:
        assert status in TRANSITIONS[record.job.status], (record.job.status, status)
        now = self._now()
        record.tag = None
        self._change(record, status=status, finished_at=now, expires_at=now + record.job.ttl_ms, **changes)
        return status

    def _requeue(self, record: Record) -> None:
        job = record.job
        record.tag, record.queued_at = None, self._now()
        self._marks[job.request.priority] += job.weight
        mark = self._marks[job.request.priority]
        self._change(record, status=Status.QUEUED, attempt=job.attempt + 1, queue_mark=mark)
        self._queues[job.request.priority].appendleft((job.tenant, job.id))
