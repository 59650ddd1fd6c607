"""Deliveries as a delivery worker sees them: leased from the durable due-set, read, and what became of them written."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import redis

from jobs.errors import TextKeyMissing
from store import keys, webhook_keys
from store.delivery_contents import DeliveryContents
from store.delivery_record import attempt_entry
from store.scripts import translated
from webhooks.delivery import Attempt, DeliveryStatus, Lease, Recorded, Trigger, Verdict
from webhooks.secret import SecretCipher
from webhooks.snapshot import DeliverySnapshot

#: The fewest and the most deliveries that an endpoint is sent at once, unless the settings say it.
AT_ONCE = (4, 64)


class DeliveryStore(DeliveryContents):
    """Leases, reads and records. `offset_ms` puts the clock ahead of Redis' own; tests give it, nothing else does."""

    def __init__(
        self,
        client: redis.Redis,
        cipher: SecretCipher,
        *,
        at_once: tuple[int, int] = AT_ONCE,
        as_lines: Callable[[], bool] = lambda: True,
        offset_ms: Callable[[], int] = lambda: 0,
    ) -> None:
        """`at_once`: the fewest and the most deliveries that one endpoint is sent at once, as it answers. `as_lines`:
        whether what arrives at once may end as a line (`store.told`).
        """
        super().__init__(client, offset_ms=offset_ms)
        self._as_lines = as_lines
        self._cipher, self._at_once = cipher, at_once

    @translated
    def now_ms(self) -> int:
        """Redis' time, in milliseconds since the epoch."""
        return self._now_ms() + self._offset_ms()

    @translated
    def lease(self, most: int, *, lease_ms: int, kept: int = 0) -> tuple[list[Lease], int | None]:
        """Up to `most` deliveries whose time has come, and the milliseconds until the next is due (None: nothing).

        Of the `most` so many are `kept` for endpoints that have only a few under way.
        """
        wait_ms, taken = self._run("delivery/lease", args=[self._offset_ms(), most, lease_ms, kept])
        return [_lease(pairs) for pairs in taken], None if int(wait_ms) < 0 else int(wait_ms)

    @translated
    def snapshot(self, lease: Lease) -> DeliverySnapshot:
        """Everything that an attempt at `lease` needs, read at one moment in one round trip (lines of a batch in more).

        Raises Dropped when nothing is to be sent, SettingsError when a secret cannot be opened.
        """
        found, signer = self._read(lease)
        return replace(found, secrets=self._cipher.signers(signer.secrets, found.read_at))

    @translated
    def record(
        self, lease: Lease, verdict: Verdict, *, attempt: Attempt | None, delay_s: float | None = None, reason: str = ""
    ) -> Recorded | None:
        """Write down what became of an attempt; None when the lease was given to another worker meanwhile.

        `delay_s` is the time until the next attempt, None when there is none; `attempt` goes into the log.
        """
        entry = attempt_entry(attempt) if attempt else b""
        delay = "" if delay_s is None else round(delay_s * 1000)
        head = [self._offset_ms(), lease.tenant, lease.id, lease.attempt, verdict.value, delay, reason]
        took_ms = attempt.duration_ms if attempt and attempt.duration_ms is not None else ""
        answered = self._answer(lease.tenant, attempt.answer) if attempt and attempt.answer else b""
        head += [entry, answered, took_ms, *self._at_once, int(self._as_lines())]
        answer = self._run("delivery/record", args=head)
        if answer[0] == b"late":
            return None
        next_ms = int(answer[1]) if answer[1] else None
        return Recorded(status=DeliveryStatus(answer[0].decode()), next_ms=next_ms, notice=answer[2].decode())

    def _answer(self, tenant: str, answer: str) -> bytes:
        """What a receiver said, to be kept: it may repeat what it was told. Without a key nothing of it is."""
        try:
            return self._sealing.seal(tenant, answer.encode())
        except TextKeyMissing:
            return b""

    @translated
    def wait(self, timeout_s: float) -> None:
        """Return when something may be due, or after `timeout_s` (which Redis counts in hundredths)."""
        self._redis.blpop([webhook_keys.DELIVERY_SIGNAL], timeout=max(0.01, timeout_s))

    @translated
    def report_deliverer(self, name: str, *, alive_ms: int) -> None:
        """A delivery worker's heartbeat, valid for `alive_ms`; 0 signs it off."""
        self._run("job/report", [keys.DELIVERERS], [name, alive_ms])


def _lease(pairs: Sequence[bytes]) -> Lease:
    """The lease that delivery/lease.lua spells as name, value, name, value."""
    item: dict[str, Any] = {name.decode(): value.decode() for name, value in zip(pairs[::2], pairs[1::2], strict=True)}
    numbers = {name: int(item[name]) for name in ("attempt", "step", "event_at", "due_at")}
    return Lease(**item | numbers | {"trigger": Trigger(item["trigger"])})
