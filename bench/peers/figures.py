"""What one round of one peer found, and the median of several."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from bench.figures import significant


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """None where it does not apply."""

    reviews_per_s: float
    idle_p50_ms: float
    idle_p99_ms: float
    rate_p50_ms: float | None = None
    rate_p99_ms: float | None = None
    bulk_s: float
    answered: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Rounded to what was measured."""
        return {name: value if value is None else significant(value) for name, value in asdict(self).items()}


def median(rounds: Sequence[Figures]) -> Figures:
    """Each figure's median. Raises StatisticsError for no rounds."""

    def middle(name: str) -> Any:
        values = [getattr(each, name) for each in rounds]
        return None if None in values else statistics.median(values)

    return Figures(**{each.name: middle(each.name) for each in fields(Figures)})


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A peer in the table: its rounds, direct prediction's of the same ones, or why there are none."""

    title: str
    rounds: Sequence[Figures] = ()
    direct: Sequence[Figures] = ()
    why_not: str = ""

    @property
    def rate_ratio(self) -> float:
        """The median of its reviews a second to direct prediction's in the same round."""
        return _ratio([each.reviews_per_s for each in self.rounds], [each.reviews_per_s for each in self.direct])

    @property
    def bulk_ratio(self) -> float:
        """The same of bulk reviews a second: 1 is as fast as direct prediction."""
        return _ratio([each.bulk_s for each in self.direct], [each.bulk_s for each in self.rounds])


def _ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
