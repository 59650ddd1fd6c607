"""A failure that a loop meets in each of its rounds: what is said of it, and how often."""

import logging
import threading
import time
from collections.abc import Callable, Mapping

#: How often it is said again while it lasts, in seconds.
AGAIN_S = 30.0
#: Reasons that are told apart in that time: further ones are not said.
MOST_REASONS = 8


#: What has gone well for so long, in seconds, begins to fail anew; else it fails and goes well by turns.
STEADY_S = 2.0


class Trouble:
    """Says that something fails when it begins to, when it fails for another reason, each `AGAIN_S` while it lasts, and
    when it is over. What fails and goes well by turns is said once in that time. Safe in several threads."""

    def __init__(self, log: logging.Logger, words: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`words` begin each line, such as "cannot claim"; `clock` is in seconds."""
        self._log, self._words, self._clock = log, words, clock
        self._lock = threading.Lock()
        #: Reason -> when it was said last.
        self._said: dict[str, float] = {}
        self._since, self._times, self._told = 0.0, 0, False
        self._over_at = float("-inf")

    def met(self, why: Exception | str, *, extra: Mapping[str, object] | None = None, traceback: bool = False) -> None:
        """It has failed; `extra` goes into the line, if there is one."""
        now, reason = self._clock(), str(why)
        with self._lock:
            if not self._times:
                self._since = now
            shortest = AGAIN_S if self._times or now - self._over_at < STEADY_S else 0.0
            self._times += 1
            self._said = {each: at for each, at in self._said.items() if now - at < shortest}
            if reason in self._said or len(self._said) >= MOST_REASONS:
                return
            self._said[reason], self._told = now, True
            more = f" (for {now - self._since:.0f} s, {self._times} times)" if self._times > 1 else ""
        self._log.warning("%s: %s%s", self._words, reason, more, exc_info=traceback, extra=extra)

    def over(self) -> None:
        """It has gone well. Cheap while nothing had failed."""
        if not self._times:
            return
        with self._lock:
            told, times, self._over_at = self._told, self._times, self._clock()
            self._times, self._told, lasted = 0, False, self._over_at - self._since
        if told:
            self._log.info("%s: no longer, after %.0f s and %d times", self._words, lasted, times)
