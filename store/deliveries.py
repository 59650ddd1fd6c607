"""Deliveries as a delivery worker sees them: leased from the durable due-set, read, and what became of them written."""

from collections.abc import Callable, Sequence
from typing import Any

import redis

from jobs.batch import Batch
from jobs.errors import Gone, NotFound
from jobs.stored import Stored
from store import batch_record, job_record, keys
from store.batch_lines import BatchLines
from store.batch_record import GONE
from store.delivery_record import attempt_entry
from store.endpoint_record import endpoint_from
from store.scripts import RedisBase, translated
from store.stored_fields import READ_STORED
from webhooks.delivery import Attempt, DeliveryStatus, Lease, Recorded, Trigger, Verdict
from webhooks.event import SUBJECTS, EventType, Subject
from webhooks.lines import LinesNotice, Part
from webhooks.options import EndpointOptions
from webhooks.secret import SecretCipher
from webhooks.snapshot import DeliverySnapshot, Dropped, DropReason, EndpointNotice, ErasureNotice

#: The fields of the record that an event is about.
_READ: dict[Subject, Sequence[str]] = {
    Subject.JOB: READ_STORED,
    Subject.BATCH: batch_record.READ,
    Subject.ENDPOINT: ("detail",),
    Subject.ERASURE: ("restaurant",),
}


#: The fewest and the most deliveries that an endpoint is sent at once, unless the settings say it.
AT_ONCE = (4, 64)


class DeliveryStore(RedisBase):
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
        super().__init__(client)
        self._as_lines = as_lines
        self._cipher, self._offset_ms, self._at_once = cipher, offset_ms, at_once

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
        about = SUBJECTS[EventType(lease.type)]
        head = [self._offset_ms(), lease.tenant, lease.id, lease.endpoint, lease.trigger.value, lease.url]
        answer = self._run("delivery/snapshot", args=[*head, about.value, lease.subject, *_READ[about]])
        time_ms, reason, record, values, result = answer
        try:
            subject = _subject(lease, about, values, result)
            # A second look, for a chunk that has ended stays as it is.
            lines = self._lines(subject, Part.decode(lease.part)) if isinstance(subject, Batch) and lease.part else None
        except NotFound:
            raise Dropped(DropReason.JOB_GONE) from None
        if reason:
            raise Dropped(DropReason(reason.decode()))
        read_at = int(time_ms) + self._offset_ms()
        signer = endpoint_from(lease.tenant, lease.endpoint, dict(zip(record[::2], record[1::2], strict=True)))
        return DeliverySnapshot(
            lease=lease,
            subject=lines or subject,
            options=EndpointOptions(url=lease.url) if lease.url else signer.options,
            secrets=self._cipher.signers(signer.secrets, read_at),
            read_at=read_at,
        )

    def _lines(self, batch: Batch, part: Part) -> LinesNotice:
        """What is told of lines of a chunk that has ended. Raises Gone."""
        rows = part.of((BatchLines(self._redis).chunk(batch, part.chunk).lines or b"").splitlines())
        if not rows:
            raise Gone(GONE)
        return LinesNotice(batch=batch, rows=rows)

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
        head += [entry, attempt.answer if attempt else "", took_ms, *self._at_once, int(self._as_lines())]
        answer = self._run("delivery/record", args=head)
        if answer[0] == b"late":
            return None
        next_ms = int(answer[1]) if answer[1] else None
        return Recorded(status=DeliveryStatus(answer[0].decode()), next_ms=next_ms, notice=answer[2].decode())

    @translated
    def wait(self, timeout_s: float) -> None:
        """Return when something may be due, or after `timeout_s` (which Redis counts in hundredths)."""
        self._redis.blpop([keys.DELIVERY_SIGNAL], timeout=max(0.01, timeout_s))

    @translated
    def report_deliverer(self, name: str, *, alive_ms: int) -> None:
        """A delivery worker's heartbeat, valid for `alive_ms`; 0 signs it off."""
        self._run("job/report", [keys.DELIVERERS], [name, alive_ms])


def _lease(pairs: Sequence[bytes]) -> Lease:
    """The lease that delivery/lease.lua spells as name, value, name, value."""
    item: dict[str, Any] = {name.decode(): value.decode() for name, value in zip(pairs[::2], pairs[1::2], strict=True)}
    numbers = {name: int(item[name]) for name in ("attempt", "step", "event_at", "due_at")}
    return Lease(**item | numbers | {"trigger": Trigger(item["trigger"])})


def _subject(
    lease: Lease, about: Subject, values: Sequence[bytes | None], result: bytes | None
) -> Stored | Batch | EndpointNotice | ErasureNotice:
    """What the event is about, also when its time is over for everybody else. Raises NotFound."""
    match about:
        case Subject.JOB:
            return job_record.stored_from(lease.tenant, lease.subject, values, result, now_ms=0)
        case Subject.BATCH:
            return batch_record.batch_from(lease.tenant, lease.subject, values, now_ms=0)
        case Subject.ERASURE:
            restaurant = (values[0] or b"").decode() or None
            return ErasureNotice(kind=lease.type.partition(".")[0], id=lease.subject, restaurant=restaurant)
        case Subject.ENDPOINT if lease.type == EventType.ENDPOINT_PING:
            return EndpointNotice(endpoint_id=lease.endpoint)
        case Subject.ENDPOINT:
            return EndpointNotice(endpoint_id=lease.subject, reason=(values[0] or b"").decode())
