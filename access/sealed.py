"""How an encrypted text is spelled: the id of its key and a Fernet token.

Alone in a field of Redis it stands behind a byte that begins no text and no JSON (`MARK`), so that what was written in
plain is known; inside JSON it is a string where otherwise an object is.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from cryptography.fernet import Fernet, InvalidToken

from access.text_keys import TenantKeys
from jobs.errors import TextErased, TextKeyMissing

#: Never in UTF-8.
MARK = b"\xff"
#: What is encrypted, wherever it stands.
TOKEN = re.compile(rb"sealed1:([0-9a-f]{8}):([A-Za-z0-9_-]+=*)")


def is_sealed(token: bytes) -> bool:
    """Whether these bytes, without a mark, are an encrypted text."""
    return token.startswith(b"sealed1:")


def key_of(token: bytes) -> str:
    """The id of the key that encrypted a text; empty for what is none."""
    found = TOKEN.match(token)
    return found[1].decode() if found else ""


@dataclass(frozen=True, slots=True)
class Seals:
    """An organisation's keys, ready for use."""

    keys: TenantKeys
    by_id: Mapping[str, Fernet]

    @classmethod
    def of(cls, keys: TenantKeys) -> Self:
        """Of these keys."""
        return cls(keys, {key.id: Fernet(key.secret) for key in keys.keys})

    def seal(self, text: bytes, now_ms: int) -> bytes:
        """A text encrypted at `now_ms`, without a mark. Raises TextKeyMissing."""
        key = self.keys.at(now_ms)
        if key is None:
            raise TextKeyMissing
        return b"sealed1:%s:%s" % (key.id.encode(), self.by_id[key.id].encrypt(text))

    def open(self, token: bytes) -> bytes:
        """The opposite. Raises TextErased for what a deleted key encrypted, TextKeyMissing for what no key here did."""
        found = TOKEN.fullmatch(token)
        if found is None:
            raise TextKeyMissing("A text cannot be read: it was cut off, or is of a newer release.")
        key_id = found[1].decode()
        if key_id in self.keys.deleted:
            raise TextErased
        try:
            return self.by_id[key_id].decrypt(found[2])
        except (KeyError, InvalidToken):
            raise TextKeyMissing from None

    def reveal(self, data: bytes) -> bytes:
        """All that is encrypted in `data` as it was before; what cannot be read stays."""

        def plain(found: re.Match[bytes]) -> bytes:
            try:
                return self.open(found[0])
            except (TextErased, TextKeyMissing):
                return found[0]

        return TOKEN.sub(plain, data)

    def digest(self, of: str) -> str:
        """What stands for a value where it is looked for, as only who has the keys can tell; see `keyed`."""
        return keyed(self.keys.index, of)


def keyed(secret: str, of: str) -> str:
    """128 bits of HMAC-SHA256, in hexadecimal digits."""
    return hmac.digest(secret.encode(), of.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()[:32]
