"""Results of jobs that came over HTTP lie as Celery's clients read them for a while, and then packed in their records,
together with their texts (`store.packed_record`).

They take most of what Redis keeps of an ended job. Those of tasks that Celery clients sent stay as these read them.
"""

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import redis

from jobs.errors import TextErased, TextKeyMissing
from jobs.job import DEFAULT_TENANT, Status, task_id
from store import keys
from store.job_record import job_reference
from store.packed_record import READ_TO_PACK, pack
from store.results import result_to_pack
from store.scripts import RedisBase, translated
from store.short_tally import shortened

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
        references = [job_reference(task, DEFAULT_TENANT) for task in tasks]
        pipe = self._redis.pipeline(transaction=False)
        for reference in references:
            pipe.get(keys.RESULT(task_id(*reference)))
            pipe.hmget(keys.JOB(*reference), READ_TO_PACK)
        answers = pipe.execute()
        told: list[Any] = []
        for task, (tenant, _), meta, values in zip(tasks, references, answers[::2], answers[1::2], strict=True):
            fields = {name: value for name, value in zip(READ_TO_PACK, values, strict=True) if value is not None}
            told += [task, *self._told(tenant, meta, fields)]
        self._run("job/pack_results", args=told)

    def _told(self, tenant: str, meta: bytes | None, fields: Mapping[str, bytes]) -> tuple[str | bytes, ...]:
        """What the script is told of one."""
        found = None
        # What cannot be read stays as it is.
        with suppress(TextErased, TextKeyMissing):
            if meta is not None and fields.get("status") == Status.SUCCEEDED.value.encode():
                to_pack = result_to_pack(tenant, meta, self._sealing)
                found = to_pack and pack(tenant, fields, to_pack[0], self._sealing, sealed=to_pack[1])
        if meta is None or not found:
            return "", "", "", ""
        own = fields.keys() >= {"tally", "restaurant", "day"}
        tally = shortened(fields["tally"], fields["restaurant"], fields["day"]) if own else None
        return hashlib.sha1(meta, usedforsecurity=False).hexdigest(), found.whole, tally or "", ",".join(found.taken)
