"""What deliveries tell, read from the record of what they are about: nothing of it is kept with them."""

from collections.abc import Callable, Sequence
from typing import Any

import redis

from jobs.batch import Batch
from jobs.errors import Gone, NotFound
from jobs.stored import Stored
from store import batch_record, job_record, webhook_keys
from store.batch_lines import BatchLines
from store.batch_record import GONE
from store.endpoint_record import endpoint_from
from store.scripts import RedisBase, translated
from store.sealing import Sealing
from store.stored_fields import READ_STORED
from webhooks.delivery import Delivery, Lease, Trigger
from webhooks.endpoint import Endpoint
from webhooks.event import SUBJECTS, EventType, Subject
from webhooks.lines import LinesNotice, Part
from webhooks.options import EndpointOptions
from webhooks.snapshot import DeliverySnapshot, Dropped, DropReason, EndpointNotice, ErasureNotice

#: The fields of the record that an event is about.
_READ: dict[Subject, Sequence[str]] = {
    Subject.JOB: READ_STORED,
    Subject.BATCH: batch_record.READ,
    Subject.ENDPOINT: ("detail",),
    Subject.ERASURE: ("restaurant", "lines"),
}


class DeliveryContents(RedisBase):
    """Reads it. `offset_ms` puts the clock ahead of Redis' own; tests give it, nothing else does."""

    def __init__(self, client: redis.Redis, *, offset_ms: Callable[[], int] = lambda: 0) -> None:
        super().__init__(client)
        self._offset_ms = offset_ms

    @translated
    def content(self, delivery: Delivery) -> DeliverySnapshot:
        """What a delivery would tell if it were sent again now, without the secrets that sign it.

        Raises Dropped when nothing would be sent.
        """
        # Of what arrived at once there is no record any more, and neither had it.
        raw: Any = self._redis.hmget(webhook_keys.DELIVERY(delivery.tenant, delivery.id), ["url", "part"])
        url, part = ((value or b"").decode() for value in raw)
        lease = Lease(
            tenant=delivery.tenant, id=delivery.id, attempt=delivery.attempts, step=0, trigger=Trigger.REPLAY,
            endpoint=delivery.endpoint, type=delivery.type, subject=delivery.subject, event_at=delivery.event_at,
            url=url, part=part,
        )  # fmt: skip
        return self._read(lease)[0]

    def _read(self, lease: Lease) -> tuple[DeliverySnapshot, Endpoint]:
        """What an attempt at `lease` tells, and the endpoint whose secrets sign it. Raises Dropped."""
        about = SUBJECTS[EventType(lease.type)]
        head = [self._offset_ms(), lease.tenant, lease.id, lease.endpoint, lease.trigger.value, lease.url]
        answer = self._run("delivery/snapshot", args=[*head, about.value, lease.subject, *_READ[about]])
        time_ms, reason, record, values, result = answer
        try:
            subject = _subject(lease, about, values, result, self._sealing)
            # A second look, for a chunk that has ended stays as it is.
            lines = self._lines(subject, Part.decode(lease.part)) if isinstance(subject, Batch) and lease.part else None
            # Only a one-off webhook has its own.
            url = self._sealing.open_url(lease.tenant, lease.url) if lease.url else ""
        except NotFound:
            raise Dropped(DropReason.JOB_GONE) from None
        if reason:
            raise Dropped(DropReason(reason.decode()))
        signer = endpoint_from(lease.tenant, lease.endpoint, dict(zip(record[::2], record[1::2], strict=True)))
        found = DeliverySnapshot(
            lease=lease,
            subject=lines or subject,
            options=EndpointOptions(url=url) if url else signer.options,
            secrets=(),
            read_at=int(time_ms) + self._offset_ms(),
        )
        return found, signer

    def _lines(self, batch: Batch, part: Part) -> LinesNotice:
        """What is told of lines of a chunk that has ended. Raises Gone."""
        rows = part.of((BatchLines(self._redis).chunk(batch, part.chunk).lines or b"").splitlines())
        if not rows:
            raise Gone(GONE)
        return LinesNotice(batch=batch, rows=rows)


def _subject(
    lease: Lease, about: Subject, values: Sequence[bytes | None], result: bytes | None, sealing: Sealing
) -> Stored | Batch | EndpointNotice | ErasureNotice:
    """What the event is about, also when its time is over for everybody else. Raises NotFound."""
    match about:
        case Subject.JOB:
            return job_record.stored_from(lease.tenant, lease.subject, values, result, 0, sealing)
        case Subject.BATCH:
            return batch_record.batch_from(lease.tenant, lease.subject, values, 0, sealing)
        case Subject.ERASURE:
            restaurant, lines = ((value or b"").decode() for value in values)
            return ErasureNotice(
                kind=lease.type.partition(".")[0], id=lease.subject, restaurant=restaurant or None,
                lines=tuple(map(int, lines.split())),
            )  # fmt: skip
        case Subject.ENDPOINT if lease.type == EventType.ENDPOINT_PING:
            return EndpointNotice(endpoint_id=lease.endpoint)
        case Subject.ENDPOINT:
            return EndpointNotice(endpoint_id=lease.subject, reason=(values[0] or b"").decode())
