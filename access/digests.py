"""How tokens are kept: as HMACs under secrets of the server, so that whoever reads Redis alone can use none."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence

from access.api_key import TokenDigest
from access.private_file import read_or_make
from access.token import Token
from jobs.errors import SettingsError
from jobs.settings import Settings

#: The file in KRITIQ_DATA_DIR that has the secret where KRITIQ_KEY_SECRET is not set.
FILE = "api-keys.secret"
#: A secret is at least so long, in characters.
SHORTEST = 32


class TokenDigests:
    """Makes digests with the first secret, and knows those of any. Never shows a secret."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys or any(len(key) < SHORTEST for key in keys):
            raise SettingsError(
                f"KRITIQ_KEY_SECRET: should have at least {SHORTEST} characters, of several (newest first, separated by"
                " commas) each. Make one with: python -c 'import secrets; print(secrets.token_hex(32))'"
            )
        self._keys = [key.encode() for key in keys]

    def of(self, token: Token) -> str:
        """The digest of a token, in hexadecimal digits."""
        return _digest(self._keys[0], token)

    def find(self, token: Token, known: Sequence[TokenDigest]) -> TokenDigest | None:
        """The one of `known` that is this token's, if any: as long for a near miss as for a far one."""
        found = None
        for digest in (_digest(key, token) for key in self._keys):
            for each in known:
                if hmac.compare_digest(digest, each.digest):
                    found = each
        return found


def open_digests(settings: Settings, *, make: bool = False) -> TokenDigests:
    """The digests as the settings describe them: KRITIQ_KEY_SECRET, or a file in KRITIQ_DATA_DIR.

    With `make` the file is made when there is none. Raises SettingsError.
    """
    given = [key.strip() for key in settings.key_secret.get_secret_value().split(",") if key.strip()]
    path = settings.data_dir / FILE
    try:
        if not given and (make or path.exists()):
            given = [read_or_make(path, lambda: secrets.token_hex(32))]
    except OSError as error:
        raise SettingsError(f"KRITIQ_KEY_SECRET is not set, and {path} cannot be used: {error.strerror}") from None
    if not given:
        raise SettingsError(f"KRITIQ_KEY_SECRET is not set, and there is no {path}: API keys cannot be checked.")
    return TokenDigests(given)


def _digest(key: bytes, token: Token) -> str:
    return hmac.digest(key, token.text.encode("ascii"), hashlib.sha256).hex()
