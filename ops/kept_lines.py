"""The lines of all processes of `kritiq run`, kept as JSON in a folder: so many bytes, then in another file."""

import logging
import os
import time
from collections.abc import Callable, Iterator
from logging.handlers import RotatingFileHandler
from os.path import samestat
from pathlib import Path

#: One file, and how many older ones are kept: a few days of a busy machine.
FILE_BYTES, OLDER = 32 * 2**20, 4
_NAME = "kritiq.jsonl"


class KeptLines:
    """Writes to `folder`, which is made with the first line; nobody else may read it. One process writes."""

    def __init__(self, folder: Path, *, file_bytes: int = FILE_BYTES) -> None:
        self._folder, self._file_bytes = folder, file_bytes
        self._handler: RotatingFileHandler | None = None

    def keep(self, line: str) -> None:
        """Keep one line, a JSON object."""
        if self._handler is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._handler = RotatingFileHandler(
                self._folder / _NAME, maxBytes=self._file_bytes, backupCount=OLDER, encoding="utf-8",
                errors="backslashreplace",
            )  # fmt: skip
        self._handler.handle(logging.makeLogRecord({"msg": line}))

    def close(self) -> None:
        """Close the file."""
        if self._handler is not None:
            self._handler.close()


def lines(folder: Path) -> Iterator[str]:
    """All lines that are kept, oldest first."""
    for number in range(OLDER, -1, -1):
        path = folder / (f"{_NAME}.{number}" if number else _NAME)
        if path.exists():
            with path.open(encoding="utf-8", errors="replace") as file:
                yield from file


def followed(folder: Path, wait: Callable[[], object] = lambda: time.sleep(0.2)) -> Iterator[str]:
    """All lines that are kept, and then those that come, for ever; `wait` is called when there is none."""
    yield from lines(folder)
    path, open_one = folder / _NAME, None
    while True:
        if path.exists() and (open_one is None or not samestat(os.fstat(open_one.fileno()), path.stat())):
            # The first time what is in it was told already; later it is a new one, and of the old one the rest is told.
            known = open_one is None
            if open_one is not None:
                yield from open_one
                open_one.close()
            open_one = path.open(encoding="utf-8", errors="replace")
            if known:
                open_one.seek(0, os.SEEK_END)
        if open_one is not None:
            yield from open_one
        wait()
