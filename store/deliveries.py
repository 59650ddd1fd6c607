"""Deliveries in Redis: the durable due-set that workers lease from, and the log of what became of each attempt."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
import redis
from ulid import ULID

from jobs.errors import DeliveryUnderWay, EndpointDisabled, Gone, NotFound
from store import keys
from store.delivery_record import attempt_from, delivery_from
from store.scripts import RedisBase, translated
from webhooks.delivery import Attempt, Delivery, DeliveryStatus, Lease, Recorded, Trigger, Verdict

#: Deliveries or jobs that one script call of a recovery looks at.
RECOVER_STEP = 500


class DeliveryStore(RedisBase):
    """Leases and records deliveries. `offset_ms` puts the clock ahead of Redis' own; tests give it, nothing else."""

    def __init__(self, client: redis.Redis, *, offset_ms: Callable[[], int] = lambda: 0) -> None:
        super().__init__(client)
        self._offset_ms = offset_ms

    def now_ms(self) -> int:
        """Redis' time, in milliseconds since the epoch."""
        return self._now_ms() + self._offset_ms()

    @translated
    def lease(self, most: int, *, lease_ms: int) -> tuple[list[Lease], int | None]:
        """Up to `most` deliveries whose time has come, and the milliseconds until the next is due (None: nothing)."""
        wait_ms, taken = self._run("delivery/lease", args=[self._offset_ms(), most, lease_ms])
        return [_lease(item) for item in taken], None if int(wait_ms) < 0 else int(wait_ms)

    @translated
    def record(
        self, lease: Lease, verdict: Verdict, *, attempt: Attempt | None, delay_s: float | None = None, reason: str = ""
    ) -> Recorded | None:
        """Write down what became of an attempt; None when the lease was given to another worker meanwhile.

        `delay_s` is the time until the next attempt, None when there is none; `attempt` goes into the log.
        """
        entry = orjson.dumps(_entry(attempt)) if attempt else b""
        delay = "" if delay_s is None else round(delay_s * 1000)
        head = [self._offset_ms(), lease.tenant, lease.id, lease.attempt, verdict.value, delay, reason]
        answer = self._run("delivery/record", args=[*head, entry, attempt.answer if attempt else ""])
        if answer[0] == b"late":
            return None
        next_ms = int(answer[1]) if answer[1] else None
        return Recorded(status=DeliveryStatus(answer[0].decode()), next_ms=next_ms, notice=answer[2].decode())

    @translated
    def get(self, tenant: str, delivery_id: str) -> Delivery:
        """A delivery with its log. Raises NotFound."""
        key = keys.DELIVERY(tenant, delivery_id)
        pipe = self._redis.pipeline()
        pipe.hgetall(key)
        pipe.lrange(f"{key}:attempts", 0, -1)
        raw, log = pipe.execute()
        if b"type" not in raw:
            raise NotFound("There is no such delivery.")
        return delivery_from(tenant, delivery_id, raw, tuple(attempt_from(entry) for entry in log))

    @translated
    def detail(self, tenant: str, delivery_id: str) -> str:
        """What an endpoint's event says beside its kind: why it was disabled."""
        detail: Any = self._redis.hget(keys.DELIVERY(tenant, delivery_id), "detail")
        return detail.decode() if detail else ""

    @translated
    def ping(self, tenant: str, endpoint_id: str) -> Delivery:
        """Make a test delivery to an endpoint. Raises NotFound, EndpointDisabled."""
        answer = self._run("delivery/ping", args=[self._offset_ms(), tenant, endpoint_id, f"ping_{ULID()}"]).decode()
        _demand_open(answer)
        return self.get(tenant, answer)

    @translated
    def replay(self, tenant: str, delivery_id: str) -> Delivery:
        """Send a delivery once more, at once, whatever became of it.

        Raises NotFound (the delivery or its endpoint), Gone (its job was deleted), DeliveryUnderWay, EndpointDisabled.
        """
        answer = self._run("delivery/replay", args=[self._offset_ms(), tenant, delivery_id]).decode()
        if answer == "missing":
            raise NotFound("There is no such delivery.")
        if answer == "gone":
            raise Gone("The job of this delivery was deleted or is past its time.")
        if answer == "busy":
            raise DeliveryUnderWay
        _demand_open(answer)
        return self.get(tenant, delivery_id)

    @translated
    def recover(self, tenant: str, endpoint_id: str, *, since_ms: int) -> int:
        """Send again what an enabled endpoint missed since then; how many. Asking twice sends nothing twice.

        Raises EndpointDisabled.
        """
        total = 0
        for part in ("known", "untold"):
            first, more = 0, True
            while more:
                head = [self._offset_ms(), tenant, endpoint_id, since_ms, part, first, RECOVER_STEP]
                sent, left = self._run("delivery/recover", args=head)
                if sent < 0:
                    raise EndpointDisabled
                total, first, more = total + sent, first + RECOVER_STEP, bool(left)
        return total

    @translated
    def wait(self, timeout_s: float) -> None:
        """Return when something may be due, or after `timeout_s` (which Redis counts in hundredths)."""
        self._redis.blpop([keys.DELIVERY_SIGNAL], timeout=max(0.01, timeout_s))

    @translated
    def stats(self) -> Mapping[str, int]:
        """Running totals, with `pending` and `oldest_due_ms`: how late the latest delivery is, whatever holds it."""
        pipe = self._redis.pipeline(transaction=False)
        pipe.hgetall(keys.STATS)
        pipe.zcard(keys.PENDING)
        pipe.zrange(keys.PENDING, 0, 0, withscores=True)
        totals, pending, oldest = pipe.execute()
        late = max(0, self.now_ms() - int(oldest[0][1])) if oldest else 0
        return {name.decode(): int(value) for name, value in totals.items()} | {
            "pending": pending,
            "oldest_due_ms": late,
        }

    @translated
    def report_deliverer(self, name: str, *, alive_ms: int) -> None:
        """A delivery worker's heartbeat, valid for `alive_ms`; 0 signs it off."""
        if alive_ms:
            self._redis.zadd(keys.DELIVERERS, {name: self._now_ms() + alive_ms})
        else:
            self._redis.zrem(keys.DELIVERERS, name)

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


def _entry(attempt: Attempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "trigger": attempt.trigger,
        "started_at": attempt.started_at,
        "duration_ms": attempt.duration_ms,
        "status": attempt.status,
        "error": attempt.error,
    }


def _lease(item: list[Any]) -> Lease:
    tenant, msg, attempt, step, trigger, endpoint, kind, subject, event_at, url, due_at = item
    return Lease(
        tenant=tenant.decode(),
        id=msg.decode(),
        attempt=int(attempt),
        step=int(step),
        trigger=Trigger(trigger.decode()),
        endpoint=endpoint.decode(),
        type=kind.decode(),
        subject=subject.decode(),
        event_at=int(event_at),
        url=url.decode(),
        due_at=int(due_at),
    )
