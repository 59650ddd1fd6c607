"""Is this webhook from Kritiq? Standard Webhooks, with HMAC-SHA256 (`v1`) or ed25519 (`v1a`)."""

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kritiq_client.errors import UnexpectedAnswer, WebhookInvalid
from kritiq_client.reading import read

#: Seconds that a webhook's time may be off; Standard Webhooks' own bound.
TOLERANCE_S = 300.0
#: Of ed25519.
PUBLIC_KEY_BYTES = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class WebhookEvent:
    """A webhook that was found to be genuine."""

    #: The same for every attempt and replay: what you have seen already need not be done again.
    id: str = ""
    #: Such as `job.succeeded`.
    type: str
    #: When the event happened.
    timestamp: datetime
    data: Mapping[str, Any]
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


def verify_webhook(
    body: bytes | str,
    headers: Mapping[str, str],
    secrets: str | Sequence[str],
    *,
    tolerance_s: float = TOLERANCE_S,
    now: Callable[[], float] = time.time,
) -> WebhookEvent:
    """The event in `body`, the request's bytes exactly as they came; a body that was parsed before does not verify.

    `secrets`: `whsec_…` or, for ed25519, `whpk_…`; during a rotation several, any of which may fit.
    Raises WebhookInvalid, whose message never tells a secret; ValueError for a secret that cannot be one.
    """
    raw = body.encode() if isinstance(body, str) else bytes(body)
    given = {name.lower(): value for name, value in headers.items()}
    message, stamp, signatures = (given.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not (message and stamp and signatures):
        raise WebhookInvalid("webhook-id, webhook-timestamp or webhook-signature is missing.")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 15):
        raise WebhookInvalid("webhook-timestamp is not a time.")
    content = b"%s.%s.%s" % (message.encode("utf-8", "replace"), stamp.encode(), raw)
    keys = [secrets] if isinstance(secrets, str) else list(secrets)
    # Every key is tried, so that the time taken tells nothing about which one fits.
    fits = [_fits(key, content, signatures) for key in keys]
    if not any(fits):
        raise WebhookInvalid("No signature matches.")
    if abs(now() - int(stamp)) > tolerance_s:
        raise WebhookInvalid("webhook-timestamp is too far from now.")
    try:
        found = json.loads(raw)
        event = read(WebhookEvent, {**found, "id": message} if isinstance(found, dict) else found)
    except (ValueError, UnexpectedAnswer):
        raise WebhookInvalid("The body is signed, but it is not an event.") from None
    return event


def _fits(secret: str, content: bytes, signatures: str) -> bool:
    version = "v1a" if secret.startswith("whpk_") else "v1"
    key = _decoded(secret.removeprefix("whpk_").removeprefix("whsec_"))
    if not key:
        raise ValueError("a webhook secret is empty")
    if version == "v1a" and len(key) != PUBLIC_KEY_BYTES:
        raise ValueError("a webhook secret that begins with `whpk_` has 32 bytes")
    found = False
    for item in signatures.split(" "):
        name, _, value = item.partition(",")
        if name != version:
            continue
        if version == "v1":
            right = base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
            found |= hmac.compare_digest(right.encode(), value.encode("utf-8", "replace"))
        else:
            found |= _ed25519(key, content, value)
    return found


def _ed25519(key: bytes, content: bytes, value: str) -> bool:
    # Imported lazily: only ed25519 users need `cryptography`.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key).verify(base64.b64decode(value, validate=True), content)
    except (InvalidSignature, binascii.Error, UnicodeEncodeError, ValueError):
        return False
    return True


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        # Without the cause: it would carry the secret into a log.
        raise ValueError("a webhook secret is `whsec_` or `whpk_` and base64") from None
