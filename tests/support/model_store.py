"""The job store's model in memory: the same promises in plain Python. The state machines run it against Redis.

One process, one lock, an injected clock. It claims, completes, renews, releases, sweeps, reconciles, adopts and forgets
as the scripts of `store/lua` do, chunks of batches included (`tests.support.model_batches`). It keeps no webhooks and
no announcements, has no queue of Celery's own (what other clients send comes by `send`), loses no message, and purges
by `reconcile` alone, where Redis also does so by itself a week later.
"""

import itertools
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from jobs.allowance import NO_LIMIT, Allowance
from jobs.attempt import AttemptEnd
from jobs.celery_task import CeleryMessage, CeleryTask
from jobs.choice import DEFAULT, Choice
from jobs.errors import IdempotencyMismatch, NotCancelable, OverLimit, QueueFull, TooMuch, TriedAgain, VersionMoved
from jobs.job import DEFAULT_TENANT, Claim, Job, JobError, Outcome, Status
from jobs.lane import Lane
from jobs.progress import Progress
from jobs.request import Priority, with_id
from jobs.retention import DEFAULT_RETENTION
from jobs.stored import Created, Stored
from store import queues
from tests.support.model_celery import ModelCelery
from tests.support.model_choice import PassedOn
from tests.support.model_queries import Record, locked
from tests.support.model_upkeep import HeldMessage

#: What a message that stands for nothing any more costs its organisation, in sentences, as in `job/claim.lua`.
PASSING = 0.01


class ModelStore(ModelCelery):
    """A `JobStore` in one process; see `jobs.store` for what each call means."""

    def __init__(self, now_ms: Callable[[], int] = lambda: int(time.time() * 1000)) -> None:
        super().__init__(now_ms)
        #: By tenant and key: digest, id, and until when that is remembered.
        self._idempotency: dict[tuple[str, str], tuple[str, str, int]] = {}
        #: What was made last to try something again: by tenant and the id of that.
        self.tries: dict[tuple[str, str], str] = {}
        self._tags = itertools.count(1)
        self._passed_on = PassedOn()
        self._waiting_elsewhere = self._passed_on
        #: By tenant, day and name: what was used.
        self.used: Counter[tuple[str, str, str]] = Counter()

    @property
    def day(self) -> str:
        """Today, in UTC."""
        return datetime.fromtimestamp(self._now() / 1000, UTC).date().isoformat()

    @locked
    def send(self, message: CeleryMessage, queue: str = queues.QUEUES[Priority.NORMAL]) -> None:
        """Another Celery client puts a message into a queue."""
        self._queues[queue].put(DEFAULT_TENANT, message)

    @locked
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
        of_key = with_id(digest, job.id) if own_id else digest
        if (first := self.made_before(job.tenant, idempotency, of_key)) is not None:
            return Created(job=self.get(job.tenant, first).job, new=False)
        key = (job.tenant, job.id)
        known = self._records.get(key)
        if known or self._gone.get(key, 0) > self._now():
            there = self.get(job.tenant, job.id).job
            if known is None or known.digest != digest:
                raise IdempotencyMismatch("A job with this id already exists for a different request.")
            return Created(job=there, new=False)
        self.demand_untried(job.tenant, job.request.retry_of)
        later = job.due_at is not None and job.due_at > self._now()
        self.demand_room(job.weight, limit, later=later)
        size = len(text.encode()) + len(job.request.encode())
        self.demand_own(job.tenant, job.weight, size, own, later=later)
        self.use_request(job.tenant, job.request.restaurant, job.weight)
        job = self.put(Record(job=job, text=text, digest=digest, queued_at=self._now()))
        self.remember(job.tenant, idempotency, of_key, job.id)
        self.tries[job.tenant, job.request.retry_of or ""] = job.id
        return Created(job=job, new=True, place=self.place(job) if job.status is Status.QUEUED else None)

    # What batches do too.

    def tried_again(self, tenant: str, old_id: str) -> str | None:
        return self.tries.get((tenant, old_id))

    def made_under(self, tenant: str, key: str, digest: str) -> str | None:
        return self.made_before(tenant, key, digest)

    def bind(self, tenant: str, key: str, digest: str, made_id: str) -> None:
        self.remember(tenant, key, digest, made_id)

    def demand_untried(self, tenant: str, old_id: str | None) -> None:
        """Raises TriedAgain when what tries something again is still there."""
        made = self.tries.get((tenant, old_id or ""))
        if made is not None and old_id is not None and self.present(tenant, [made]):
            raise TriedAgain

    def made_before(self, tenant: str, key: str | None, digest: str) -> str | None:
        """The id that was made under an idempotency key. Raises IdempotencyMismatch."""
        seen = self._idempotency.get((tenant, key)) if key is not None else None
        if seen is None or seen[2] <= self._now():
            return None
        if seen[0] != digest:
            raise IdempotencyMismatch
        return seen[1]

    def remember(self, tenant: str, key: str | None, digest: str, made: str) -> None:
        """What was made under an idempotency key."""
        if key is not None:
            self._idempotency[tenant, key] = (digest, made, self._now() + DEFAULT_RETENTION.idempotency_ms)

    def demand_room(self, weight: int, limit: int, *, later: bool) -> None:
        """Raises QueueFull when `weight` more sentences would be over `limit`."""
        backlog = self.backlog()
        waiting = backlog.scheduled if later else sum(backlog.waiting.values()) + backlog.celery
        if limit and waiting and waiting + weight > limit:
            if later:
                raise QueueFull.of_scheduled(waiting)
            raise QueueFull(f"{waiting} sentences are waiting already.", retry_after_s=5)

    def demand_own(self, tenant: str, weight: int, size: int, own: Allowance, *, later: bool) -> None:
        """Raises OverLimit, TooMuch when `weight` more sentences, or `size` more bytes, would be more than the
        organisation may have."""
        if own.bytes and self.stored(tenant) + size > own.bytes:
            raise (TooMuch if size > own.bytes else OverLimit)("bytes")
        counted = Status.SCHEDULED if later else Status.QUEUED
        records = [r.job for r in self._records.values() if r.job.tenant == tenant and r.job.status is counted]
        used = {"own": sum(job.weight for job in records), "day": self.used[tenant, self.day, "||accepted"]}
        for kind, most in (("own", own.waiting), ("day", own.day)):
            if most and used[kind] + weight > most:
                raise (TooMuch if weight > most else OverLimit)(kind)

    def stored(self, tenant: str) -> int:
        """The bytes that an organisation's records hold."""
        of_batches = sum(size for (owner, _), size in self.batch_bytes.items() if owner == tenant)
        return of_batches + sum(record.stored for record in self._records.values() if record.job.tenant == tenant)

    def use_request(self, tenant: str, restaurant: str | None, weight: int) -> None:
        """Counts a request for so many sentences."""
        self.used[tenant, self.day, f"{restaurant or ''}||requests"] += 1
        self.used[tenant, self.day, "||accepted"] += weight

    def put(self, record: Record, weight: int | None = None, *, lies: bool = True) -> Job:
        """Queue a new record, or schedule it; `weight` is its whole batch's. `lies`: so does a message."""
        now = self._now()
        job = record.job.made(now)
        queue = queues.queue_of(job.request, job.weight if weight is None else weight)
        self._records[job.tenant, job.id] = record
        if job.due_at is not None and job.due_at > now:
            record.job = replace(job, status=Status.SCHEDULED, queue=queue)
            return record.job
        self._marks[queue] += job.weight
        mark = self._marks[queue]
        record.job = replace(job, status=Status.QUEUED, queue=queue, queue_mark=mark)
        if lies:
            self._queues[queue].put(job.tenant, (job.tenant, job.id))
        return record.job

    @locked
    def cancel(self, tenant: str, job_id: str, *, version: int | None = None) -> Stored:
        record = self._record(tenant, job_id)
        if version not in (None, record.job.version):
            raise VersionMoved
        if record.job.status is Status.RUNNING:
            if not record.job.cancel_requested:
                self._change(record, cancel_requested=True)
        elif record.job.status in (Status.SCHEDULED, Status.QUEUED):
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
        lane: Lane | None = None,
        holder: str = "",
        serves: Sequence[str] = (),
    ) -> list[Claim | CeleryMessage]:
        claims: list[Claim | CeleryMessage] = []
        taken, now = 0, self._now()
        self._fire_due()
        for where, waiting in self._passed_on.of(lane, serves):
            while len(claims) < jobs and taken < weight and waiting:
                key = waiting.popleft()
                record = self._records.get(key)
                if record is None or record.job.status is not Status.QUEUED:
                    continue
                if record.strikes and (claims or not idle):
                    waiting.appendleft(key)
                    return claims
                if self._late(record):
                    self._finish(record, Status.EXPIRED)
                    continue
                record.passed_on = where
                self._start(record, f"tag-{next(self._tags)}/{record.job.attempt}/{holder}", lease_ms)
                claims.append(record.claim(now))
                taken += record.job.weight
                if record.strikes:
                    return claims
        for name, queue in self._queues.items():
            if lane is not None and name not in queues.LANES[lane]:
                continue
            if len(claims) >= jobs or taken >= weight:
                break
            queue.begin()
            alone = False
            while not alone and len(claims) < jobs and taken < weight and (item := queue.take()) is not None:
                if isinstance(item, CeleryMessage):
                    self._messages[item.tag] = HeldMessage(message=item, queue=name, lease_until=now + lease_ms)
                    claims.append(item)
                    taken += 1
                    queue.charge(1)
                    continue
                record = self._records.get(item)
                if record is None or record.job.status is not Status.QUEUED:
                    queue.charge(PASSING)
                    continue
                job = record.job
                choice = self.aliases.choice(record)
                if choice is not None and serves and choice.version not in serves:
                    self._pass_on(record, choice, name)
                    queue.charge(job.weight)
                elif record.strikes and (claims or not idle):
                    queue.take_back(item)
                    alone = True
                elif self._late(record):
                    self._finish(record, Status.EXPIRED)
                    queue.charge(PASSING)
                else:
                    record.choice = choice
                    self._start(record, f"tag-{next(self._tags)}/{job.attempt}/{holder}", lease_ms)
                    claims.append(record.claim(now))
                    taken += job.weight
                    queue.charge(job.weight)
                    alone = record.strikes > 0
            queue.end()
            if alone:
                break
        return claims

    def _pass_on(self, record: Record, choice: Choice, queue: str) -> None:
        """It waits for a worker that has the version."""
        job, record.choice = record.job, choice
        record.passed_on = (queues.LANE_OF[queue], choice.version)
        self._marks[queues.MODEL_QUEUE] += job.weight
        record.job = replace(job, queue=queues.MODEL_QUEUE, queue_mark=self._marks[queues.MODEL_QUEUE])
        self._passed_on.put(queue, choice.version, (job.tenant, job.id))

    @locked
    def give_up(self, version: str, why: str) -> int:
        """See `store.lost_models.LostModelStore`."""
        found = [self._records.get(item) for item in self._passed_on.give_up(version)]
        waiting = [record for record in found if record and record.job.status is Status.QUEUED]
        for record in waiting:
            self._finish(record, Status.FAILED, error=JobError(code="unknown_model", message=why))
        return len(waiting)

    @locked
    def take_back(self, gone: str, *, home: str = "") -> int:
        """See `store.rollouts.RolloutStore`."""

        def chosen(item: tuple[str, str]) -> str | None:
            record = self._records.get(item)
            if record is None or record.job.status is not Status.QUEUED:
                return None
            choice = self.aliases.choice(record, gone)
            version = choice.version if choice else home
            if version in ("", gone):
                return None
            assert record.passed_on is not None
            record.choice, record.passed_on = choice, (record.passed_on[0], version)
            return version

        return self._passed_on.take_back(gone, chosen)

    def _put_in_front(self, record: Record) -> None:
        if record.job.queue == queues.MODEL_QUEUE:
            assert record.passed_on is not None
            self._passed_on.put_back(record.passed_on, (record.job.tenant, record.job.id))
        else:
            super()._put_in_front(record)

    def _start(self, record: Record, tag: str, lease_ms: int) -> None:
        now = self._now()
        record.tag, record.lease_until = tag, now + lease_ms
        self._change(record, status=Status.RUNNING, started_at=now)

    @locked
    def reclaim(self, holder: str, known: Sequence[str]) -> int:
        tags = [record.tag for record in self._records.values() if record.tag and record.tag.endswith(f"/{holder}")]
        return self.release([tag for tag in tags if tag not in known])

    @locked
    def mark_line(self, claim: Claim, line: int | None) -> None:
        record = self._records.get((claim.tenant, claim.id))
        if record is not None and record.tag == claim.tag:
            record.judging = line

    @locked
    def note_progress(self, moved: Sequence[tuple[Claim, Progress]]) -> None:
        for claim, progress in moved:
            record = self._owned(claim)
            before = record.job.progress if record is not None else None
            if record is not None and (before is None or progress.done > before.done):
                self._change(record, progress=progress)

    @locked
    def adopt(
        self, message: CeleryMessage, job: Job, text: str, *, lease_ms: int, task: CeleryTask | None = None
    ) -> Claim | Status | None:
        now, record = self._now(), self._records.get((job.tenant, job.id))
        if record is not None and record.tag == message.tag:
            # The same call again, after its answer was lost on the way.
            return replace(record.claim(now), queue_ms=0)
        held = self._messages.pop(message.tag, None)
        if record is not None:
            if not self._may_be_tried_again(record, task):
                self._follow_too(record, task)
                return None
            self._purge(record, told=True)
        self._gone.pop((job.tenant, job.id), None)
        self._owed.pop((job.tenant, job.id), None)
        record = Record(job=job, text=text, digest="", queued_at=now, task=task, native=True)
        if task is not None and task.request:
            record.follow_ups, record.marks = [task.request], {task.mark}
        self.use_request(job.tenant, job.request.restaurant, job.weight)
        self.put(record, lies=False)
        bulk = record.job.queue in queues.BULK_QUEUES
        # Which version is to judge it is looked up as it is claimed.
        ahead = not bulk and (job.request.model is not None or DEFAULT in self.aliases.all())
        waits = record.job.status is Status.SCHEDULED or bulk or ahead
        revoked = self._revoked.get(job.task_id, 0) > now
        if revoked or self._late(record):
            return self._finish(record, Status.CANCELED if revoked else Status.EXPIRED, told=True)
        if waits:
            if record.job.status is Status.QUEUED:
                self._queues[record.job.queue].put(job.tenant, (job.tenant, job.id), in_front=ahead)
            return record.job.status
        self._change(record)
        self._start(record, message.tag, lease_ms)
        record.lease_until = held.lease_until if held else record.lease_until
        return replace(record.claim(now), queue_ms=0)

    @staticmethod
    def _may_be_tried_again(record: Record, task: CeleryTask | None) -> bool:
        if not record.native or not record.job.status.terminal:
            return False
        if record.job.status is not Status.SUCCEEDED:
            return True
        kept = not (record.task and record.task.ignored) or (record.follow_ups and record.follow_up_at is not None)
        return not kept and (task is None or not task.ignored or bool(task.request))

    @staticmethod
    def _follow_too(record: Record, task: CeleryTask | None) -> None:
        if task is None or not task.request or (not task.anew and record.follow_ups and task.mark in record.marks):
            return
        if record.job.status.terminal and record.follow_up_at is None:
            record.follow_ups.clear()
        record.follow_ups.append(task.request)
        record.marks.add(task.mark)
        if record.job.status.terminal and record.follow_up_at is None:
            record.follow_up_at = 0

    @locked
    def take(self, tenant: str, job_id: str, tag: str, *, lease_ms: int, serves: Sequence[str] = ()) -> Claim | None:
        record = self._records.get((tenant, job_id))
        if record is None or record.job.status not in (Status.QUEUED, Status.RUNNING):
            return None
        now, lost = self._now(), record.job.status is Status.RUNNING
        if lost:
            if record.lease_until > now:
                return None
            self._tell_lost(record)
            if record.job.cancel_requested:
                self._finish(record, Status.CANCELED)
                return None
            self._enqueue(record, AttemptEnd.LOST)
        if self._late(record):
            self._finish(record, Status.EXPIRED)
            return None
        choice = self.aliases.choice(record)
        if choice is not None and serves and choice.version not in serves:
            if record.job.queue != queues.MODEL_QUEUE:
                self._pass_on(record, choice, record.job.queue)
            elif lost:
                # Otherwise it lies in the list of its model already.
                self._put_in_front(record)
            return None
        record.choice = choice
        self._start(record, tag, lease_ms)
        record.taken = True
        return record.claim(now)

    @locked
    def drop(self, message: CeleryMessage) -> None:
        self._messages.pop(message.tag, None)

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
                states.append(self._finish(record, Status.CANCELED, told=True))
            elif record.redo and outcome.status is Status.SUCCEEDED:
                self._requeue(record, AttemptEnd.REDONE)
                states.append(None)
            else:
                record.result = outcome.result
                record.tally = outcome.tally
                more = {"error": outcome.error, "model": outcome.model, "timings": outcome.timings}
                if outcome.status is Status.SUCCEEDED:
                    self.use(record.job.tenant, outcome)
                states.append(
                    self._finish(
                        record,
                        outcome.status,
                        told=True,
                        good=outcome.good,
                        bad=outcome.bad,
                        skipped=outcome.skipped,
                        **more,
                    )
                )
        return states

    def use(self, tenant: str, outcome: Outcome) -> None:
        """Counts what was judged."""
        model = outcome.model or {}
        for of in outcome.used:
            name = f"{of.restaurant or ''}|{model.get('name')}/{model.get('version')}"
            for what in ("reviews", "sentences", "characters"):
                self.used[tenant, self.day, f"{name}|{what}"] += getattr(of, what)

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
            stop = Status.EXPIRED if self._late(record) else Status.RUNNING
            states.append(Status.CANCELED if record.job.cancel_requested else stop)
        return states

    @locked
    def release(self, tags: Sequence[str]) -> int:
        back = 0
        for tag in tags:
            record = next((each for each in self._records.values() if each.tag == tag and not each.taken), None)
            if record is not None:
                back += self._requeue(record, AttemptEnd.RELEASED) is Status.QUEUED
            elif tag in self._messages:
                self._put_back(self._messages[tag])
                back += 1
        return back

    @locked
    def delete_untaken(self, tenant: str, job_id: str, sees: Callable[[str | None], bool]) -> bool:
        # Its messages have no contents.
        return False

    def delete(self, tenant: str, job_id: str, *, version: int | None = None) -> None:
        if (tenant, job_id) not in self._records:
            self.told.append(("deleted", job_id))
        record = self._record(tenant, job_id)
        if version not in (None, record.job.version):
            raise VersionMoved
        if record.native and not record.job.status.terminal:
            self._finish(record, Status.CANCELED)
        self._purge(record, told=True)
