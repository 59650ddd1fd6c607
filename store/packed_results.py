"""Results of jobs that came over HTTP lie as Celery's clients read them for a while, and then packed in their records.

They take half of what Redis keeps of an ended job. Those of tasks that Celery clients sent stay as these read them.
"""

import hashlib
from collections.abc import Callable
from typing import Any

import redis

from jobs.job import DEFAULT_TENANT, task_id
from store import keys
from store.job_record import job_reference
from store.results import packed
from store.scripts import RedisBase, translated

#: Results that one call packs, and calls in a row: more in a second than one Redis takes in. A usual one takes 8 µs; of
#: the longest that there may be, half a megabyte, it takes some 10 ms.
MOST, CALLS = 100, 50


class PackedResults(RedisBase):
    """The part of the reconciler's upkeep that ends that while. Two at once do no harm."""

    def __init__(self, client: redis.Redis, known: Callable[[], bool], *, after_s: int) -> None:
        """`known`: whether all processes read what is packed (`store.forms.KnownForm`); `after_s`: how long it lies as
        Celery's clients read it, from its job's end on."""
        super().__init__(client)
        self._known, self._after_s = known, after_s

    @translated
    def pack(self) -> int:
        """Pack those whose while is over, at most `CALLS` times `MOST`; how many were looked at. Raises Unavailable."""
        count = 0
        for _ in range(CALLS):
            found: Any = self._redis.zrange(
                keys.UNPACKED, "-inf", self._now_ms() - self._after_s * 1000, byscore=True, offset=0, num=MOST
            )
            if not found or not self._known():
                break
            self._pack([task.decode() for task in found])
            count += len(found)
            if len(found) < MOST:
                break
        return count

    def _pack(self, tasks: list[str]) -> None:
        pipe = self._redis.pipeline(transaction=False)
        for task in tasks:
            pipe.get(keys.RESULT(task_id(*job_reference(task, DEFAULT_TENANT))))
        told: list[Any] = []
        for task, meta in zip(tasks, pipe.execute(), strict=True):
            short = packed(meta) if meta is not None else None
            digest = hashlib.sha1(meta, usedforsecurity=False).hexdigest() if short is not None else ""
            told += [task, digest, short or ""]
        self._run("job/pack_results", args=told)
