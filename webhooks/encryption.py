"""Keeps webhook secrets encrypted at rest: Fernet (AES-128-CBC, HMAC-SHA256), with keys that can be rotated."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from jobs.errors import SettingsError

_HOW = "Make one with: python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"


class SecretCipher:
    """Seals with the first key, opens with any. `keys` is comma-separated; without any, using it says what to set."""

    def __init__(self, keys: str) -> None:
        given = [key.strip() for key in keys.split(",") if key.strip()]
        try:
            # The message must not contain the value: it is a secret.
            self._fernet = MultiFernet([Fernet(key) for key in given]) if given else None
        except (ValueError, TypeError):
            raise SettingsError(f"KRITIQ_SECRET_KEYS: should be Fernet keys, separated by commas. {_HOW}") from None

    def seal(self, text: str) -> str:
        """`text` encrypted. Raises SettingsError without a key."""
        return self._need().encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """The opposite of `seal`. Raises SettingsError when no key fits."""
        try:
            return self._need().decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise SettingsError("KRITIQ_SECRET_KEYS: none of the keys opens a stored webhook secret.") from None

    def _need(self) -> MultiFernet:
        if self._fernet is None:
            raise SettingsError(f"Webhooks need KRITIQ_SECRET_KEYS to encrypt their secrets. {_HOW}")
        return self._fernet


def new_key() -> str:
    """A fresh key."""
    return Fernet.generate_key().decode()
