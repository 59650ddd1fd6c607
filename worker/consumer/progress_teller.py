"""Tells the store how far the long reviews are that are on the device: at most once a second, beside the device."""

import logging
import threading
import time
from collections.abc import Callable

from jobs.errors import Unavailable
from jobs.store import Claims
from worker.log_fields import of_claims
from worker.predict.progress import Readings

log = logging.getLogger(__name__)

#: Seconds between two looks: what is judged within them costs no call.
LOOK_S = 1.0


class ProgressTeller:
    """One call for all of them. Nobody waits for it, and nothing depends on it."""

    def __init__(self, store: Claims, readings: Readings, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._readings, self._clock = store, readings, clock
        self._next = clock() + LOOK_S

    def run(self, finished: threading.Event) -> None:
        """A thread's work, until `finished` is set."""
        while not finished.wait(LOOK_S):
            self.tell()

    def tell_now_and_then(self) -> None:
        """`tell`, unless a look is not due yet: for who has no thread for it."""
        if (now := self._clock()) >= self._next:
            self._next = now + LOOK_S
            self.tell()

    def tell(self) -> None:
        """Tell of those that have moved since the last time."""
        if not (moved := self._readings.moved()):
            return
        try:
            self._store.note_progress(moved)
        except Unavailable as error:
            # The next one tells more.
            log.info("cannot tell how far it is: %s", error, extra=of_claims([claim for claim, _ in moved]))
