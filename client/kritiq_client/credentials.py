"""Which API key the commands show."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from kritiq_client.errors import KritiqError
from kritiq_client.shell import KEY_VARIABLE

#: Where `kritiq run` keeps the key that it made, below its data folder.
DEVELOPMENT_KEY = "development.key"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def key_for(url: str, file: Path | None) -> str | None:
    """The key in `file`; without one KRITIQ_API_KEY, and for a Kritiq on this machine the one that it made itself.

    Raises OSError, UnicodeError; KritiqError for what is no address.
    """
    if file is not None:
        return file.read_text(encoding="ascii")
    try:
        host = urlsplit(url).hostname
    except ValueError as error:
        raise KritiqError(f"The service's address cannot be used: {error}") from None
    if os.environ.get(KEY_VARIABLE) or host not in LOOPBACK:
        return None
    own = Path(os.environ.get("KRITIQ_DATA_DIR") or ".data", DEVELOPMENT_KEY)
    return own.read_text(encoding="ascii") if own.is_file() else None
