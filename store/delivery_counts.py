"""How many deliveries need a person."""

from collections.abc import Callable
from typing import Any

import redis

from jobs.stored import Counted
from store import webhook_keys
from store.delivery_record import delivery_from
from store.listing import newest
from store.scripts import RedisBase, translated
from webhooks.delivery import Delivery, DeliveryStatus

#: So many are looked at to be counted, about 0.1 s; and so many in one go.
MOST_LOOKED_AT, STEP = 10_000, 1000
#: Which deliveries there are for who asks; None: all.
Visible = Callable[[Delivery], bool] | None


class DeliveryCounts(RedisBase):
    """Counts them. `offset_ms` puts the clock ahead of Redis' own; tests give it, nothing else does."""

    def __init__(self, client: redis.Redis, *, offset_ms: Callable[[], int] = lambda: 0) -> None:
        super().__init__(client)
        self._offset_ms = offset_ms

    @translated
    def failed(self, tenant: str, visible: Visible, *, since_ms: int) -> Counted:
        """Those made since then that were given up; at least so many, when many were made."""

        def read(ids: list[str]) -> list[str | None]:
            pipe = self._redis.pipeline(transaction=False)
            for msg in ids:
                pipe.hget(webhook_keys.DELIVERY(tenant, msg), "status")
            gone = [msg for msg, status in zip(ids, pipe.execute(), strict=True) if status == _FAILED]
            shown = set(self._shown(tenant, gone, visible))
            return [msg if msg in shown else None for msg in ids]

        found = newest(
            self._redis, [webhook_keys.DELIVERIES(tenant)], read, size=MOST_LOOKED_AT, since_ms=since_ms,
            most=MOST_LOOKED_AT,
        )  # fmt: skip
        return Counted(number=len(found.found), at_least=found.next is not None)

    @translated
    def overdue(self, tenant: str, visible: Visible, *, late_ms: int) -> Counted:
        """Those whose attempt should have begun longer ago, whatever keeps it; at least so many, when many are, of
        whichever organisation.
        """
        until, own = self._now_ms() + self._offset_ms() - late_ms, f"{tenant}:"
        number = 0
        for first in range(0, MOST_LOOKED_AT, STEP):
            late: Any = self._redis.zrangebyscore(webhook_keys.PENDING, "-inf", f"({until}", start=first, num=STEP)
            names = [member.decode() for member in late]
            ids = [name.removeprefix(own) for name in names if name.startswith(own)]
            number += len(self._shown(tenant, ids, visible))
            if len(names) < STEP:
                return Counted(number=number)
        return Counted(number=number, at_least=True)

    def _shown(self, tenant: str, ids: list[str], visible: Visible) -> list[str]:
        if visible is None or not ids:
            return ids
        pipe = self._redis.pipeline(transaction=False)
        for msg in ids:
            pipe.hgetall(webhook_keys.DELIVERY(tenant, msg))
        rows = zip(ids, pipe.execute(), strict=True)
        return [msg for msg, raw in rows if b"type" in raw and visible(delivery_from(tenant, msg, raw))]


_FAILED = DeliveryStatus.FAILED.value.encode()
