"""A sight: a fault, and which lines of which panels tell of it."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bench.faults.scenario import Stage

#: What a line was, from its lowest to its highest.
Band = tuple[float, float]
Lines = Mapping[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """A line that leaves what it was by more than `by`, upwards, or downwards where that is negative."""

    dashboard: str
    panel: str
    #: None: any line of the panel.
    line: str | None = None
    by: float = 0.0

    @property
    def name(self) -> str:
        """For the table."""
        return f"{self.dashboard}: {self.panel}" + (f", {self.line}" if self.line else "")

    def moved(self, before: Mapping[str, Band], now: Lines) -> bool:
        """Whether it has left it. A line that was not there was at 0; one that has gone has not moved."""
        for line, value in now.items():
            if self.line in (None, line):
                low, high = before.get(line, (0.0, 0.0))
                if value < low + self.by if self.by < 0 else value > high + self.by:
                    return True
        return False


@dataclass(kw_only=True)
class Scene:
    """What a fault works with."""

    stage: Stage
    #: What clients send, by the number of the review.
    text: Callable[[int], str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """One fault, which is there when `fault` returns."""

    name: str
    says: str
    fault: Callable[[Scene], None]
    looks: Sequence[Look]
    prepare: Callable[[Scene], None] = lambda scene: None


class Watch:
    """Looks at all lines of some looks, once a second."""

    def __init__(
        self,
        looks: Sequence[Look],
        ask: Callable[[Look, float], Lines],
        *,
        every_s: float = 1.0,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`ask` gives the lines of a look's panel at a time in Unix seconds."""
        self._looks, self._ask, self._every_s, self._now, self._sleep = looks, ask, every_s, now, sleep
        self._before: dict[Look, dict[str, Band]] = {look: {} for look in looks}

    def get_used_to(self, *, for_s: float) -> None:
        """See what is usual: whatever a line is within that time."""
        until = self._now() + for_s
        while self._now() < until:
            for look in self._looks:
                band = self._before[look]
                for line, value in self._ask(look, self._now()).items():
                    low, high = band.get(line, (value, value))
                    band[line] = min(low, value), max(high, value)
            self._sleep(self._every_s)

    def seconds(self, *, within_s: float) -> dict[Look, float | None]:
        """Seconds from now until each has moved; None if it has not within that time."""
        began = self._now()
        found: dict[Look, float | None] = dict.fromkeys(self._looks)
        while (passed := self._now() - began) < within_s and None in found.values():
            for look in self._looks:
                if found[look] is None and look.moved(self._before[look], self._ask(look, self._now())):
                    found[look] = round(passed, 1)
            self._sleep(self._every_s)
        return found
