"""The endpoint's secret: from a setting, or from a file that is read again whenever it changes."""

import logging
import os
import re
from pathlib import Path

from standardwebhooks.webhooks import Webhook

from examples.dashboard.settings import PREFIX, SettingsError

log = logging.getLogger(__name__)

#: At least 24 bytes. Checked here because the package decodes what it can of a mistyped secret and says nothing.
FORM = re.compile(r"whsec_[A-Za-z0-9+/]{32,}={0,2}")

#: What tells one content of the file from another without reading it.
Stamp = tuple[int, int, int]


class SecretSource:
    """Gives the verifiers of the secrets that are valid now; none while there is no secret."""

    def __init__(self, secret: str | None, path: Path | None) -> None:
        self._fixed = _verifiers(secret) if secret else None
        if self._fixed == ():
            raise SettingsError(f"{PREFIX}SECRET: should be of the form whsec_<base64>")
        self._path = path
        # Stamp and verifiers change together in one assignment, so that threads need no lock.
        self._read: tuple[Stamp | None, tuple[Webhook, ...]] = (None, ())

    def verifiers(self) -> tuple[Webhook, ...]:
        """One verifier per secret; a sender that rotates may sign with the old one or the new."""
        if self._fixed is not None:
            return self._fixed
        if self._path is None:
            return ()
        try:
            status = os.stat(self._path)
            stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
            if stamp != self._read[0]:
                self._read = (stamp, _verifiers(self._path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError) as error:
            if self._read != (None, ()):
                log.warning("secret file cannot be read", extra={"error": type(error).__name__})
            self._read = (None, ())
        return self._read[1]


def _verifiers(secrets: str) -> tuple[Webhook, ...]:
    verifiers = []
    for secret in secrets.split():
        if FORM.fullmatch(secret):
            verifiers.append(Webhook(secret))
        else:
            log.error("a webhook secret is not of the form whsec_<base64>")  # and never the secret itself
    return tuple(verifiers)
