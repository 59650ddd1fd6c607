"""An endpoint: a URL that is told of webhook events, with its options, its secrets and its health."""

from dataclasses import dataclass, replace
from enum import StrEnum

from webhooks.options import EndpointOptions
from webhooks.secret import SealedSecret, Secret, SecretCipher, SecretKind, active, new_secret

#: Most secrets that sign at once; every rotation adds one until its predecessor's grace period ends.
MAX_SECRETS = 5


class DisabledReason(StrEnum):
    """Why an endpoint is disabled."""

    #: Its owner did it: nothing at all is sent.
    OWNER = "owner"
    #: It answered 410. Replays and pings are still sent.
    GONE = "gone"
    #: Nothing but failures for five days. Replays and pings are still sent.
    FAILING = "failing"


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """What the last attempts showed of an endpoint. Times are milliseconds since the epoch."""

    consecutive_failures: int = 0
    #: First of nothing but failures.
    failing_since: int | None = None
    last_success_at: int | None = None
    last_failure_at: int | None = None
    #: Until when the breaker lets nothing through; None while it is closed.
    held_until: int | None = None
    pending: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """An endpoint's record. Times are milliseconds since the epoch, by Redis' clock."""

    id: str
    tenant: str
    options: EndpointOptions
    enabled: bool = True
    disabled_reason: DisabledReason | None = None
    disabled_at: int | None = None
    kind: SecretKind = SecretKind.HMAC
    #: Newest first.
    secrets: tuple[SealedSecret, ...] = ()
    created_at: int = 0
    updated_at: int = 0
    #: Grows with every change; 0 while it is not stored.
    version: int = 0


def rotated(endpoint: Endpoint, cipher: SecretCipher, *, now_ms: int, grace_s: int = 0) -> tuple[Endpoint, Secret]:
    """The endpoint with a fresh secret in front, and that secret; the others sign for `grace_s` seconds more."""
    fresh = new_secret(endpoint.kind)
    until = now_ms + grace_s * 1000
    old = [
        replace(secret, until_ms=until if secret.until_ms is None else min(secret.until_ms, until))
        for secret in endpoint.secrets
    ]
    return replace(endpoint, secrets=(cipher.seal(fresh), *active(old, now_ms)[: MAX_SECRETS - 1])), fresh
