"""An endpoint: a URL that is told of events, with its secrets, its filter and its health."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from webhooks.encryption import SecretCipher
from webhooks.signatures import Secret, SecretKind, new_secret

#: Every kind of event.
EVENTS = (
    "job.succeeded",
    "job.failed",
    "job.canceled",
    "job.expired",
    "batch.completed",
    "endpoint.ping",
    "endpoint.disabled",
)
#: What an endpoint gets that did not say. Pings come to the endpoint that is pinged, asked for or not.
DEFAULT_EVENTS = tuple(event for event in EVENTS if event != "endpoint.ping")
#: Most secrets that sign at once; every rotation adds one until its predecessor's grace period ends.
MAX_SECRETS = 5


class DisabledReason(StrEnum):
    """Why an endpoint is disabled."""

    #: Its owner did it: nothing at all is sent.
    OWNER = "owner"
    #: It said 410. Replays and pings are still sent.
    GONE = "gone"
    #: Nothing but failures for five days. Replays and pings are still sent.
    FAILING = "failing"


@dataclass(frozen=True, kw_only=True, slots=True)
class SealedSecret:
    """A signing secret, encrypted."""

    sealed: str
    #: When it stops signing, in milliseconds since the epoch; None for the current one.
    until_ms: int | None = None
    #: What receivers verify with, for ed25519.
    public_key: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """What the last attempts said of an endpoint. Times are milliseconds since the epoch."""

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
    url: str
    events: tuple[str, ...] = DEFAULT_EVENTS
    description: str = ""
    #: Whether the sentences' texts are sent, or offsets only.
    include_text: bool = False
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

    def takes(self, *, manual: bool) -> bool:
        """Whether anything may be sent; `manual` for pings and replays."""
        return self.enabled or (manual and self.disabled_reason is not DisabledReason.OWNER)

    def signers(self, cipher: SecretCipher, now_ms: int) -> list[Secret]:
        """The secrets that sign now. Raises SettingsError when they cannot be decrypted."""
        return [Secret.parse(cipher.open(secret.sealed)) for secret in active(self.secrets, now_ms)]


def active(secrets: Sequence[SealedSecret], now_ms: int) -> list[SealedSecret]:
    """Those whose time is not over."""
    return [secret for secret in secrets if secret.until_ms is None or secret.until_ms > now_ms]


def rotated(endpoint: Endpoint, cipher: SecretCipher, *, now_ms: int, grace_s: int = 0) -> tuple[Endpoint, Secret]:
    """The endpoint with a fresh secret in front, and that secret; the others sign for `grace_s` seconds more."""
    fresh = new_secret(endpoint.kind)
    until = now_ms + grace_s * 1000
    old = [
        replace(secret, until_ms=until if secret.until_ms is None else min(secret.until_ms, until))
        for secret in endpoint.secrets
    ]
    sealed = SealedSecret(sealed=cipher.seal(fresh.reveal()), public_key=fresh.public_key)
    return replace(endpoint, secrets=(sealed, *active(old, now_ms)[: MAX_SECRETS - 1])), fresh
