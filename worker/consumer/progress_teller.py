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
#: Seconds until the next one after a call that failed: who has no thread for it may have waited for a time-out.
REST_S = 30.0


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
        if self._clock() >= self._next:
            told = self.tell()
            self._next = self._clock() + (LOOK_S if told else REST_S)

    def tell(self) -> bool:
        """Tell of those that have moved since the last time. Returns whether that could be done."""
        if not (moved := self._readings.moved()):
            return True
        try:
            self._store.note_progress(moved)
        except Exception as error:
            # The next one tells more. Whatever went wrong, no review fails, and no worker ends, for it.
            level = logging.INFO if isinstance(error, Unavailable) else logging.WARNING
            log.log(level, "cannot tell how far it is: %s", error, extra=of_claims([claim for claim, _ in moved]))
            return False
        return True
