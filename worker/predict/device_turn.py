"""One batch's turn on the device: who waits for whom, and where its time goes."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from jobs.timings import Timings
from model.info import Counters
from worker.predict.prepare import Prepared
from worker.predict.progress import Readings


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
        readings: Readings | None = None,
    ) -> None:
        """`between` is called whenever the network is about to work; `acquire` returns when the device is free.

        `readings`: where it is told how far long reviews are.
        """
        self.readings = readings or Readings()
        self.between, self._acquire, self._release, self._clock = between, acquire, release, clock
        self._ours = False
        #: How long the network has worked, and how long texts were split beside the device, seconds each.
        self.seconds = self.splitting_s = 0.0
        #: How much of `seconds` went into reading sentences again for their evidence.
        self.explaining_s = 0.0
        #: Tokens that went through the network, without and with padding.
        self.counts = Counter[str]()
        #: How fast the arms of rollouts are (`worker.predict.rollouts.paced`).
        self.paces = Counter[str]()
        #: Since when it is wanted, and how long it was waited for since then, pauses included.
        self.wanted_at, self.waited_s = clock(), 0.0

    @property
    def judging_s(self) -> float:
        """How long the network has worked, but for evidence, in seconds."""
        return self.seconds - self.explaining_s

    def __enter__(self) -> "DeviceTurn":
        self.take()
        return self

    def __exit__(self, *_: object) -> None:
        self._give()

    def take(self) -> None:
        """Have the device, after whatever is more urgent. Without effect while it is ours."""
        if not self._ours:
            at = self._clock()
            self._acquire()
            self._ours = True
            self.between()
            self.waited_s += self._clock() - at

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

    def went_through(self, of: Counters) -> None:
        """Count what the network has just worked on."""
        self.counts.update(tokens=of.tokens, padded_tokens=of.padded_tokens)

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """As `network`; sentences that were judged are read again and again."""
        before = self.seconds
        try:
            with self.network():
                yield
        finally:
            self.explaining_s += self.seconds - before

    @contextmanager
    def splitting(self) -> Iterator[None]:
        """Texts are split and tokenized once more, or only now."""
        started = self._clock()
        try:
            yield
        finally:
            self.splitting_s += self._clock() - started

    def pause(self) -> None:
        """Between two batches: whatever happens now is not the network's time."""
        at = self._clock()
        self.between()
        paused = self._clock() - at
        self.seconds -= paused
        self.waited_s += paused


def timings_of(prepared: Prepared, turn: DeviceTurn) -> Timings:
    """Where the time went until now. Parts of milliseconds are left to what follows."""
    # What was not ready yet when the device was wanted has waited less than the device was waited for.
    ready_at = turn.wanted_at if prepared.ready_at is None else prepared.ready_at
    waited_s = prepared.gave_way_s + max(0.0, turn.wanted_at - ready_at + turn.waited_s)
    return Timings(
        tokenize_ms=int((prepared.took_s + turn.splitting_s) * 1000),
        wait_ms=int(waited_s * 1000),
        inference_ms=int(turn.seconds * 1000),
    )
