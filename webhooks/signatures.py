"""Webhook signatures after Standard Webhooks: HMAC-SHA256 (`v1`) with `whsec_` secrets, ed25519 (`v1a`) with `whsk_`.

Source: the Standard Webhooks specification, "Signature scheme". What is signed is `id.timestamp.body`, exactly the
bytes that are sent; one signature per active secret, separated by spaces, so that a secret rotates without a gap.
"""

import base64
import binascii
import hashlib
import hmac
import secrets as randomness
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from jobs.errors import KritiqError

#: Bytes of a fresh HMAC secret; the specification allows 24 to 64.
NEW_HMAC_BYTES = 32
HMAC_BYTES = range(24, 65)
ED25519_BYTES = 32


class InvalidSecret(KritiqError):
    """The webhook secret cannot be used."""


class SecretKind(StrEnum):
    """How a secret signs. The value is the prefix of its text."""

    #: Symmetric: the receiver holds the same bytes.
    HMAC = "whsec_"
    #: Asymmetric: the receiver holds only `whpk_…` and cannot forge.
    ED25519 = "whsk_"


@dataclass(frozen=True, kw_only=True, slots=True)
class Secret:
    """One signing secret. Neither `repr` nor `str` shows the key; `reveal` does."""

    kind: SecretKind
    #: HMAC: 24 to 64 bytes. ed25519: the 32-byte seed.
    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        fits = len(self.key) in HMAC_BYTES if self.kind is SecretKind.HMAC else len(self.key) == ED25519_BYTES
        if not fits:
            raise InvalidSecret

    @classmethod
    def parse(cls, text: str) -> "Secret":
        """The secret written as `whsec_…` or `whsk_…`. Raises InvalidSecret, never with the text in it.

        An ed25519 key is its 32-byte seed, or the 64 bytes of seed and public key that Svix writes.
        """
        for kind in SecretKind:
            if text.startswith(kind.value):
                key = _decoded(text.removeprefix(kind.value))
                if kind is SecretKind.ED25519 and len(key) == 2 * ED25519_BYTES:
                    key, public = key[:ED25519_BYTES], key[ED25519_BYTES:]
                    # A public half of another key is how ed25519 implementations are made to leak the private one.
                    if not hmac.compare_digest(_public_bytes(key), public):
                        raise InvalidSecret
                return cls(kind=kind, key=key)
        raise InvalidSecret

    def reveal(self) -> str:
        """The secret as text (`whsec_…`, or `whsk_…` in the 64-byte form). Show it once, store it encrypted."""
        whole = self.key if self.kind is SecretKind.HMAC else self.key + _public_bytes(self.key)
        return self.kind.value + base64.b64encode(whole).decode("ascii")

    @property
    def public_key(self) -> str | None:
        """What the receiver verifies with, `whpk_…`; None for HMAC, whose secret must not be published."""
        if self.kind is SecretKind.HMAC:
            return None
        return "whpk_" + base64.b64encode(_public_bytes(self.key)).decode("ascii")

    def sign(self, content: bytes) -> str:
        """One signature of `content`: `v1,…` or `v1a,…`."""
        if self.kind is SecretKind.HMAC:
            version, raw = "v1", hmac.digest(self.key, content, hashlib.sha256)
        else:
            version, raw = "v1a", Ed25519PrivateKey.from_private_bytes(self.key).sign(content)
        return f"{version},{base64.b64encode(raw).decode('ascii')}"


def new_secret(kind: SecretKind = SecretKind.HMAC) -> Secret:
    """A fresh secret from the system's randomness."""
    size = NEW_HMAC_BYTES if kind is SecretKind.HMAC else ED25519_BYTES
    return Secret(kind=kind, key=randomness.token_bytes(size))


def sign(secrets: Sequence[Secret], msg_id: str, timestamp_s: int, body: bytes) -> str:
    """The value of `webhook-signature`: one signature per active secret, newest first as given.

    `timestamp_s` is whole Unix seconds of this attempt, the same number as in `webhook-timestamp`. Raises ValueError
    for no secret at all, and for an id that would make `id.timestamp.body` ambiguous.
    """
    if not secrets:
        raise ValueError("a webhook needs at least one secret")
    if not msg_id or not msg_id.isascii() or not msg_id.isprintable() or set(msg_id) & {".", " "}:
        raise ValueError("a message id is printable ASCII without dots and spaces")
    if timestamp_s < 0:
        raise ValueError("a timestamp is not negative")
    content = b"%s.%d.%s" % (msg_id.encode("ascii"), timestamp_s, body)
    return " ".join(secret.sign(content) for secret in secrets)


def _public_bytes(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def _decoded(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        # Without the cause: it would carry the secret into a log.
        raise InvalidSecret from None
    # One spelling per key: leftover bits in the last character would give a second one.
    if base64.b64encode(key).decode("ascii") != text:
        raise InvalidSecret
    return key
