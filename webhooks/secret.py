"""A webhook's signing secret: how it is written, how it signs, and how it is kept encrypted.

Standard Webhooks, "Signature scheme": HMAC-SHA256 (`v1`) with `whsec_` secrets, ed25519 (`v1a`) with `whsk_`. At rest
each is encrypted with Fernet (AES-128-CBC, HMAC-SHA256), whose keys can be rotated.
"""

import base64
import binascii
import hashlib
import hmac
import secrets as randomness
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from jobs.errors import KritiqError, SettingsError

#: Bytes of a fresh HMAC secret; the specification allows 24 to 64.
NEW_HMAC_BYTES = 32
HMAC_BYTES = range(24, 65)
ED25519_BYTES = 32
_HOW = "Make one with: python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"


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


@dataclass(frozen=True, kw_only=True, slots=True)
class SealedSecret:
    """A signing secret, encrypted."""

    sealed: str
    #: When it stops signing, in milliseconds since the epoch; None for the current one.
    until_ms: int | None = None
    #: What receivers verify with, for ed25519.
    public_key: str | None = None


def active(secrets: Sequence[SealedSecret], now_ms: int) -> list[SealedSecret]:
    """Those whose time is not over."""
    return [secret for secret in secrets if secret.until_ms is None or secret.until_ms > now_ms]


def encode_sealed(secrets: Sequence[SealedSecret]) -> bytes:
    """The secrets of an endpoint as its record keeps them."""
    return orjson.dumps(secrets)


def decode_sealed(data: bytes | str) -> tuple[SealedSecret, ...]:
    """The opposite of `encode_sealed`; nothing at all is no secrets."""
    return tuple(SealedSecret(**secret) for secret in orjson.loads(data or b"[]"))


class SecretCipher:
    """Seals with the first key, opens with any. `keys` is comma-separated; without any, using it says what to set."""

    def __init__(self, keys: str) -> None:
        given = [key.strip() for key in keys.split(",") if key.strip()]
        try:
            # The message must not contain the value: it is a secret.
            self._fernet = MultiFernet([Fernet(key) for key in given]) if given else None
        except (ValueError, TypeError):
            raise SettingsError(f"KRITIQ_SECRET_KEYS: should be Fernet keys, separated by commas. {_HOW}") from None

    def seal(self, secret: Secret) -> SealedSecret:
        """`secret` encrypted. Raises SettingsError without a key."""
        sealed = self._demand().encrypt(secret.reveal().encode()).decode()
        return SealedSecret(sealed=sealed, public_key=secret.public_key)

    def open(self, secret: SealedSecret) -> Secret:
        """The opposite of `seal`. Raises SettingsError when no key fits."""
        try:
            return Secret.parse(self._demand().decrypt(secret.sealed.encode()).decode())
        except InvalidToken:
            raise SettingsError("KRITIQ_SECRET_KEYS: none of the keys opens a stored webhook secret.") from None

    def signers(self, secrets: Sequence[SealedSecret], now_ms: int) -> tuple[Secret, ...]:
        """Those that sign now, in their order. Raises SettingsError when one cannot be opened."""
        return tuple(self.open(secret) for secret in active(secrets, now_ms))

    def _demand(self) -> MultiFernet:
        if self._fernet is None:
            raise SettingsError(f"Webhooks need KRITIQ_SECRET_KEYS to encrypt their secrets. {_HOW}")
        return self._fernet


def new_key() -> str:
    """A fresh key for `SecretCipher`."""
    return Fernet.generate_key().decode()


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
