"""The arithmetic of the benchmarks: medians, percentiles, runs taken in turns."""

import statistics
from collections.abc import Callable, Mapping, Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of `values` that at least `share` (0 to 1) of them do not exceed. Raises ValueError for none."""
    if not values:
        raise ValueError("a percentile of no values")
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, -int(-share * len(ordered) // 1) - 1))]


def in_turns(runs: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Calls each of `runs` once a round (A B A B ...), so that a busy minute of the machine hits all alike."""
    found: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            found[name].append(run())
    return found


def ratio_of(found: Mapping[str, Sequence[float]], ours: str, theirs: str) -> float:
    """The median over the rounds of ours / theirs: each quotient comes from two runs that were neighbours."""
    return statistics.median(a / b for a, b in zip(found[ours], found[theirs], strict=True))


def rounded(values: Sequence[float]) -> list[float]:
    """Four significant digits: more would claim more than was measured."""
    return [significant(value) for value in values]


def significant(value: float) -> float:
    """`value` to four significant digits."""
    return float(f"{value:.4g}")
