"""Files that only their owner may read: secrets that Kritiq makes itself on a laptop."""

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile


def write_private(path: Path, text: str) -> None:
    """Write a file whole or not at all; what was there is replaced. Raises OSError.

    When it returns, losing power loses nothing: what a file of keys has opened is nowhere else.
    """
    Path(_draft(path, text)).replace(path)
    _keep_names(path.parent)


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
        _keep_names(path.parent)
    return path.read_text(encoding="ascii").strip()


def remove_drafts(path: Path) -> None:
    """Take away what processes that were killed left of this file. Nobody else may be writing it. Raises OSError."""
    for draft in path.parent.iterdir():
        if draft.name.startswith(_before(path)):
            draft.unlink(missing_ok=True)


def _draft(path: Path, text: str) -> str:
    # Made with mode 0600.
    with NamedTemporaryFile("w", encoding="ascii", dir=path.parent, prefix=_before(path), delete=False) as file:
        try:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            os.unlink(file.name)
            raise
    return file.name


def _before(path: Path) -> str:
    """How the names of a file's drafts begin."""
    return f".{path.name}."


def _keep_names(folder: Path) -> None:
    """See that a disk has the folder's names."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
