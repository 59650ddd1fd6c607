"""What Celery's remote control asks of tasks and tells of them: which are revoked, and which are scheduled."""

from collections.abc import Sequence
from typing import Any

from jobs.job import DEFAULT_TENANT, Status
from jobs.store import Scheduled
from store import keys
from store.job_record import READ, job_from, job_reference
from store.scripts import RedisBase, translated


class RedisCeleryTasks(RedisBase):
    """A part of `jobs.store.JobStore`."""

    @translated
    def revoke(self, tasks: Sequence[str], *, for_ms: int) -> None:
        self._remember(keys.REVOKED, tasks, for_ms)

    @translated
    def revoke_stamps(self, stamps: Sequence[str], *, for_ms: int) -> None:
        self._remember(keys.REVOKED_STAMPS, stamps, for_ms)

    def _remember(self, key: str, members: Sequence[str], for_ms: int) -> None:
        now = self._now_ms()
        pipe = self._redis.pipeline()
        if members:
            pipe.zadd(key, dict.fromkeys(members, now + for_ms))
        pipe.zremrangebyscore(key, "-inf", now)
        pipe.execute()

    @translated
    def stamps_revoked(self, stamps: Sequence[str]) -> bool:
        pipe = self._redis.pipeline(transaction=False)
        pipe.time()
        for stamp in stamps:
            pipe.zscore(keys.REVOKED_STAMPS, stamp)
        (seconds, micros), *until = pipe.execute()
        now = seconds * 1000 + micros // 1000
        return any(end is not None and end > now for end in until)

    @translated
    def revoked(self) -> list[str]:
        found: Any = self._redis.zrangebyscore(keys.REVOKED, f"({self._now_ms()}", "+inf")
        return sorted(task.decode() for task in found)

    @translated
    def scheduled(self, *, most: int = 100) -> list[Scheduled]:
        tasks: Any = self._redis.zrange(keys.SCHEDULED, 0, most - 1)
        return self.scheduled_among([task.decode() for task in tasks])

    @translated
    def scheduled_among(self, tasks: Sequence[str]) -> list[Scheduled]:
        references = [job_reference(task, DEFAULT_TENANT) for task in tasks]
        pipe = self._redis.pipeline(transaction=False)
        for tenant, job_id in references:
            pipe.hmget(keys.JOB(tenant, job_id), [*READ, "celery_headers"])
        rows = zip(references, pipe.execute(), strict=True)
        # One that was fired or called off meanwhile is scheduled no more.
        return [
            Scheduled(job=job_from(tenant, job_id, values), headers=headers or b"")
            for (tenant, job_id), (*values, headers) in rows
            if values[0] == Status.SCHEDULED.value.encode()
        ]
