"""What a worker counts: jobs, sentences, tokens, and how long the device works and how long it has nothing to do."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Metrics:
    """Counts of one process, from its device threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._counts: Counter[str] = Counter()
        self._at_work = 0
        self._idle_since = clock()
        #: Sentences a second while the network works, over the last batches; None before the first.
        self.rate: float | None = None

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """One of the device threads has something to do; the device is idle while none has."""
        with self._lock:
            if not self._at_work:
                self._counts["device_idle_ms"] += round((self._clock() - self._idle_since) * 1000)
            self._at_work += 1
        try:
            yield
        finally:
            with self._lock:
                self._at_work -= 1
                self._idle_since = self._clock()

    def judged(self, *, jobs: int, sentences: int, busy_ms: int) -> None:
        """A claim went through the network, which worked on it for `busy_ms` milliseconds."""
        with self._lock:
            self._counts.update(batches=1, jobs=jobs, sentences=sentences, device_busy_ms=busy_ms)
            if sentences:
                rate = sentences * 1000 / max(1, busy_ms)
                self.rate = rate if self.rate is None else 0.8 * self.rate + 0.2 * rate

    def add(self, **counts: int) -> None:
        """Count something else."""
        with self._lock:
            self._counts.update(counts)

    def take(self) -> Counter[str]:
        """What was counted since the last call."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        return counts
