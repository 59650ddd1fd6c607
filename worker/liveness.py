"""Whether the threads of a worker move: what a watchdog, the heartbeat and a container's probe go by."""

import time
from collections.abc import Callable


class Liveness:
    """When each thread that is at work last did something. A thread that waits for work may be silent for ever."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        # Each thread, with the network's threads that work for it, writes its own entry only.
        self._beats: dict[str, float] = {}

    def beat(self, thread: str) -> None:
        """`thread` is at work, and has just done something."""
        self._beats[thread] = self._clock()

    def rest(self, thread: str) -> None:
        """`thread` has nothing to do now."""
        self._beats.pop(thread, None)

    def silent(self, limit_s: float) -> str | None:
        """A thread that is at work and has done nothing for more than `limit_s` seconds; None when all is well."""
        now = self._clock()
        return next((name for name, at in list(self._beats.items()) if now - at > limit_s), None)
