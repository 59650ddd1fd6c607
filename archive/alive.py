"""Tells a container's probe that the archive works, also while the database takes its time."""

import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from telemetry.alive import PeriodicCall, touch


class Alive:
    """Touches a file every few seconds, for as long as the work at hand may take: who hangs for longer is restarted.

    A context manager. Without a file it does nothing.
    """

    def __init__(self, file: Path | None, *, every_s: float = 5.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._file, self._clock = file, clock
        self._until = clock()
        self._calls = PeriodicCall(self.beat, name="alive", every_s=every_s)

    def __enter__(self) -> "Alive":
        """Begin."""
        if self._file is not None:
            self._calls.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """The process ends: the file gets old."""
        self._calls.stop()

    def work(self, most_s: float) -> None:
        """Something begins that may take so long, in seconds."""
        self._until = self._clock() + most_s
        self.beat()

    def beat(self) -> None:
        """Touch the file, unless what is at hand takes too long."""
        if self._clock() < self._until:
            touch(self._file)
