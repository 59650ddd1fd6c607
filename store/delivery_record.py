"""How deliveries are spelled in Redis, and how they are listed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import redis

from store import keys
from store.scripts import RedisBase, translated
from webhooks.delivery import Attempt, Delivery, DeliveryStatus, Trigger

#: Deliveries that one page looks through at most; a filter may leave few of them.
MOST_LOOKED_AT = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryPage:
    """Deliveries newest first, without their logs."""

    deliveries: list[Delivery]
    #: Time and id of the last one looked at, when there may be more.
    next: tuple[int, str] | None


class DeliveryList(RedisBase):
    """Lists deliveries."""

    def __init__(self, client: redis.Redis) -> None:
        super().__init__(client)

    @translated
    def page(
        self,
        tenant: str,
        *,
        size: int,
        before: tuple[int, str] | None = None,
        endpoint: str | None = None,
        subject: str | None = None,
        status: DeliveryStatus | None = None,
    ) -> DeliveryPage:
        """Up to `size` deliveries that fit all filters, behind `before`."""
        index = keys.DELIVERIES(tenant)
        if subject is not None:
            index = keys.DELIVERIES_OF(tenant, subject)
        elif endpoint is not None:
            index = keys.ENDPOINT_DELIVERIES(tenant, endpoint)
        found: list[Delivery] = []
        place, looked = before, 0
        while looked < MOST_LOOKED_AT:
            entries = self._entries(index, place, size)
            pipe = self._redis.pipeline(transaction=False)
            for _, msg in entries:
                pipe.hgetall(keys.DELIVERY(tenant, msg))
            for (made_at, msg), raw in zip(entries, pipe.execute(), strict=True):
                place, looked = (made_at, msg), looked + 1
                if b"type" not in raw:
                    continue
                delivery = delivery_from(tenant, msg, raw)
                if status in (None, delivery.status) and endpoint in (None, delivery.endpoint):
                    found.append(delivery)
                    if len(found) == size:
                        return DeliveryPage(deliveries=found, next=place)
            if len(entries) < size:
                return DeliveryPage(deliveries=found, next=None)
        return DeliveryPage(deliveries=found, next=place)

    def _entries(self, index: str, before: tuple[int, str] | None, size: int) -> list[tuple[int, str]]:
        """Time and id of the next `size` entries behind `before`: by time, then by id, both falling."""
        top = before[0] if before else "+inf"
        out: list[tuple[int, str]] = []
        skip = 0
        while len(out) < size:
            raw: Any = self._redis.zrevrangebyscore(index, top, "-inf", start=skip, num=size, withscores=True)
            rows = [(int(score), name.decode()) for name, score in raw]
            out += [row for row in rows if before is None or row < before]
            if len(rows) < size:
                break
            skip += size
        return out[:size]


def delivery_from(tenant: str, delivery_id: str, raw: Mapping[bytes, bytes], log: tuple[Attempt, ...] = ()) -> Delivery:
    """The delivery whose hash is `raw`."""
    text = {name.decode(): value.decode() for name, value in raw.items()}

    def number(name: str) -> int | None:
        return int(text[name]) if text.get(name) else None

    status = DeliveryStatus(text["status"])
    ended = status not in (DeliveryStatus.PENDING, DeliveryStatus.SENDING)
    return Delivery(
        id=delivery_id,
        tenant=tenant,
        endpoint=text["endpoint"],
        type=text["type"],
        subject=text["subject"],
        status=status,
        attempts=int(text["attempts"]),
        trigger=Trigger(text["trigger"]),
        event_at=int(text["event_at"]),
        created_at=int(text["created_at"]),
        next_at=number("next_at"),
        # Under a replay the end of the time before is kept for its return.
        ended_at=number("ended_at") if ended else None,
        reason=text.get("reason") or None,
        log=log,
    )


def attempt_from(entry: bytes) -> Attempt:
    """One entry of the log: the time of the next attempt, the attempt as JSON, the answer's body."""
    next_at, said, answer = entry.split(b"\n", 2)
    raw = orjson.loads(said)
    return Attempt(
        number=raw["number"],
        trigger=Trigger(raw["trigger"]),
        started_at=raw["started_at"],
        duration_ms=raw.get("duration_ms"),
        status=raw.get("status"),
        error=raw.get("error"),
        next_attempt_at=int(next_at) if next_at else None,
        answer=answer.decode(),
    )
