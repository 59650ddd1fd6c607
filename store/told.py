"""Deliveries that arrived at the first attempt: a line of each, in their job's field (`store/lua/lib/told.lua`)."""

import re
from urllib.parse import unquote, unquote_to_bytes

from store import webhook_keys
from store.delivery_record import answer_of
from store.sealing import Sealing
from webhooks.delivery import Attempt, Delivery, DeliveryStatus, Trigger

#: What `store.schema.KNOWS` has to be at least.
KNOWN_AS_LINES = 1
_DELIVERY = re.compile(r"msg_(.+)_(ep_[0-9A-Za-z]+)")
#: A ULID with its prefix: what changes every half minute, and the rest.
_ULID = re.compile(r"([A-Za-z]+_[0-9A-Za-z]{7})([0-9A-Za-z]{19})")


def place_of(tenant: str, subject: str) -> tuple[str, str]:
    """Key and field of the lines of a job."""
    found = _ULID.fullmatch(subject)
    bucket, rest = found.groups() if found else (subject, "")
    return webhook_keys.TOLD(tenant, bucket), rest


def subject_of(delivery_id: str) -> str | None:
    """The job that a delivery is about, if a line can tell of it."""
    found = _DELIVERY.fullmatch(delivery_id)
    return found[1] if found else None


def told_from(tenant: str, subject: str, lines: bytes | None, sealing: Sealing | None = None) -> dict[str, Delivery]:
    """The deliveries that are told of in the field of a job, by their ids; with their logs where `sealing` opens what
    receivers answered. Raises TextKeyMissing.
    """
    found = (_delivery(tenant, subject, line, sealing) for line in (lines or b"").split(b"\n") if line)
    return {delivery.id: delivery for delivery in found}


def _delivery(tenant: str, subject: str, line: bytes, sealing: Sealing | None) -> Delivery:
    *parts, answer = line.split(b" ")
    endpoint, at, created, started, ended, took, answered, type_, restaurant = (part.decode() for part in parts)
    event_at = int(at)
    attempt = Attempt(
        number=1,
        trigger=Trigger.SCHEDULE,
        started_at=event_at + int(started),
        duration_ms=int(took) if took else None,
        status=int(answered) if answered else None,
        answer=answer_of(tenant, unquote_to_bytes(answer), sealing),
    ) if started and sealing else None  # fmt: skip
    return Delivery(
        id=f"msg_{subject}_{endpoint}",
        tenant=tenant,
        endpoint=endpoint,
        type=type_,
        subject=subject,
        restaurant=unquote(restaurant) or None,
        status=DeliveryStatus.SUCCEEDED,
        attempts=1,
        trigger=Trigger.SCHEDULE,
        event_at=event_at,
        created_at=event_at + int(created),
        ended_at=event_at + int(ended),
        log=(attempt,) if attempt else (),
    )
