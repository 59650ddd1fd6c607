"""Something that many ask for, and that is read at most so often for all of a process."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

#: For so long what was read is good enough, in seconds.
GOOD_S = 1.0


class Recent(Generic[T]):
    """What `read` gave within the last second. Raises what `read` raises, each time anew."""

    def __init__(self, read: Callable[[], T], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._read, self._clock = read, clock
        self._lock = threading.Lock()
        self._found: tuple[float, T] | None = None

    def __call__(self) -> T:
        """Read, if it has to be, while the others who ask wait for it."""
        with self._lock:
            if self._found is None or self._clock() >= self._found[0] + GOOD_S:
                self._found = None
                self._found = self._clock(), self._read()
            return self._found[1]
