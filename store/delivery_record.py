"""How deliveries are spelled in Redis: a hash of strings, and a list of attempts, both written by scripts."""

from collections.abc import Mapping
from dataclasses import asdict

import orjson

from jobs.errors import TextErased
from store.sealing import Sealing
from webhooks.delivery import Attempt, Delivery, DeliveryStatus, Trigger

#: Of an attempt these stand beside the JSON: the answer where it can be forgotten.
_BESIDE = ("answer", "next_attempt_at")


def delivery_from(tenant: str, delivery_id: str, raw: Mapping[bytes, bytes], log: tuple[Attempt, ...] = ()) -> Delivery:
    """The delivery whose hash is `raw`."""
    text = {name.decode(): value.decode() for name, value in raw.items()}

    def number(name: str) -> int | None:
        return int(text[name]) if text.get(name) else None

    status = DeliveryStatus(text["status"])
    ended = status not in (DeliveryStatus.PENDING, DeliveryStatus.SENDING)
    # Its end before, and why it was one, are kept under a replay for their return; what waited anyway goes on.
    replayed = not ended and text.get("before", DeliveryStatus.PENDING) != DeliveryStatus.PENDING
    return Delivery(
        id=delivery_id,
        tenant=tenant,
        endpoint=text["endpoint"],
        type=text["type"],
        subject=text["subject"],
        restaurant=text.get("restaurant") or None,
        status=status,
        attempts=int(text["attempts"]),
        trigger=Trigger(text["trigger"]),
        event_at=int(text["event_at"]),
        created_at=int(text["created_at"]),
        next_at=number("next_at"),
        ended_at=number("ended_at") if ended else None,
        reason=None if replayed else text.get("reason") or None,
        log=log,
    )


def attempt_entry(attempt: Attempt) -> bytes:
    """An attempt as JSON, without what it has not; the script puts the next one's time in front, the answer behind."""
    members = {name: value for name, value in asdict(attempt).items() if value is not None and name not in _BESIDE}
    return orjson.dumps(members)


def attempt_from(tenant: str, entry: bytes, sealing: Sealing) -> Attempt:
    """One entry of the log: the time of the next attempt, the attempt as JSON, the answer's body.

    An answer that was erased is forgotten. Raises TextKeyMissing.
    """
    next_at, attempt, answer = entry.split(b"\n", 2)
    raw = orjson.loads(attempt)
    return Attempt(
        number=raw["number"],
        trigger=Trigger(raw["trigger"]),
        started_at=raw["started_at"],
        duration_ms=raw.get("duration_ms"),
        status=raw.get("status"),
        error=raw.get("error"),
        next_attempt_at=int(next_at) if next_at else None,
        answer=answer_of(tenant, answer, sealing),
    )


def answer_of(tenant: str, kept: bytes, sealing: Sealing) -> str:
    """What a receiver answered, as it is kept; empty when it was erased. Raises TextKeyMissing."""
    try:
        return sealing.open(tenant, kept).decode()
    except TextErased:
        return ""
