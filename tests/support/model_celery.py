"""What Celery clients sent, in memory: rejected messages, revoked tasks, and what Celery is to be told of."""

from collections.abc import Callable, Sequence

from jobs.celery_task import CeleryMessage, FollowUp, Scheduled, UntoldEnd
from jobs.job import Status
from store.celery_tasks import jobs_of
from tests.support.model_queries import locked
from tests.support.model_upkeep import ModelUpkeep


class ModelCelery(ModelUpkeep):
    """A part of `jobs.store.Claims`."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        super().__init__(now_ms)
        #: Celery tasks, and until when they are revoked.
        self._revoked: dict[str, int] = {}
        self._revoked_stamps: dict[str, int] = {}
        self.rejected: list[bytes] = []
        self._rejected_tags: set[str] = set()
        #: Organisations that have keys.
        self.tenants: set[str] = set()

    @locked
    def reject(self, message: CeleryMessage, reason: str = "") -> None:
        self._messages.pop(message.tag, None)
        if message.tag not in self._rejected_tags:
            self._rejected_tags.add(message.tag)
            self.rejected.append(message.message)

    @locked
    def is_foreign(self, task: str) -> bool:
        return ":" in task and task.partition(":")[0] in self.tenants

    @locked
    def revoke(self, tasks: Sequence[str], *, for_ms: int) -> None:
        self._revoked |= dict.fromkeys(tasks, self._now() + for_ms)

    @locked
    def revoke_stamps(self, stamps: Sequence[str], *, for_ms: int) -> None:
        self._revoked_stamps |= dict.fromkeys(stamps, self._now() + for_ms)

    @locked
    def stamps_revoked(self, stamps: Sequence[str]) -> bool:
        return any(self._revoked_stamps.get(stamp, 0) > self._now() for stamp in stamps)

    def gather(self, *, most: int) -> int:
        # Here there are no lists of priorities.
        return 0

    @locked
    def untold(self, *, most: int) -> list[UntoldEnd]:
        ends = self._still_untold()
        self._untold = ends[most:]
        return ends[:most]

    @locked
    def scheduled(self, *, most: int = 100) -> list[Scheduled]:
        waiting = [record.job for record in self._records.values() if record.job.status is Status.SCHEDULED]
        waiting.sort(key=lambda job: (job.due_at or 0, job.task_id))
        return self.scheduled_among([job.task_id for job in waiting[:most]])

    @locked
    def scheduled_among(self, tasks: Sequence[str]) -> list[Scheduled]:
        found = [self._records.get(reference) for task in tasks for reference in jobs_of(task)]
        return [
            Scheduled(job=record.job, headers=record.task.headers if record.task else b"")
            for record in found
            if record is not None and record.job.status is Status.SCHEDULED
        ]

    @locked
    def live_headers(self) -> list[tuple[str, str, bytes]]:
        live = [r for r in self._records.values() if r.task and r.task.headers and not r.job.status.terminal]
        return [(r.job.tenant, r.job.id, r.task.headers) for r in live if r.task]

    @locked
    def revoked(self) -> list[str]:
        return sorted(task for task, until in self._revoked.items() if until > self._now())

    @locked
    def follow_ups(self, *, most: int, lease_ms: int) -> list[FollowUp]:
        now = self._now()
        records = [*self._records.values(), *self._owed.values()]
        ended = [r for r in records if r.follow_ups and r.job.status.terminal]
        due = [record for record in ended if record.follow_up_at is not None and record.follow_up_at <= now][:most]
        for record in due:
            record.follow_up_at = now + lease_ms
        return [
            FollowUp(
                tenant=r.job.tenant, id=r.job.id, request=r.follow_ups[0], status=r.job.status, meta=r.result or b"",
                token=r.follow_ups[0].hex(),
            )
            for r in due
        ]  # fmt: skip

    @locked
    def followed_up(self, done: Sequence[FollowUp]) -> None:
        for item in done:
            reference = (item.tenant, item.id)
            record = self._records.get(reference) or self._owed.get(reference)
            if record is None or not record.follow_ups or record.follow_ups[0].hex() != item.token:
                continue
            if len(record.follow_ups) > 1:
                record.follow_ups.pop(0)
                record.follow_up_at = 0
            else:
                record.follow_up_at = None
                self._owed.pop(reference, None)
