"""Where versions of models are kept on this machine, and how much of them, unless somebody says otherwise."""

from __future__ import annotations

from pathlib import Path

#: In the home of whoever asks.
FOLDER = Path(".cache/kritiq/models")
#: Of all of them together; those used longest ago give way.
LIMIT_BYTES = 20_000_000_000


def default_folder() -> Path:
    """Where versions are kept unless said otherwise."""
    return Path.home() / FOLDER
