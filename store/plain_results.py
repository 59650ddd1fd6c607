"""Results of tasks that Celery clients sent lie in plain for these, who have no keys: for a while, and then encrypted.

Links, the next step of a chain and chords have had theirs by then, from a copy that the job's record keeps for them.
"""

import hashlib
from typing import Any

import redis

from jobs.errors import TextErased, TextKeyMissing
from jobs.job import DEFAULT_TENANT, task_id
from store import keys
from store.job_record import job_reference
from store.results import result_of, with_result
from store.scripts import RedisBase, translated

#: Results that one call encrypts.
MOST = 100


class PlainResults(RedisBase):
    """The part of the reconciler's upkeep that ends that while."""

    def __init__(self, client: redis.Redis, *, after_s: int) -> None:
        """`after_s`: how long a result is in plain from its job's end on."""
        super().__init__(client)
        self._after_s = after_s

    @translated
    def seal(self) -> int:
        """Encrypt those whose while is over, at most `MOST`; how many were looked at.

        Where encryption was turned off since, they stay as they are.
        """
        now = self._now_ms()
        found: Any = self._redis.zrange(
            keys.PLAIN_RESULTS, "-inf", now - self._after_s * 1000, byscore=True, offset=0, num=MOST
        )
        for task in found:
            self._seal(task.decode(), now)
        return len(found)

    def _seal(self, task: str, now: int) -> None:
        tenant, job_id = job_reference(task, DEFAULT_TENANT)
        meta: Any = self._redis.get(keys.RESULT(task_id(tenant, job_id)))
        if meta is None or not self._sealing.on:
            self._redis.zrem(keys.PLAIN_RESULTS, task)
            return
        sealed = b""
        try:
            # Of one whose key was deleted nothing stays.
            if self._sealing.keeps(tenant):
                sealed = with_result(meta, self._sealing.seal_json(tenant, result_of(tenant, meta, self._sealing)))
        except TextErased:
            pass
        except TextKeyMissing:
            # Others are not to wait behind it.
            self._redis.zadd(keys.PLAIN_RESULTS, {task: now}, xx=True)
            return
        digest = hashlib.sha1(meta, usedforsecurity=False).hexdigest()
        self._run("job/seal_result", args=[task, digest, sealed])
