"""How jobs in memory change: their states, what lost workers held, what is past its time, and how batches count."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from jobs.attempt import AttemptEnd
from jobs.backlog import WorkerInfo
from jobs.batch import Batch
from jobs.batch_status import TRANSITIONS as BATCH_TRANSITIONS
from jobs.batch_status import BatchStatus
from jobs.budgets import Budgets, Kept
from jobs.celery_task import CeleryMessage, UntoldEnd
from jobs.job import DEFAULT_TENANT, TRANSITIONS, JobError, Status, task_id
from jobs.request import Form
from jobs.retention import DEFAULT_RETENTION
from jobs.stored import LostAttempt, Reconciled
from tests.support.model_choice import ModelAliases
from tests.support.model_queries import ModelQueries, Record, locked

#: The same as in the scripts: how long claims live on after Redis was away.
AMNESTY_MS = 5_000
#: The same as there: of a batch that is gone on with, at most so many chunks at once.
CHUNKS_A_CALL = 10


@dataclass(kw_only=True, slots=True)
class HeldMessage:
    """A message of another Celery client that a worker holds and has not adopted yet."""

    message: CeleryMessage
    queue: str
    lease_until: int


class ModelUpkeep(ModelQueries):
    """`jobs.store.Upkeep`, and the steps that all changes are made of."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        super().__init__(now_ms)
        self.aliases = ModelAliases(now_ms)
        #: Called with the task id of every job and batch that changed.
        self.on_change: Callable[[str], None] = lambda task: None
        self.on_lost: Callable[[Sequence[LostAttempt]], None] = lambda lost: None
        #: What the archive is told: `ended` or `deleted`, and an id.
        self.told: list[tuple[str, str]] = []
        #: By tenant and id; `None` for one that was deleted.
        self.batches: dict[tuple[str, str], Batch | None] = {}
        #: Those that were called off or deleted, but not yet with all of their chunks: the next chunk.
        self.rests: dict[tuple[str, str], int] = {}
        #: What the records of batches hold that are not yet purged.
        self.batch_bytes: dict[tuple[str, str], int] = {}
        self._messages: dict[str, HeldMessage] = {}
        #: What was purged before Celery was told of its end; kept for ever here, for a day there.
        self._owed: dict[tuple[str, str], Record] = {}
        #: Ends that no attempt tells to monitors, and until when they are kept.
        self._untold: list[UntoldEnd] = []
        self._untold_until = 0
        self._marks: dict[str, int] = defaultdict(int)
        self._swept_at: int | None = None

    @locked
    def sweep(self, *, strikes: int = 3, most: int = 100, quiet_ms: int = 0) -> tuple[int, int]:
        now = self._now()
        last = now if self._swept_at is None else self._swept_at
        if quiet_ms:
            self._swept_at = now
        held: list[Record | HeldMessage] = [r for r in self._records.values() if r.tag is not None and not r.taken]
        held += self._messages.values()
        if quiet_ms and now - last > quiet_ms:
            for each in held:
                each.lease_until = now + AMNESTY_MS if last <= each.lease_until <= now else each.lease_until
        lost = sorted((each for each in held if each.lease_until <= now), key=lambda each: each.lease_until)
        ends = [self._lose(each, strikes) if isinstance(each, Record) else self._put_back(each) for each in lost[:most]]
        return ends.count(Status.QUEUED), ends.count(Status.FAILED)

    def _put_back(self, held: HeldMessage) -> Status:
        """A message that was not adopted waits again; nobody is blamed."""
        del self._messages[held.message.tag]
        self._queues[held.queue].put(DEFAULT_TENANT, held.message, in_front=True)
        return Status.QUEUED

    def relieve(self, budgets: Budgets | None = None) -> Mapping[Kept, int]:
        """Memory always has room."""
        return {}

    @locked
    def reconcile(self, *, strikes: int = 3, most: int = 100) -> Reconciled:
        now = self._now()
        old = [r for r in self._records.values() if self._ended_before(r, now)][:most]
        for record in old:
            self._purge(record)
            if record.batch is not None:
                self.batch_bytes.pop((record.job.tenant, record.batch), None)
        room = most - len(old)
        for key in list(self.rests):
            room -= self.go_on(key, min(CHUNKS_A_CALL, room))
        self._fire_due()
        live = [record for record in self._records.values() if not record.job.status.terminal]
        late = [record for record in live if record.job.status is not Status.RUNNING and self._late(record)][:most]
        for record in late:
            self._finish(record, Status.EXPIRED)
        # What a batch consumer holds is swept; messages are never lost in memory.
        lost = [record for record in live if record.taken and record.tag is not None and record.lease_until <= now]
        ends = [self._lose(record, strikes) for record in lost[:most]]
        return Reconciled(
            expired=len(late), purged=len(old), requeued=ends.count(Status.QUEUED), failed=ends.count(Status.FAILED)
        )

    def _ended_before(self, record: Record, now: int) -> bool:
        """Whether the time of what has ended is over; a chunk's time begins to run when its batch ends."""
        if record.batch is None:
            return record.job.expires_at is not None and record.job.expires_at <= now
        batch = self.batches[record.job.tenant, record.batch]
        return batch is not None and batch.expires_at is not None and batch.expires_at <= now

    def _late(self, record: Record) -> bool:
        return record.job.deadline_at is not None and record.job.deadline_at <= self._now()

    @locked
    def count(self, counts: Mapping[str, int]) -> None:
        self._counters.update(counts)

    @locked
    def report_worker(self, info: WorkerInfo, *, alive_ms: int) -> None:
        self._workers[info.name] = (info, self._now() + alive_ms)

    def _fire_due(self) -> None:
        """Puts the jobs whose time has come into their queues."""
        due = [r for r in self._records.values() if r.job.status is Status.SCHEDULED and r.job.due_at <= self._now()]  # type: ignore[operator]
        for record in sorted(due, key=lambda record: (record.job.due_at, record.job.task_id)):
            job = record.job
            record.queued_at = self._now()
            self._marks[job.queue] += job.weight
            self._change(record, status=Status.QUEUED, queue_mark=self._marks[job.queue])
            self._queues[job.queue].put(job.tenant, (job.tenant, job.id))
            batch = self.batches[job.tenant, record.batch] if record.batch is not None else None
            if batch is not None and batch.status is BatchStatus.SCHEDULED:
                begun = replace(batch, status=BatchStatus.RUNNING, version=batch.version + 1)
                self.batches[job.tenant, batch.id] = begun
                self.on_change(task_id(job.tenant, batch.id))

    def _change(self, record: Record, **changes: object) -> None:
        record.job = replace(record.job, version=record.job.version + 1, **changes)  # type: ignore[arg-type]
        self.on_change(record.job.task_id)

    def _finish(
        self,
        record: Record,
        status: Status,
        *,
        told: bool = False,
        attempt: AttemptEnd | None = None,
        good: int = 0,
        bad: int = 0,
        skipped: int = 0,
        **changes: object,
    ) -> Status:
        assert status in TRANSITIONS[record.job.status], (record.job.status, status)
        now = self._now()
        if not told:
            self._note_untold(record, status, changes.get("error"))
        if record.job.status is Status.RUNNING:
            if status is Status.SUCCEEDED and not record.course:
                # Which worker it was is not kept of one that succeeds at once.
                record.tag = None
            record.note_attempt(attempt or AttemptEnd(status.value), now)
        record.tag = record.judging = None
        ended = {"status": status, "finished_at": now, "expires_at": now + record.job.ttl_ms, "progress": None}
        self._change(record, **ended, **changes)
        self.told.append(("ended", record.job.id))
        if record.batch is not None:
            self._end_chunk(record, status, {"succeeded": good, "failed": bad, "skipped": skipped})
        return status

    def _note_untold(self, record: Record, status: Status, error: object = None) -> None:
        """No attempt tells this end to monitors, which have heard of what began, and of what Celery clients sent."""
        job, known = record.job, record.native or record.job.started_at is not None
        if known or record.batch is None:
            end = UntoldEnd(
                task=job.task_id, status=status, at=self._now(), began=job.status is Status.RUNNING, known=known,
                chunk=record.batch is not None, restaurant=job.request.restaurant,
                why=error.message if isinstance(error, JobError) else "",
            )  # fmt: skip
            self._untold = [*self._still_untold(), end]
            self._untold_until = self._now() + DEFAULT_RETENTION.untold_ms

    def _still_untold(self) -> list[UntoldEnd]:
        return self._untold if self._untold_until > self._now() else []

    def _end_chunk(self, record: Record, status: Status, judged: Mapping[str, int]) -> None:
        """Counts a chunk's lines into its batch, and ends the batch when all of its chunks have.

        `judged`: how many by what became of them, where it was judged.
        """
        assert record.batch is not None
        key = (record.job.tenant, record.batch)
        batch = self.batches[key]
        if batch is None:
            return
        counts = judged if status is Status.SUCCEEDED else {status.value: record.lines}
        changes: dict[str, object] = {name: getattr(batch, name) + count for name, count in counts.items()}
        if all(chunk.job.status.terminal for chunk in self._chunks(key)):
            now = self._now()
            ended = BatchStatus.CANCELED if batch.cancel_requested else BatchStatus.COMPLETED
            assert ended in BATCH_TRANSITIONS[batch.status], (batch.status, ended)
            changes |= {"status": ended, "finished_at": now, "expires_at": now + batch.ttl_ms}
        self.batches[key] = replace(batch, version=batch.version + 1, **changes)  # type: ignore[arg-type]
        self.on_change(task_id(*key))

    def go_on(self, key: tuple[str, str], most: int) -> int:
        """Call off or delete the next chunks of a batch; for how many that was done."""
        chunks = {int(record.job.id.rpartition(".")[2]): record for record in self._chunks(key)}
        first = self.rests[key]
        some = [chunks[number] for number in sorted(chunks) if first <= number < first + most]
        for record in some:
            if self.batches[key] is None:
                self._purge(record, told=True)
            elif record.job.status in (Status.SCHEDULED, Status.QUEUED):
                self._finish(record, Status.CANCELED)
            elif record.job.status is Status.RUNNING:
                record.job = replace(record.job, cancel_requested=True)
        self.rests[key] = first + most
        if max(chunks, default=0) < first + most:
            del self.rests[key]
            if self.batches[key] is None:
                self.batch_bytes.pop(key, None)
        return len(some)

    def _chunks(self, key: tuple[str, str]) -> list[Record]:
        tenant, batch = key
        return [record for record in self._records.values() if (record.job.tenant, record.batch) == (tenant, batch)]

    def _enqueue(self, record: Record, how: AttemptEnd) -> None:
        """A running job whose attempt ended thus waits again as its next one; its message is another's to push."""
        job = record.job
        record.note_attempt(how, self._now())
        record.tag = record.judging = None
        record.taken, record.redo, record.queued_at = False, False, self._now()
        self._marks[job.queue] += job.weight
        mark = self._marks[job.queue]
        self._change(record, status=Status.QUEUED, attempt=job.attempt + 1, queue_mark=mark, progress=None)

    def _requeue(self, record: Record, how: AttemptEnd) -> Status:
        if record.job.cancel_requested:
            return self._finish(record, Status.CANCELED)
        self._enqueue(record, how)
        self._put_in_front(record)
        return Status.QUEUED

    def _put_in_front(self, record: Record) -> None:
        job = record.job
        self._queues[job.queue].put(job.tenant, (job.tenant, job.id), in_front=True)

    def _strike(self, record: Record, most: int) -> bool:
        """Counts a lost worker; whether it is enough. Of a chunk a line is to blame, see `lib/attempt.lua`."""
        if record.job.request.form is Form.BUNDLE:
            return False
        record.strikes += 1
        if record.batch is None or most == 1:
            return record.strikes >= most
        if record.judging is not None:
            record.noted.append(record.judging)
            if record.noted.count(record.judging) >= most - 1:
                record.culprits.append(record.judging)
        return record.strikes > 10 * most

    def _tell_lost(self, record: Record) -> None:
        if record.job.trace:
            self.on_lost([_lost(record)])

    def _lose(self, record: Record, most: int) -> Status:
        self._tell_lost(record)
        self.aliases.lose(record)
        if self._strike(record, most) and not record.job.cancel_requested:
            text = f"The job was lost with its worker {record.strikes} times and is not tried again."
            why = JobError(code="worker_lost", message=text)
            return self._finish(record, Status.FAILED, attempt=AttemptEnd.LOST, error=why)
        return self._requeue(record, AttemptEnd.LOST)

    def _purge(self, record: Record, *, told: bool = False) -> None:
        """`told`: somebody deleted it, and the archive is to do the same."""
        key = (record.job.tenant, record.job.id)
        if told:
            self.told.append(("deleted", record.job.id))
        if not record.job.status.terminal:
            self._note_untold(record, Status.CANCELED)
        del self._records[key]
        if record.follow_ups and record.job.status.terminal and record.follow_up_at is not None:
            self._owed[key] = record
        if record.batch is None:
            self._gone[key] = self._now() + DEFAULT_RETENTION.gone_ms


def _lost(record: Record) -> LostAttempt:
    job = record.job
    assert job.started_at is not None
    return LostAttempt(
        tenant=job.tenant, id=job.id, attempt=job.attempt, queued_at=record.queued_at, started_at=job.started_at,
        trace=job.trace,
    )  # fmt: skip
