"""Whether all processes know a form of records that is newer than some of them may be."""

import time
from collections.abc import Callable

from store.metrics import MetricsStore

#: Seconds for which an answer holds: as long as a process that has just started may be unheard of.
LOOKED_EVERY_S = 5.0


class KnownForm:
    """Whether all processes know a form of records, so that it may be written. Asked often, it looks now and then.

    One of an older release that is started beside these tells of itself within some seconds, and then none is written.
    """

    def __init__(self, numbers: MetricsStore, form: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._numbers, self._form, self._clock = numbers, form, clock
        self._until: float | None = None
        self._agreed = False

    def __call__(self) -> bool:
        """Whether they do. Raises Unavailable."""
        if self._until is None or self._clock() >= self._until:
            self._agreed = self._numbers.all_know(self._form)
            self._until = self._clock() + LOOKED_EVERY_S
        return self._agreed
