"""How busy the device is, and what its threads count."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from worker.consumer.last_minute import LastMinute, Lately, Totals


class Metrics:
    """Counts of one process, from its device threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._counts: Counter[str] = Counter()
        self._at_work = 0
        self._began = self._idle_since = clock()
        self._idle_s = 0.0
        self._batches = self._sentences = 0
        self._lately = LastMinute(self._totals())
        #: Sentences a second while the network works, over the last batches; None before the first.
        self.rate: float | None = None

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """One of the device threads has something to do; the device is idle while none has."""
        with self._lock:
            if not self._at_work:
                idle_s = self._clock() - self._idle_since
                self._idle_s += idle_s
                self._counts["device_idle_ms"] += round(idle_s * 1000)
            self._at_work += 1
        try:
            yield
        finally:
            with self._lock:
                self._at_work -= 1
                self._idle_since = self._clock()

    def judged(self, *, jobs: int, sentences: int, busy_ms: int, explaining_ms: int = 0) -> None:
        """A claim went through the network, which worked on it for `busy_ms` milliseconds. `explaining_ms` of them say
        nothing of how fast it judges."""
        with self._lock:
            # What the cache answers whole is no batch of the network's.
            self._batches += sentences > 0
            self._sentences += sentences
            self._counts.update(batches=1, jobs=jobs, sentences=sentences, device_busy_ms=busy_ms)
            if sentences:
                rate = sentences * 1000 / max(1, busy_ms - explaining_ms)
                self.rate = rate if self.rate is None else 0.8 * self.rate + 0.2 * rate

    def add(self, **counts: int) -> None:
        """Count something else."""
        with self._lock:
            self._counts.update(counts)

    def lately(self) -> Lately:
        """What the last minute was like."""
        with self._lock:
            return self._lately.tell(self._totals())

    def _totals(self) -> Totals:
        now = self._clock()
        idle_s = self._idle_s + (0.0 if self._at_work else now - self._idle_since)
        busy_s = now - self._began - idle_s
        return Totals(at=now, busy_s=busy_s, batches=self._batches, sentences=self._sentences)

    def take(self) -> Counter[str]:
        """What was counted since the last call."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        return counts
