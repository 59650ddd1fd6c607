"""What the service answers about webhooks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """What the last attempts said of an endpoint."""

    consecutive_failures: int
    pending: int
    failing_since: datetime | None = None
    last_success_at: datetime | None = None
    last_failure_at: datetime | None = None
    held_until: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """A URL that is told of events."""

    id: str
    url: str
    events: tuple[str, ...]
    enabled: bool
    created_at: datetime
    #: The only restaurants that it is told of; empty: all.
    restaurants: tuple[str, ...] = ()
    description: str = ""
    include_text: bool = False
    #: Of `batch.progress`: lines of a batch between two events.
    progress_lines: int = 1000
    #: Of `batch.lines`: most lines that one event tells.
    lines_per_event: int = 10
    #: `hmac` or `ed25519`.
    signature: str = "hmac"
    #: What verifies signatures, for ed25519.
    public_keys: tuple[str, ...] = ()
    disabled_reason: str | None = None
    disabled_at: datetime | None = None
    updated_at: datetime | None = None
    version: int = 0
    health: Health | None = None
    #: Shown once, when it is made: keep it. Never printed.
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One attempt at a delivery."""

    number: int
    trigger: str
    started_at: datetime
    duration_ms: int | None = None
    #: HTTP status; None when there was no complete answer.
    status: int | None = None
    error: str | None = None
    next_attempt_at: datetime | None = None
    #: The beginning of what the receiver said.
    answer: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """One event on its way to one endpoint. `id` is the `webhook-id` of all its attempts."""

    id: str
    type: str
    #: Id of the job, batch or endpoint that the event is about.
    subject: str
    endpoint: str
    status: str
    attempts: int
    event_at: datetime
    created_at: datetime
    reason: str | None = None
    next_attempt_at: datetime | None = None
    ended_at: datetime | None = None
    #: Oldest first; None in lists.
    log: tuple[Attempt, ...] | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Secret:
    """A fresh secret, shown this once."""

    secret: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Recovered:
    """How many deliveries are sent again."""

    recovered: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoints:
    """All endpoints, oldest first."""

    endpoints: tuple[Endpoint, ...]
