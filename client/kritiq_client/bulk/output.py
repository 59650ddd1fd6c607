"""The output of a run: whole lines in order, and a state that never promises a line which is not there."""

import os
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from kritiq_client.bulk.state import State, StateMismatch
from kritiq_client.errors import KritiqError
from kritiq_client.reviews import encode

#: Seconds between two notes of how far the run is.
NOTE_S = 1.0
#: What is read at once of what is there, in bytes.
_PART_BYTES = 1_048_576


def begin(out: Path, *, fresh: bool, source: Path | None = None) -> State:
    """The state to go on with, or a new one. Raises StateMismatch when `out` is there and nobody knows from what, is no
    file, or is the file that is read, under whatever name."""
    if str(out) == "-" or (out.exists() and not out.is_file() and not out.is_dir()):
        # A device or a pipe: --fresh would remove it.
        raise StateMismatch(f"{out} is no file that a stopped run could go on with; choose another output.")
    path = out.with_name(out.name + ".state")
    for written in (out, path):
        if source is not None and source.exists() and written.exists() and written.samefile(source):
            raise StateMismatch(f"{written} is the file that is read: it would be lost; choose another output.")
    if fresh:
        # Emptied before the state is gone: never an old output beside a new state.
        out.unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        return State(path=path, salt=uuid.uuid4().hex)
    state = State.load(path)
    if state is None and out.exists() and out.stat().st_size:
        raise StateMismatch(f"{out} is there already, without {path.name}; choose another one, or --fresh.")
    return state or State(path=path)


class Output:
    """The file of a run while it is open, behind the last line that the state knows. No other run can open it."""

    def __init__(self, path: Path, state: State, clock: Callable[[], float] = time.monotonic) -> None:
        self._path, self._state, self._clock = path, state, clock

    def __enter__(self) -> "Output":
        """Raises StateMismatch when it is not what the state says, KritiqError when another run has it open."""
        if self._state.bytes and not self._path.exists():
            raise StateMismatch(
                f"{self._path} is gone, which {self._state.path.name} goes on with; --fresh starts over."
            )
        self._path.touch()
        self._file = self._path.open("r+b")
        try:
            _lock(self._file)
            size = self._file.seek(0, os.SEEK_END)
            if size < self._state.bytes:
                raise StateMismatch(f"{self._path} is shorter than what this run has written; --fresh starts over.")
            # Nothing of this run stands behind its end.
            longer = self._state.finished and size > self._state.bytes
            if longer or _whole_lines(self._file, self._state.bytes) != self._state.lines:
                raise StateMismatch(f"{self._path} is not what this run has written; --fresh starts over.")
            # What was written after the last note may be half a line.
            self._file.truncate(self._state.bytes)
            self._file.seek(self._state.bytes)
            # Before the first line: an output without a state is nobody's.
            self.note()
        except BaseException:
            self._file.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._named(), self._file:
            self.note()

    def add(self, outcome: Mapping[str, Any]) -> None:
        """Write what became of the next row."""
        state = self._state
        data = encode({"line": state.lines + 1, **outcome}) + b"\n"
        with self._named():
            self._file.write(data)
        state.lines, state.bytes = state.lines + 1, state.bytes + len(data)
        state.counts[outcome["status"]] += 1

    def note_now_and_then(self) -> None:
        """Note how far it is, unless that was a moment ago."""
        if self._clock() - self._noted >= NOTE_S:
            self.note()

    def note(self) -> None:
        """Save how far it is, with all that is written."""
        # The output first: the state never promises what a power cut could take.
        with self._named():
            self._file.flush()
            os.fsync(self._file.fileno())
            self._state.save()
        self._noted = self._clock()

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Of a full disk Python does not say which file was written."""
        try:
            yield
        except OSError as error:
            error.filename = error.filename if error.filename is not None else str(self._path)
            raise


def _whole_lines(file: BinaryIO, size: int) -> int | None:
    """How many lines the first `size` bytes are; None when they end within one."""
    file.seek(0)
    count, last = 0, b"\n"
    while size and (part := file.read(min(size, _PART_BYTES))):
        count, last, size = count + part.count(b"\n"), part[-1:], size - len(part)
    return count if last == b"\n" else None


def _lock(file: BinaryIO) -> None:
    try:
        import fcntl
    except ImportError:  # pragma: no cover  Windows has none
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise KritiqError("Another run is writing to this output.") from None
