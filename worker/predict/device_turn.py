"""One turn on the device: from when it is this thread's until every part of a claim has been judged."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class DeviceTurn:
    """Has the device to itself, as far as its lane goes, while the network works; counts that time without pauses.

    As a context manager it waits for the device at once, so that what is decided before the first batch is decided at
    the last moment. After each use of the network the device is free for the lane's other thread.
    """

    def __init__(
        self,
        between: Callable[[], None] = lambda: None,
        acquire: Callable[[], None] = lambda: None,
        release: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """`between` is called whenever the network is about to work; `acquire` returns when the device is free."""
        self.between, self._acquire, self._release, self._clock = between, acquire, release, clock
        self._ours = False
        #: How long the network has worked.
        self.seconds = 0.0

    def __enter__(self) -> "DeviceTurn":
        self.take()
        return self

    def __exit__(self, *_: object) -> None:
        self._give()

    def take(self) -> None:
        """Have the device, after whatever is more urgent. Without effect while it is ours."""
        if not self._ours:
            self._acquire()
            self._ours = True
            self.between()

    def _give(self) -> None:
        if self._ours:
            self._ours = False
            self._release()

    @contextmanager
    def network(self) -> Iterator[None]:
        """The device is ours, and the clock runs."""
        self.take()
        started = self._clock()
        try:
            yield
        finally:
            self.seconds += self._clock() - started
            self._give()

    def pause(self) -> None:
        """Between two batches: whatever happens now is not the network's time."""
        paused = self._clock()
        self.between()
        self.seconds -= self._clock() - paused
