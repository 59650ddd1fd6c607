"""What calls leave behind as history, audit logs and what restaurants used, within bounds of bytes; and, for
`/metrics`, how much there is of all that has such a bound."""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import redis

from jobs.budgets import Bounded
from jobs.settings import Settings
from store import feedback_keys, keys, room_keys, webhook_keys
from store.organisations import organisations
from store.scripts import RedisBase, translated

log = logging.getLogger(__name__)

#: How often it is looked at, and how often days that are over are, in seconds.
EVERY_S, DAYS_EVERY_S = 10.0, 3_600.0
#: Shares of Redis' memory, where no setting says how many bytes.
SHARES = {Bounded.AUDIT: 0.05, Bounded.USAGE: 0.1}
#: Rows that one call of the script counts otherwise, and calls or logs in one round.
ROWS, MOST_CALLS = 200, 100
#: Where each stands of what scripts count.
_INDEXES = {
    Bounded.FILES: room_keys.FILE_ENDS, Bounded.FEEDBACK: feedback_keys.FEEDBACK_EXPIRING,
    Bounded.WEBHOOKS: webhook_keys.PENDING, Bounded.MARKS: room_keys.SLOT_ENDS,
    Bounded.IDEMPOTENCY: room_keys.SLOT_ENDS,
}  # fmt: skip
#: The field of a day's usage that says what its restaurants' rows take (`store/lua/lib/usage.lua`).
_WEIGHED = "~bytes"
_DAY = timedelta(days=1)


class History(RedisBase):
    """Shortens it while it takes more than `bounds` says of it, or than its share of Redis' memory."""

    def __init__(
        self, client: redis.Redis, *, bounds: dict[Bounded, int], clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(client)
        self._bounds, self._clock = bounds, clock
        self._next_at = self._days_at = float("-inf")
        #: Bytes by organisation and day, where there are any.
        self._usage: dict[tuple[str, str], int] = {}

    @translated
    def shorten(self) -> None:
        """A round of the reconciler's. Raises Unavailable."""
        if self._clock() < self._next_at:
            return
        self._next_at = self._clock() + EVERY_S
        memory: dict[str, Any] = self._redis.info("memory")
        tenants = organisations(self._redis)
        sizes = {
            Bounded.AUDIT: self._shorten_logs(tenants, self._most(Bounded.AUDIT, memory)),
            Bounded.USAGE: self._fold_days(tenants, self._most(Bounded.USAGE, memory)),
        }
        sizes |= self._counted()
        # A full Redis takes no note.
        with suppress(redis.OutOfMemoryError):
            self._redis.hset(keys.KEPT, mapping={kind.value: size for kind, size in sizes.items()})

    def _counted(self) -> dict[Bounded, int]:
        """What scripts count. Of what there is nothing of, what an older release did not count when it went is gone."""
        pipe = self._redis.pipeline(transaction=False)
        for index in _INDEXES.values():
            pipe.zcard(index)
        pipe.hgetall(room_keys.BYTES)
        *there, counts = pipe.execute()
        empty = {kind for kind, members in zip(_INDEXES, there, strict=True) if not members}
        if stale := [of for of in counts if of.decode().partition("|")[0] in empty]:
            self._redis.hdel(room_keys.BYTES, *stale)
        return {kind: 0 if kind in empty else int(counts.get(kind.encode(), 0)) for kind in _INDEXES}

    def _most(self, kind: Bounded, memory: dict[str, Any]) -> float:
        return self._bounds.get(kind) or SHARES[kind] * int(memory.get("maxmemory", 0)) or float("inf")

    def _shorten_logs(self, tenants: Sequence[str], most: float) -> int:
        """Takes the oldest entries of the longest logs away; what all take then."""
        pipe = self._redis.pipeline(transaction=False)
        for tenant in tenants:
            pipe.memory_usage(keys.AUDIT(tenant))
        sizes = dict(zip(tenants, (size or 0 for size in pipe.execute()), strict=True))
        for _ in range(MOST_CALLS):
            over = sum(sizes.values()) - most
            longest = max(sizes, key=lambda tenant: sizes[tenant], default="")
            if over <= 0:
                break
            entries: Any = self._redis.xlen(keys.AUDIT(longest))
            # At most half of it: then another one may be the longest.
            gone = -int(-entries * min(0.5, over / sizes[longest])) or 1
            self._redis.xtrim(keys.AUDIT(longest), maxlen=entries - gone, approximate=False)
            log.warning("audit logs take more bytes than they may: the %d oldest entries go", gone,
                        extra={"tenant": longest})  # fmt: skip
            sizes[longest] = (entries > gone and self._redis.memory_usage(keys.AUDIT(longest))) or 0
        return sum(sizes.values())

    def _fold_days(self, tenants: Sequence[str], most: float) -> int:
        """Counts restaurants' usage as their organisation's, of who has most and its oldest days first; what all take
        then."""
        self._weigh_days(tenants)
        calls = 0
        while sum(self._usage.values()) > most and calls < MOST_CALLS:
            sums: dict[str, int] = {}
            for (tenant, _), size in self._usage.items():
                sums[tenant] = sums.get(tenant, 0) + size
            longest = max(sums, key=lambda tenant: sums[tenant])
            day = min(day for tenant, day in self._usage if tenant == longest)
            calls += self._fold(longest, day)
            log.warning("usage takes more bytes than it may: that of %s is no more told by restaurant", day,
                        extra={"tenant": longest})  # fmt: skip
            self._usage.pop((longest, day))
        return sum(self._usage.values())

    def _weigh_days(self, tenants: Sequence[str]) -> None:
        today = datetime.fromtimestamp(self._now_ms() / 1000, UTC).date()
        days = [today, today - _DAY]
        if self._clock() >= self._days_at:
            self._days_at = self._clock() + DAYS_EVERY_S
            days = [today - number * _DAY for number in range(self._retention.usage_ms // 86_400_000 + 2)]
            self._usage.clear()
        for tenant in tenants:
            pipe = self._redis.pipeline(transaction=False)
            for day in days:
                pipe.hget(keys.USAGE(tenant, day.isoformat()), _WEIGHED)
            found = zip(days, pipe.execute(), strict=True)
            self._usage |= {(tenant, day.isoformat()): int(size) for day, size in found if size}

    def _fold(self, tenant: str, day: str) -> int:
        """Of one day; how many calls that took."""
        name, cursor, calls = keys.USAGE(tenant, day), 0, 0
        some: Any
        while True:
            cursor, some = self._redis.hscan(name, cursor, count=ROWS)
            rows = [row for row in some if not row.startswith((b"|", _WEIGHED.encode()))]
            for first in range(0, len(rows), ROWS):
                self._run("usage/fold", args=[tenant, day, *rows[first : first + ROWS]])
                calls += 1
            if not cursor:
                return max(1, calls)


def open_history(settings: Settings, client: redis.Redis) -> History:
    """With the bounds that the settings say."""
    return History(client, bounds={Bounded.AUDIT: settings.audit_bytes, Bounded.USAGE: settings.usage_bytes})
