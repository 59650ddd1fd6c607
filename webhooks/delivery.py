"""A delivery: one webhook event on its way to one endpoint, its states, and the log of its attempts."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class DeliveryStatus(StrEnum):
    """Where a delivery is."""

    #: It waits for its next attempt.
    PENDING = "pending"
    #: A delivery worker has leased it; when the lease runs out it is sent again.
    SENDING = "sending"
    #: The receiver answered 2xx.
    SUCCEEDED = "succeeded"
    #: Every attempt of the schedule failed, or the receiver answered 410.
    FAILED = "failed"
    #: It is not sent (any more): its job was deleted, or its endpoint deleted or disabled; `reason` says which.
    DROPPED = "dropped"


#: What a new delivery is.
FIRST = frozenset({DeliveryStatus.PENDING})
#: Which state may follow which; every script that writes a status consults this table (`store.lua`). From the last
#: three only a replay or a recovery leads back. A replay that is dropped before it is sent ends as what its delivery
#: was before: so a waiting one may have succeeded or failed, too.
TRANSITIONS: Mapping[DeliveryStatus, frozenset[DeliveryStatus]] = MappingProxyType(
    {
        DeliveryStatus.PENDING: frozenset(DeliveryStatus) - {DeliveryStatus.PENDING},
        DeliveryStatus.SENDING: frozenset(DeliveryStatus) - {DeliveryStatus.SENDING},
        DeliveryStatus.SUCCEEDED: frozenset({DeliveryStatus.PENDING}),
        DeliveryStatus.FAILED: frozenset({DeliveryStatus.PENDING}),
        DeliveryStatus.DROPPED: frozenset({DeliveryStatus.PENDING}),
    }
)


class Trigger(StrEnum):
    """What an attempt was made for."""

    SCHEDULE = "schedule"
    #: Somebody asked for this one again: a single attempt that says nothing about the endpoint's health.
    REPLAY = "replay"
    #: Somebody asked for everything that was missed since a time; then the schedule begins anew.
    RECOVER = "recover"
    PING = "ping"


class Verdict(StrEnum):
    """What an attempt came to."""

    SUCCEEDED = "succeeded"
    #: The receiver's doing: tried again by the schedule.
    FAILED = "failed"
    #: The receiver answered 410: it wants no more.
    GONE = "gone"
    #: Our doing: tried again, and the endpoint is not blamed.
    INTERNAL = "internal"
    #: Nothing was sent, nor will be.
    DROPPED = "dropped"


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One attempt as the log keeps it. Times are milliseconds since the epoch, by Redis' clock."""

    number: int
    trigger: Trigger
    started_at: int
    duration_ms: int | None = None
    #: HTTP status; None when there was no complete answer.
    status: int | None = None
    #: Error class, a fixed word; None after a success.
    error: str | None = None
    #: When the next attempt is due; None when there is none.
    next_attempt_at: int | None = None
    #: The first 2 kB of the answer's body.
    answer: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """A delivery's record. Times are milliseconds since the epoch, by Redis' clock."""

    #: The webhook-id: the same for all attempts, replays and recoveries.
    id: str
    tenant: str
    endpoint: str
    #: The type of the webhook event (`webhooks.event.EventType`; a newer Kritiq may have made others).
    type: str
    #: Id of the job, batch or endpoint that it is about.
    subject: str
    #: Of the job or batch, if it has one and names no other.
    restaurant: str | None = None
    status: DeliveryStatus
    #: Attempts begun; also the fence that a late worker fails on.
    attempts: int
    trigger: Trigger
    #: When what it tells of happened.
    event_at: int
    created_at: int
    next_at: int | None = None
    ended_at: int | None = None
    #: Why it failed last, or why it was dropped.
    reason: str | None = None
    #: Oldest first, at most 50.
    log: tuple[Attempt, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Lease:
    """One delivery, handed to one worker for a while."""

    tenant: str
    id: str
    attempt: int
    #: Failed attempts of the schedule so far.
    step: int
    trigger: Trigger
    endpoint: str
    type: str
    subject: str
    event_at: int
    #: The URL of a one-off webhook; empty for an endpoint, whose URL is read right before sending.
    url: str = ""
    #: When it was due.
    due_at: int = 0
    #: Which lines of a batch it tells, as `webhooks.lines.Part` spells it; empty: none.
    part: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """What the store made of an attempt."""

    status: DeliveryStatus
    #: Milliseconds until the next attempt.
    next_ms: int | None
    #: What to log of the endpoint: `opened`, `disabled`, `failing_24h`, `failing_72h` or nothing.
    notice: str = ""
