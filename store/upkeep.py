"""What keeps going what others lost, and tells who lives: the reconciler's part of the job store in Redis."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import orjson
import redis

from jobs.backlog import WorkerInfo
from jobs.stored import LostAttempt, Reconciled
from store import keys
from store.memory import RedisMemory
from store.messages import MessageFactory
from store.scripts import translated

#: How long a job may wait that its queue has passed, and how often the reconciler looks at one that runs; milliseconds.
CHECK_MS = 60_000


class RedisUpkeep(RedisMemory):
    """The part of a `JobStore` that is its `Upkeep`."""

    def __init__(self, client: redis.Redis) -> None:
        super().__init__(client)
        self._messages = MessageFactory()
        self._reconciled = itertools.count()
        self.on_lost: Callable[[Sequence[LostAttempt]], None] = lambda lost: None

    @translated
    def sweep(self, *, strikes: int = 3, most: int = 100, quiet_ms: int = 0) -> tuple[int, int]:
        requeued, failed, lost = self._run("job/sweep", args=[strikes, most, quiet_ms])
        self._tell_lost(lost)
        return int(requeued), int(failed)

    @translated
    def reconcile(self, *, strikes: int = 3, most: int = 100) -> Reconciled:
        number = next(self._reconciled)
        expired, purged, orphans, looked = self._run("job/reconcile", args=[CHECK_MS, most, number])
        ended, lost = [], []
        for tenant, job_id, queue in orphans:
            message = self._messages.build(tenant.decode(), job_id.decode(), queue.decode())
            status, *told = self._run("job/revive", args=[tenant, job_id, message, strikes])
            ended.append(status)
            lost += told
        self._tell_lost(lost)
        return Reconciled(
            expired=int(expired), purged=int(purged), requeued=ended.count(b"queued"), failed=ended.count(b"failed"),
            more=max(int(looked), int(purged)) >= most,
        )  # fmt: skip

    def _tell_lost(self, told: Sequence[Sequence[Any]]) -> None:
        lost = [
            LostAttempt(
                tenant=tenant.decode(), id=job_id.decode(), attempt=int(attempt), queued_at=int(queued_at),
                started_at=int(started_at), trace=trace.decode(),
            )
            for tenant, job_id, attempt, queued_at, started_at, trace in told
        ]  # fmt: skip
        if lost:
            self.on_lost(lost)

    @translated
    def count(self, counts: Mapping[str, int]) -> None:
        if counts:
            self._run("job/count", args=[each for pair in counts.items() for each in pair])

    @translated
    def report_worker(self, info: WorkerInfo, *, alive_ms: int) -> None:
        members = asdict(info)
        models = members.pop("models")
        told = [info.name, alive_ms, orjson.dumps(members), orjson.dumps(models)]
        self._run("job/report", [keys.WORKERS, keys.WORKER_INFO, keys.WORKER_MODELS], told)

    @translated
    def forget_dead(self, tenant: str, job_id: str) -> None:
        """Take a job off the list of the dead; it stays failed."""
        self._redis.zrem(keys.DEAD(tenant), job_id)

    @translated
    def report_reconciler(self, name: str, *, alive_ms: int) -> None:
        self._run("job/report", [keys.RECONCILERS], [name, alive_ms])
