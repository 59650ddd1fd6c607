"""Which API key the commands show."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from kritiq_client.shell import KEY_VARIABLE

#: Where `kritiq run` keeps the key that it made, below its data folder.
DEVELOPMENT_KEY = "development.key"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def key_for(url: str, file: Path | None) -> str | None:
    """The key in `file`; without one KRITIQ_API_KEY, and for a Kritiq on this machine the one that it made itself.

    Raises OSError, UnicodeError.
    """
    if file is not None:
        return file.read_text(encoding="ascii")
    if os.environ.get(KEY_VARIABLE) or urlsplit(url).hostname not in LOOPBACK:
        return None
    own = Path(os.environ.get("KRITIQ_DATA_DIR") or ".data", DEVELOPMENT_KEY)
    return own.read_text(encoding="ascii") if own.is_file() else None
