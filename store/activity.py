"""What was counted at the end of each minute, for as long as anybody looks back."""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import orjson
import redis

from jobs.activity import MINUTE_MS, Snapshot, Window
from jobs.members import known_members
from store import keys
from store.metrics import MetricsStore
from store.scripts import translated
from telemetry.meter import SUM, parts
from telemetry.metric import JOB_SECONDS, JOBS_ENDED

#: Minutes that are kept: a week, and one to take the difference to.
KEPT = Window.WEEK.minutes + 1


class ActivityStore(MetricsStore):
    """The numbers of all processes, and what they were at the end of each minute.

    `offset_ms` puts the clock ahead of Redis' own; tests give it, nothing else does.
    """

    def __init__(self, client: redis.Redis, *, offset_ms: Callable[[], int] = lambda: 0) -> None:
        super().__init__(client)
        self._offset_ms = offset_ms

    def _now_ms(self) -> int:
        return super()._now_ms() + self._offset_ms()

    @translated
    def note(self) -> bool:
        """Keep what is counted now, unless this minute has been noted. Whether it was."""
        now = self._now_ms()
        minute = now // MINUTE_MS
        if self._redis.zrangebyscore(keys.ACTIVITY, minute, minute):
            return False
        snapshot = snapshot_of(now, self.totals())
        pipe = self._redis.pipeline()
        pipe.zadd(keys.ACTIVITY, {orjson.dumps(asdict(snapshot)): minute})
        pipe.zremrangebyscore(keys.ACTIVITY, "-inf", minute - KEPT)
        pipe.execute()
        return True

    @translated
    def snapshots(self, window: Window) -> list[Snapshot]:
        """Those of the window, oldest first, and what is counted now."""
        now = self._now_ms()
        rows: Any = self._redis.zrangebyscore(keys.ACTIVITY, now // MINUTE_MS - window.minutes, "+inf")
        found = [
            Snapshot(**known_members(Snapshot, row) | {"took": tuple(row["took"])}) for row in map(orjson.loads, rows)
        ]
        return [*found, snapshot_of(now, self.totals())]


def snapshot_of(now_ms: int, totals: dict[str, int]) -> Snapshot:
    """What matters here of `MetricsStore.totals`."""
    ended: Counter[str] = Counter()
    took = [0] * (len(JOB_SECONDS.buckets) + 1)
    for field, count in totals.items():
        name, labels, bucket = parts(field)
        if name == JOBS_ENDED.name:
            ended[labels[1]] += count
        elif name == JOB_SECONDS.name and bucket is not None and bucket != SUM:
            took[bucket] += count
    return Snapshot(at_ms=now_ms, ended=dict(ended), took=tuple(took))
