"""What a share of judgements says, and of how few it says nothing."""

from math import sqrt

#: Fewer judgements than this say nothing about a share; the console of Kritiq draws the line there, too.
TOO_FEW = 5
#: Of the normal distribution 95 % are this close to its middle, in standard deviations.
_Z = 1.96


def wilson(good: int, total: int) -> tuple[float, float]:
    """Where the share `good / total` lies in 95 of 100 cases (Wilson 1927), from 0 to 1. `total` is not 0."""
    share = good / total
    middle = (share + _Z**2 / (2 * total)) / (1 + _Z**2 / total)
    reach = _Z / (1 + _Z**2 / total) * sqrt(share * (1 - share) / total + _Z**2 / (4 * total**2))
    return max(0.0, middle - reach), min(1.0, middle + reach)
