"""Where the intakes lay what is ready for the device: urgent work on one side, bulk on the other."""

import threading
from collections import deque
from enum import StrEnum

from worker.pipeline import Prepared


class Lane(StrEnum):
    """Which work: single reviews, or chunks of bulk batches, which give way to them."""

    URGENT = "urgent"
    BULK = "bulk"


class Desk:
    """Two places for each lane: one for what its device thread works on, one for what is ready beside it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._ready: dict[Lane, deque[Prepared]] = {lane: deque() for lane in Lane}
        self._places = {lane: threading.Semaphore(2) for lane in Lane}
        self._open = set(Lane)
        self._working: set[Lane] = set()

    def reserve(self, lane: Lane, timeout_s: float) -> bool:
        """Take a place for a claim that is about to be made; whether there was one in time."""
        return self._places[lane].acquire(timeout=timeout_s)

    def free(self, lane: Lane) -> None:
        """Give a place back: nothing was claimed for it."""
        self._places[lane].release()

    def put(self, lane: Lane, prepared: Prepared) -> None:
        """Lay work on a reserved place."""
        with self._changed:
            self._ready[lane].append(prepared)
            self._changed.notify_all()

    def take(self, lane: Lane) -> Prepared | None:
        """The lane's next work; waits for it, and bulk waits for urgent work too. None when it is closed and empty."""
        with self._changed:
            while True:
                if self._ready[lane] and not (lane is Lane.BULK and self._urgent()):
                    self._working.add(lane)
                    return self._ready[lane].popleft()
                if lane not in self._open and not self._ready[lane]:
                    return None
                self._changed.wait()

    def done(self, lane: Lane) -> None:
        """What was taken is done; its place is free."""
        with self._changed:
            self._working.discard(lane)
            self._changed.notify_all()
        self._places[lane].release()

    def clear(self, timeout_s: float) -> bool:
        """Whether nothing urgent is ready or in work, within `timeout_s`: bulk work asks between two parts."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._urgent(), timeout_s)

    def _urgent(self) -> bool:
        return bool(self._ready[Lane.URGENT]) or Lane.URGENT in self._working

    def close(self, lane: Lane) -> None:
        """Nothing more will come in this lane."""
        with self._changed:
            self._open.discard(lane)
            self._changed.notify_all()
