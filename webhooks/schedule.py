"""When a delivery that failed is tried again: the Standard Webhooks schedule, 10 attempts over about 76 hours."""

import random
from collections.abc import Callable, Sequence

#: Seconds between an attempt and the next one. Standard Webhooks, "Retries".
STEPS_S = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
#: Each wait is longer or shorter by up to this share, so that a recovered receiver is not met by all at once.
JITTER = 0.2
#: Answers that say "I am overloaded": retrying sooner than FLOOR_S only adds load.
OVERLOADED = frozenset({"429", "502", "504", "timeout"})
FLOOR_S = 60.0


def next_delay_s(
    steps_s: Sequence[float],
    step: int,
    failure: str,
    retry_after_s: float | None = None,
    *,
    uniform: Callable[[float, float], float] = random.uniform,
) -> float | None:
    """Seconds until the next attempt, after number `step` (from 0) of the schedule `steps_s` failed; None: no more.

    `failure` is the HTTP status or the error class as text. A Retry-After is honoured between once and twice the
    schedule's own wait: a receiver may ask for less load, not for a delivery to be kept for a year.
    """
    if step >= len(steps_s):
        return None
    planned = float(steps_s[step])
    if retry_after_s is None:
        delay = planned * uniform(1 - JITTER, 1 + JITTER)
    else:
        delay = min(max(retry_after_s, planned), 2 * planned)
    return max(delay, FLOOR_S) if failure in OVERLOADED else delay
