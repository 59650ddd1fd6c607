"""Deliveries as their owner sees them: looked up, listed, counted, and sent again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import redis
from ulid import ULID

from jobs.errors import DeliveryUnderWay, EndpointDisabled, Gone, NotFound, OverLimit, TooOften
from store import keys, webhook_keys
from store.delivery_record import attempt_from, delivery_from
from store.listing import newest
from store.scripts import RedisBase, translated
from store.sealing import Sealing
from store.told import place_of, subject_of, told_from
from webhooks.delivery import Delivery, DeliveryStatus

#: Later than anything that happens, in milliseconds since the epoch: the year 9999.
FOR_EVER_MS = 253_402_300_799_999
#: Deliveries, jobs or batches that one script call of a recovery looks at.
RECOVER_STEP = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryPage:
    """Deliveries newest first, without their logs."""

    deliveries: list[Delivery]
    #: Time and id of the last one looked at, when there may be more.
    next: tuple[int, str] | None


#: Why nothing more is sent again.
TOO_MANY = "As many webhooks wait for their receivers as may (KRITIQ_MAX_WEBHOOKS_BYTES, KRITIQ_WEBHOOKS_BYTES)."


class DeliveryLog(RedisBase):
    """What the API asks. `offset_ms` puts the clock ahead of Redis' own; tests give it, nothing else does."""

    def __init__(self, client: redis.Redis, *, offset_ms: Callable[[], int] = lambda: 0) -> None:
        super().__init__(client)
        self._offset_ms = offset_ms

    @translated
    def get(self, tenant: str, delivery_id: str) -> Delivery:
        """A delivery with its log. Raises NotFound."""
        # A line that is there no more by the time it is looked for is a record again.
        for _ in range(2):
            key = webhook_keys.DELIVERY(tenant, delivery_id)
            pipe = self._redis.pipeline(transaction=False)
            pipe.hgetall(key)
            pipe.lrange(f"{key}:attempts", 0, -1)
            raw, log = pipe.execute()
            if b"type" in raw:
                attempts = tuple(attempt_from(tenant, entry, self._sealing) for entry in log)
                return delivery_from(tenant, delivery_id, raw, attempts)
            if told := self._told(tenant, [delivery_id], self._sealing).get(delivery_id):
                return told
        raise NotFound("There is no such delivery.")

    def _told(self, tenant: str, ids: list[str], sealing: Sealing | None = None) -> dict[str, Delivery]:
        """Those of these deliveries that a line tells of: see `told_from`."""
        if not (subjects := dict.fromkeys(filter(None, map(subject_of, ids)))):
            return {}
        pipe = self._redis.pipeline(transaction=False)
        for subject in subjects:
            pipe.hget(*place_of(tenant, subject))
        found: dict[str, Delivery] = {}
        for subject, lines in zip(subjects, pipe.execute(), strict=True):
            found |= told_from(tenant, subject, lines, sealing)
        return found

    @translated
    def page(
        self,
        tenant: str,
        *,
        size: int,
        before: tuple[int, str] | None = None,
        endpoint: str | None = None,
        visible: Callable[[Delivery], bool] | None = None,
        subject: str | None = None,
        status: DeliveryStatus | None = None,
    ) -> DeliveryPage:
        """Up to `size` deliveries that fit all filters, behind `before`; of them those that are `visible`."""
        indexes, beside = [webhook_keys.DELIVERIES(tenant)], list[tuple[int, str]]()
        if subject is not None:
            indexes, beside = [webhook_keys.DELIVERIES_OF(tenant, subject)], self._told_about(tenant, subject)
        elif endpoint is not None:
            indexes = [webhook_keys.ENDPOINT_DELIVERIES(tenant, endpoint)]
        else:
            told_to: Any = self._redis.zrange(webhook_keys.TOLD_TO(tenant), 0, -1)
            indexes += [webhook_keys.ENDPOINT_DELIVERIES(tenant, each.decode()) for each in told_to]

        def read(ids: list[str]) -> list[Delivery | None]:
            return [each if each is not None and fits(each) else None for each in self._read(tenant, ids)]

        def fits(delivery: Delivery) -> bool:
            asked = status in (None, delivery.status) and endpoint in (None, delivery.endpoint)
            return asked and (visible is None or visible(delivery))

        page = newest(self._redis, indexes, read, size=size, before=before, beside=beside)
        return DeliveryPage(deliveries=list(page.found), next=page.next)

    def _read(self, tenant: str, ids: list[str]) -> list[Delivery | None]:
        found = self._records(tenant, ids)
        found |= self._told(tenant, [msg for msg in ids if msg not in found])
        # See `get`.
        found |= self._records(tenant, [msg for msg in ids if msg not in found])
        return [found.get(msg) for msg in ids]

    def _records(self, tenant: str, ids: list[str]) -> dict[str, Delivery]:
        """Those of these deliveries that have a record, without their logs."""
        if not ids:
            return {}
        pipe = self._redis.pipeline(transaction=False)
        for msg in ids:
            pipe.hgetall(webhook_keys.DELIVERY(tenant, msg))
        return {
            msg: delivery_from(tenant, msg, raw) for msg, raw in zip(ids, pipe.execute(), strict=True) if b"type" in raw
        }

    def _told_about(self, tenant: str, subject: str) -> list[tuple[int, str]]:
        """Time and id of what lines tell about a job: no other index has them."""
        lines: Any = self._redis.hget(*place_of(tenant, subject))
        return [(told.created_at, msg) for msg, told in told_from(tenant, subject, lines).items()]

    @translated
    def ping(self, tenant: str, endpoint_id: str) -> Delivery:
        """Make a test delivery to an endpoint. Raises NotFound, EndpointDisabled, TooOften."""
        found = self._run("delivery/ping", args=[self._offset_ms(), tenant, endpoint_id, f"ping_{ULID()}"])
        answer = found[0].decode()
        if answer == "too_often":
            raise TooOften("The endpoint was pinged too often.", retry_after_s=int(found[1]))
        _demand_open(answer)
        return self.get(tenant, answer)

    @translated
    def replay(self, tenant: str, delivery_id: str) -> Delivery:
        """Send a delivery once more, at once, whatever became of it.

        Raises NotFound (the delivery or its endpoint), Gone (its job or batch was deleted), DeliveryUnderWay,
        EndpointDisabled, OverLimit.
        """
        answer = self._run("delivery/replay", args=[self._offset_ms(), tenant, delivery_id]).decode()
        if answer == "missing":
            raise NotFound("There is no such delivery.")
        if answer == "gone":
            raise Gone("What this delivery is about was deleted or is past its time.")
        if answer == "busy":
            raise DeliveryUnderWay
        if answer == "full":
            raise OverLimit(TOO_MANY)
        _demand_open(answer)
        return self.get(tenant, delivery_id)

    @translated
    def recover(self, tenant: str, endpoint_id: str, *, since_ms: int, until_ms: int = FOR_EVER_MS) -> int:
        """Send again what an enabled endpoint missed since then, and until then; how many. Asking twice sends nothing
        twice. While as much waits as may, it ends early: what is left is sent by asking again later.

        Nothing that happened before it was made, or before the restaurant was granted to it, is sent.
        Raises EndpointDisabled, TooOften; OverLimit when as much waits as may.
        """
        total = 0
        for part in ("known", "jobs", "batches"):
            first, more = 0, True
            while more:
                head = [self._offset_ms(), tenant, endpoint_id, since_ms, until_ms, part, first, RECOVER_STEP]
                sent, left = self._run("delivery/recover", args=head)
                if sent == -2:
                    raise TooOften("What the endpoint missed was asked for too often.", retry_after_s=int(left))
                if sent < 0:
                    raise EndpointDisabled
                total, first, more = total + sent, first + RECOVER_STEP, left > 0
                if left < 0:
                    if not total:
                        raise OverLimit(TOO_MANY)
                    return int(total)
        return total

    @translated
    def stats(self) -> Mapping[str, int]:
        """Running totals, with `pending` and `oldest_due_ms`: how late the latest delivery is, whatever holds it."""
        pipe = self._redis.pipeline(transaction=False)
        pipe.hgetall(webhook_keys.STATS)
        pipe.zcard(webhook_keys.PENDING)
        pipe.zrange(webhook_keys.PENDING, 0, 0, withscores=True)
        totals, pending, oldest = pipe.execute()
        late = max(0, (self._now_ms() + self._offset_ms()) - int(oldest[0][1])) if oldest else 0
        return {name.decode(): int(value) for name, value in totals.items()} | {
            "pending": pending,
            "oldest_due_ms": late,
        }

    @translated
    def deliverers(self) -> list[str]:
        """The delivery workers that are up."""
        alive: Any = self._redis.zrangebyscore(keys.DELIVERERS, self._now_ms(), "+inf")
        return [name.decode() for name in alive]


def _demand_open(answer: str) -> None:
    if answer == "endpoint_deleted":
        raise NotFound("There is no such endpoint.")
    if answer == "endpoint_disabled":
        raise EndpointDisabled
