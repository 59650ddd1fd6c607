"""Files that only their owner may read: secrets that Kritiq makes itself on a laptop."""

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile


def write_private(path: Path, text: str) -> None:
    """Write a file whole or not at all; what was there is replaced. Raises OSError."""
    Path(_draft(path, text)).replace(path)


def read_or_make(path: Path, make: Callable[[], str]) -> str:
    """The text of a file; when there is none, `make` gives it. Of several processes, one makes it. Raises OSError."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = _draft(path, make())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was faster
        finally:
            os.unlink(draft)
    return path.read_text(encoding="ascii").strip()


def _draft(path: Path, text: str) -> str:
    # Made with mode 0600.
    with NamedTemporaryFile("w", encoding="ascii", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        file.write(text + "\n")
    return file.name
