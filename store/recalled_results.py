"""A Celery client that waits for a job which came over HTTP gets its result, though it has been packed meanwhile.

Celery's `get` subscribes to the channel on which a result is told before it looks for one. Redis tells which channels
somebody listens to; those of packed results are put back where Celery looks, for a while, and told.
"""

import hashlib
from typing import Any

import redis

from jobs.errors import TextErased, TextKeyMissing
from jobs.job import task_id
from store import keys
from store.celery_tasks import jobs_of
from store.packed_record import is_sealed
from store.results import packed_result, success_meta
from store.scripts import RedisBase, translated

#: Channels that one call looks at, of those that nobody listened to before.
MOST = 1_000
_PREFIX = keys.RESULT("")


class RecalledResults(RedisBase):
    """The part of the reconciler's upkeep that looks who waits. Two at once do no harm."""

    def __init__(self, client: redis.Redis, *, for_s: int) -> None:
        """`for_s`: how long a result lies there again, in seconds."""
        super().__init__(client)
        self._for_s = for_s
        #: Channels that were looked at. A result that is packed while its client listens has been told before.
        self._seen = set[bytes]()

    @translated
    def recall(self) -> int:
        """Tell those who wait for packed results; how many of these there were. Raises Unavailable."""
        channels: Any = self._redis.pubsub_channels(f"{_PREFIX}*")
        listened = set(channels)
        new = sorted(listened - self._seen)[:MOST]
        self._seen = (self._seen & listened) | set(new)
        if not new:
            return 0
        tasks = [channel.decode("utf-8", "replace").removeprefix(_PREFIX) for channel in new]
        references = [reference for task in tasks for reference in jobs_of(task)]
        pipe = self._redis.pipeline(transaction=False)
        for tenant, job_id in references:
            pipe.hmget(keys.JOB(tenant, job_id), "packed", "whole")
        told: list[Any] = []
        for (tenant, job_id), found in zip(references, pipe.execute(), strict=True):
            short = found[1] or found[0]
            if short is not None and (meta := self._meta(tenant, job_id, short)):
                # The script writes the time of the end in front of it.
                told += [tenant, job_id, hashlib.sha1(short, usedforsecurity=False).hexdigest(), meta[1:]]
        return int(self._run("job/recall_results", args=[self._for_s * 1000, *told])) if told else 0

    def _meta(self, tenant: str, job_id: str, short: bytes) -> bytes:
        """What lay there before; nothing where it cannot be read."""
        try:
            result = packed_result(tenant, short, self._sealing)
            kept = self._sealing.seal_json(tenant, result) if is_sealed(short) else result
        except (TextErased, TextKeyMissing):
            return b""
        return success_meta(task_id(tenant, job_id), kept)
