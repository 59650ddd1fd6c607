"""How different two distributions are, and whether that may be chance. Plain Python: the API has no NumPy."""

import math
from collections.abc import Mapping

#: A share of 0 would make the index infinite.
_LEAST_SHARE = 1e-4
#: Categories of which fewer are expected count together: the test is for large numbers.
_EXPECTED = 5.0


def shares(counts: Mapping[str, float]) -> dict[str, float]:
    """Each count's share of all; empty when there are none."""
    total = sum(counts.values())
    return {name: count / total for name, count in counts.items()} if total else {}


def population_stability(found: Mapping[str, float], reference: Mapping[str, float]) -> float:
    """The population stability index of two sets of counts: below 0.1 nothing to speak of, above 0.25 much."""
    ours, theirs = shares(found), shares(reference)
    if not ours or not theirs:
        return 0.0
    index = 0.0
    for name in ours.keys() | theirs.keys():
        p, q = max(ours.get(name, 0.0), _LEAST_SHARE), max(theirs.get(name, 0.0), _LEAST_SHARE)
        index += (p - q) * math.log(p / q)
    return index


def chance(found: Mapping[str, float], reference: Mapping[str, float], *, size: float) -> float:
    """How probable such a difference is when both are samples of one distribution: a test of homogeneity.

    `found` counts as a sample of `size`, whatever it adds up to.
    """
    ours = {name: share * size for name, share in shares(found).items()}
    ours_n, theirs_n = sum(ours.values()), sum(reference.values())
    if not ours_n or not theirs_n:
        return 1.0
    cells = [(ours.get(name, 0.0), float(reference.get(name, 0.0))) for name in sorted(ours.keys() | reference.keys())]
    least = min(ours_n, theirs_n) / (ours_n + theirs_n)
    rare = [cell for cell in cells if sum(cell) * least < _EXPECTED]
    cells = [cell for cell in cells if sum(cell) * least >= _EXPECTED]
    if rare:
        cells.append((sum(a for a, _ in rare), sum(b for _, b in rare)))
    cells = [cell for cell in cells if sum(cell)]
    scale = math.sqrt(theirs_n / ours_n)
    statistic = sum((a * scale - b / scale) ** 2 / (a + b) for a, b in cells)
    return chi2_tail(statistic, len(cells) - 1)


def wilson(share: float, size: float, deviations: float) -> tuple[float, float]:
    """From where to where a share may really lie that was found in so many: Wilson's interval (1927)."""
    if not size:
        return 0.0, 1.0
    square = deviations**2 / size
    middle = (share + square / 2) / (1 + square)
    spread = math.sqrt(share * (1 - share) * square + square**2 / 4) / (1 + square)
    return max(0.0, middle - spread), min(1.0, middle + spread)


def chi2_tail(statistic: float, freedom: int) -> float:
    """The probability that a chi-squared variable of so many degrees of freedom exceeds `statistic`."""
    if freedom < 1 or statistic <= 0:
        return 1.0
    return _upper_gamma(freedom / 2, statistic / 2)


def _upper_gamma(a: float, x: float) -> float:
    """The regularized upper incomplete gamma function: a series below a + 1, a continued fraction (Lentz) above."""
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        n = a
        while abs(term) > abs(total) * 1e-15:
            n += 1
            term *= x / n
            total += term
        return max(0.0, 1 - front * total)
    tiny = 1e-300
    b = x + 1 - a
    c, d = 1 / tiny, 1 / b
    fraction = d
    for i in range(1, 1000):
        an = -i * (i - a)
        b += 2
        d = 1 / (an * d + b or tiny)
        c = b + an / c or tiny
        fraction *= d * c
        if abs(d * c - 1) < 1e-14:
            break
    return front * fraction
