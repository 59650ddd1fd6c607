"""Waiting for a condition: the one place where tests look again after a moment."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

#: Generous: the machine may be busy with other things. No test measures time.
DEADLINE_S = 60.0


def wait_for(
    condition: Callable[[], T],
    what: str,
    *,
    deadline_s: float = DEADLINE_S,
    every_s: float = 0.02,
    explain: Callable[[], str] = lambda: "",
) -> T:
    """The first true value of `condition`. Fails with `what` and `explain()` when none came in time."""
    until = time.monotonic() + deadline_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > until:
            raise AssertionError(f"waited {deadline_s:.0f} s in vain: {what}\n{explain()}")
        time.sleep(every_s)
