"""Whether a worker's threads move: what its watchdog, its heartbeat and a container's probe go by."""

import logging
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from telemetry.alive import PeriodicCall, touch

log = logging.getLogger(__name__)

#: What a worker whose consumer broke or is stuck exits with (sysexits: EX_SOFTWARE); its supervisor starts another.
EXIT_BROKEN = 70
#: How long loading a model may take, a download included, before a thread that does it counts as stuck. Seconds.
LOADING_S = 3600.0


class Liveness:
    """When each thread that is at work last did something. A thread that waits for work may be silent for ever."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        # Each thread, with the network's threads that work for it, writes its own entry only.
        self._beats: dict[str, float] = {}

    def beat(self, thread: str, *, slow_s: float = 0.0) -> None:
        """`thread` is at work, and has just done something; what it does now may take `slow_s` seconds longer."""
        self._beats[thread] = self._clock() + slow_s

    def rest(self, thread: str) -> None:
        """`thread` has nothing to do now."""
        self._beats.pop(thread, None)

    def silent(self, limit_s: float) -> str | None:
        """A thread that is at work and has done nothing for more than `limit_s` seconds; None when all is well."""
        now = self._clock()
        return next((name for name, at in list(self._beats.items()) if now - at > limit_s), None)


@cache
def liveness_of(app: object) -> Liveness:
    """That of a Celery application whose tasks run by themselves, without the batch consumer."""
    return Liveness()


class Watchdog:
    """Looks once in `every_s` seconds whether all threads of `liveness` move.

    While they do, `alive_file` is touched: a container's probe looks at its age, because a Celery worker answers
    `inspect ping` long after it has stopped consuming. When one does not, `on_stuck` is called with its name.
    """

    def __init__(
        self,
        liveness: Liveness,
        *,
        stuck_s: float,
        on_stuck: Callable[[str], None],
        alive_file: Path | None = None,
        every_s: float = 1.0,
    ) -> None:
        self._liveness, self._stuck_s, self._on_stuck = liveness, stuck_s, on_stuck
        self._alive_file = alive_file
        self._calls = PeriodicCall(self.look, name="watchdog", every_s=every_s)

    def start(self) -> None:
        """Begin to look."""
        self._calls.start()

    def stop(self) -> None:
        """Look no more: the shutdown path has its own deadline."""
        self._calls.stop()

    def look(self) -> None:
        """One look."""
        if (thread := self._liveness.silent(self._stuck_s)) is not None:
            log.critical("stuck: thread %s has done nothing for %.0f s", thread, self._stuck_s)
            self._on_stuck(thread)
        else:
            touch(self._alive_file)
