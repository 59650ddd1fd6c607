"""How an alias is to go to another version: in which steps, and within which bounds."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from types import MappingProxyType
from typing import Any, Self

from jobs.rollout import STEPS, Bounds

#: Nobody waits for more of them, and Redis counts no further than 64 bits.
MOST_REVIEWS = 1_000_000_000
#: What a bound has to be where it is looked at, and how that is said.
_WITHIN: Mapping[str, tuple[Callable[[float], bool], str]] = MappingProxyType(
    {
        # No number of reviews shows that all agree, or that none comes to nothing.
        "min_agreement": (lambda share: 0 <= share < 1, "a number from 0 on and below 1, or null"),
        "max_failures": (lambda share: 0 < share <= 1, "a number above 0 and up to 1, or null"),
        "max_slowdown": (lambda times: 0 < times <= 1000, "a number above 0 and up to 1000, or null"),
        "max_drift": (lambda index: 0 < index <= 100, "a number above 0 and up to 100, or null"),
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class RolloutPlan:
    """What a rollout is begun with; as it is made, the usual one."""

    steps: tuple[int, ...] = STEPS
    bounds: Bounds = field(default_factory=Bounds)

    def __post_init__(self) -> None:
        """Raises ValueError: what a Celery client sends is looked at by nobody before."""
        whole = all(_whole(step) and 1 <= step <= 99 for step in self.steps)
        if not self.steps or not whole or list(self.steps) != sorted(set(self.steps)):
            raise ValueError("steps should be whole numbers from 1 to 99, each more than the one before")
        if not _whole(self.bounds.min_reviews) or not 1 <= self.bounds.min_reviews <= MOST_REVIEWS:
            raise ValueError(f"min_reviews should be a whole number from 1 to {MOST_REVIEWS:,}")
        for name, (within, words) in _WITHIN.items():
            bound = getattr(self.bounds, name)
            if bound is not None and not (_number(bound) and within(bound)):
                raise ValueError(f"{name} should be {words}")

    @classmethod
    def sent(cls, told: Any) -> Self | None:
        """What JSON has in its place: true is the usual one, false and null are none. Raises ValueError."""
        if told is None or told is False:
            return None
        if told is True:
            return cls()
        if not isinstance(told, Mapping):
            raise ValueError("rollout should be true, false, or an object of steps and bounds")
        bounds = {name: bound for name, bound in told.items() if name != "steps"}
        known = {each.name for each in fields(Bounds)}
        if unknown := sorted(bounds.keys() - known):
            raise ValueError(f"a rollout has no {', '.join(unknown)}; it has {', '.join(sorted({'steps', *known}))}")
        steps = told.get("steps", STEPS)
        if not isinstance(steps, list | tuple):
            raise ValueError("steps should be a list")
        return cls(steps=tuple(steps), bounds=Bounds(**bounds))

    def to_dict(self) -> dict[str, Any]:
        """For JSON; `sent` reads it."""
        return {"steps": list(self.steps), **asdict(self.bounds)}


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
