"""How long a review waits and is worked on: many workers, one queue, reviews of all lengths (M/M/c)."""

import math


def busy_chance(servers: int, load: float) -> float:
    """The chance that an arrival finds all busy (Erlang's C). `load`, arrivals times mean work, is below `servers`."""
    blocked = 1.0
    for number in range(1, servers + 1):
        blocked = load * blocked / (number + load * blocked)
    return servers * blocked / (servers - load * (1 - blocked))


def percentile(share: float, *, servers: int, load: float, work_s: float) -> float:
    """Seconds within which this share of reviews is done; infinite when more comes than is done.

    Waiting and work together: the one is nothing or exponential, the other exponential with `work_s` on average.
    """
    if load >= servers:
        return math.inf
    busy = busy_chance(servers, load)
    end, start = 1 / work_s, (servers - load) / work_s

    def later_than(seconds: float) -> float:
        alone = math.exp(-end * seconds)
        if math.isclose(start, end, rel_tol=1e-9):
            after = alone * (1 + end * seconds)
        else:
            after = (start * alone - end * math.exp(-start * seconds)) / (start - end)
        return (1 - busy) * alone + busy * after

    low, high = 0.0, work_s
    while later_than(high) > 1 - share:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if later_than(middle) > 1 - share else (low, middle)
    return high


def without_waiting(share: float, work_s: float) -> float:
    """The same with so many servers that nobody waits."""
    return -math.log(1 - share) * work_s
