"""How fast the workers are, asked at most once a second for each process."""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from jobs.backlog import Place
from jobs.errors import Unavailable
from jobs.store import JobStore

#: Bounds of `Retry-After`, in seconds.
SOONEST_S, LATEST_S = 1, 30
#: The longest one of what is scheduled, in seconds.
LATEST_SCHEDULED_S = 3600


def until_due_s(due_at: int | None) -> int:
    """Whole seconds after which asking for what has no place in a queue makes sense.

    What is scheduled is due at `due_at`, in milliseconds since the epoch: it is waited for, up to an hour.
    """
    if due_at is None:
        return SOONEST_S
    return max(SOONEST_S, min(LATEST_SCHEDULED_S, math.ceil(due_at / 1000 - time.time())))


@dataclass(frozen=True, kw_only=True, slots=True)
class Eta:
    """When a waiting job will be done, as far as one can tell."""

    position: int
    #: Seconds; None while no worker has measured its rate, or none can judge it.
    eta_s: float | None
    #: See `Place`.
    waits_for: str | None = None

    @property
    def retry_after_s(self) -> int:
        """Whole seconds after which asking again makes sense."""
        if self.waits_for is not None:
            return LATEST_S
        return SOONEST_S if self.eta_s is None else max(SOONEST_S, min(LATEST_S, round(self.eta_s + 0.5)))


class EtaEstimator:
    """Estimates from the workers' measured rates."""

    def __init__(self, store: JobStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._clock = store, clock
        self._lock = threading.Lock()
        self._rate: float | None = None
        self._until = float("-inf")

    def eta(self, place: Place) -> Eta:
        """The estimate for a job that stands at `place`."""
        rate = None if place.waits_for else self._measured()
        eta_s = round(place.ahead / rate, 2) if rate else None
        return Eta(position=place.position, eta_s=eta_s, waits_for=place.waits_for)

    def _measured(self) -> float | None:
        with self._lock:
            if self._clock() >= self._until:
                self._until = self._clock() + 1.0
                try:
                    rates = [info.rate for info in self._store.workers() if info.rate]
                    self._rate = sum(rates) if rates else None
                except Unavailable:
                    # An estimate is not worth failing a request that worked.
                    self._rate = None
            return self._rate
