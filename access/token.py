"""The text of an API key: `krt_live_`, 12 characters that name the key, 32 that are secret, 6 of a checksum.

The prefix and the checksum (CRC-32 in base 62, as in GitHub's tokens) let scanners tell a leaked key from a word that
looks like one, without asking the service: `krt_(live|test)_[0-9A-Za-z]{50}`.
"""

import re
import secrets
import string
from dataclasses import dataclass, field
from enum import StrEnum
from zlib import crc32

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_NAME, _SECRET, _CHECKSUM = 12, 32, 6
_PATTERN = re.compile(rf"krt_(live|test)_([0-9A-Za-z]{{{_NAME}}})[0-9A-Za-z]{{{_SECRET}}}[0-9A-Za-z]{{{_CHECKSUM}}}")


class KeyKind(StrEnum):
    """What a key is for, to be seen at a glance; both open the same doors."""

    LIVE = "live"
    TEST = "test"


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """The text that a client shows, and what can be told from it. Neither `repr` nor `str` has the text."""

    kind: KeyKind
    #: The key's id, `key_…`. No secret.
    key_id: str
    text: str = field(repr=False)


def new_token(kind: KeyKind = KeyKind.LIVE, key_id: str | None = None) -> Token:
    """A fresh token, with 190 secret random bits; of a new key, or of the one with this id."""
    name = key_id.removeprefix("key_") if key_id else _random(_NAME)
    body = f"krt_{kind}_{name}{_random(_SECRET)}"
    return Token(kind=kind, key_id=f"key_{name}", text=body + checksum(body))


def parse(text: str) -> Token | None:
    """The token written as `text`; None for what nobody was ever given."""
    found = _PATTERN.fullmatch(text)
    if found is None or checksum(text[:-_CHECKSUM]) != text[-_CHECKSUM:]:
        return None
    return Token(kind=KeyKind(found.group(1)), key_id=f"key_{found.group(2)}", text=text)


def bearer(header: str) -> str:
    """What stands behind `Bearer` in an `Authorization`; nothing where something else stands there."""
    scheme, _, text = header.strip().partition(" ")
    return text.strip() if scheme.lower() == "bearer" else ""


def checksum(body: str) -> str:
    """The CRC-32 of ASCII text as six digits of base 62."""
    number, digits = crc32(body.encode("ascii")), ""
    for _ in range(_CHECKSUM):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
