"""What Celery clients sent, in memory: rejected messages, revoked tasks, and what Celery is to be told of."""

from collections.abc import Callable, Sequence

from jobs.store import CeleryMessage, FollowUp
from tests.support.model_queries import locked
from tests.support.model_upkeep import ModelUpkeep


class ModelCelery(ModelUpkeep):
    """A part of `jobs.store.Claims`."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        super().__init__(now_ms)
        #: Celery tasks, and until when they are revoked.
        self._revoked: dict[str, int] = {}
        self.rejected: list[bytes] = []

    @locked
    def reject(self, message: CeleryMessage, reason: str = "") -> None:
        self._messages.pop(message.tag, None)
        self.rejected.append(message.message)

    @locked
    def revoke(self, tasks: Sequence[str], *, for_ms: int) -> None:
        self._revoked |= dict.fromkeys(tasks, self._now() + for_ms)

    @locked
    def follow_ups(self, *, most: int, lease_ms: int) -> list[FollowUp]:
        now = self._now()
        ended = [r for r in self._records.values() if r.task and r.task.request and r.job.status.terminal]
        due = [record for record in ended if record.follow_up_at is not None and record.follow_up_at <= now][:most]
        for record in due:
            record.follow_up_at = now + lease_ms
        return [
            FollowUp(
                tenant=r.job.tenant, id=r.job.id, request=r.task.request if r.task else b"", status=r.job.status,
                meta=r.result or b"",
            )
            for r in due
        ]  # fmt: skip

    @locked
    def followed_up(self, done: Sequence[FollowUp]) -> None:
        for item in done:
            if (record := self._records.get((item.tenant, item.id))) is not None:
                record.follow_up_at = None
