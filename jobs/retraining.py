"""A retraining: a model learns what people corrected, and goes on only if it is no worse."""

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Self

from jobs.choice import ALIAS
from jobs.rollout_plan import RolloutPlan

#: Numbers that may be said: how many of something, from so many on; shares; and others, above 0.
_COUNTS: Mapping[str, int] = MappingProxyType({"epochs": 1, "seed": 0, "replay": 1, "repeat": 1})
_SHARES = frozenset({"margin", "aspect_margin", "corrected"})
OPTIONS = frozenset({*_COUNTS, *_SHARES, "learning_rate"})
#: How long what was asked for is kept with what came of it, in milliseconds.
KEPT_MS = 30 * 86_400_000
#: The end of the last year that a version can name.
LATEST_MS = 253_402_300_799_999
#: What a version made at a time ends in; one that is retrained again gets another time in its place.
_MADE_AT = re.compile(r"\.\d{8}-\d{6}$")


@dataclass(frozen=True, kw_only=True, slots=True)
class RetrainingRequest:
    """What is asked for. Which organisations' feedback is learned from is always said."""

    #: Of what: an alias, or an exact version.
    model: str
    tenants: tuple[str, ...]
    #: The alias that stands for the new version afterwards.
    alias: str = "candidate"
    #: The alias goes there in steps, as long as the new version keeps its bounds; None: at once.
    rollout: RolloutPlan | None = None
    #: Numbers in place of the usual ones, by the names of `kritiq retrain`'s options: `epochs`, `margin` and so on.
    options: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises ValueError: what a Celery client sends is looked at by nobody before."""
        if not isinstance(self.model, str):
            raise ValueError("should name the model that learns")
        if not self.tenants or not all(isinstance(tenant, str) for tenant in self.tenants):
            raise ValueError("should name the organisations whose feedback is learned from, as a list")
        if not isinstance(self.alias, str) or not ALIAS.fullmatch(self.alias):
            raise ValueError("the alias should have a small letter, then small letters, digits and hyphens")
        if not isinstance(self.options, Mapping):
            raise ValueError("the options should be numbers by their names")
        if unknown := sorted(self.options.keys() - OPTIONS):
            raise ValueError(f"there is no option {', '.join(unknown)}; there is {', '.join(sorted(OPTIONS))}")
        for name, number in self.options.items():
            if why := _wrong(name, number):
                raise ValueError(f"{name} should be {why}")

    @classmethod
    def sent(cls, *, tenants: Any = None, rollout: Any = None, **asked: Any) -> Self:
        """What a Celery client sent, as JSON has it. Raises ValueError; TypeError for a member that there is not."""
        # Of a name alone, each letter would be an organisation.
        named = tuple(tenants) if isinstance(tenants, list) else ()
        return cls(tenants=named, rollout=RolloutPlan.sent(rollout), **asked)

    def digest(self, at_ms: int) -> str:
        """By what it is known as the same, asked for at this time."""
        told = json.dumps([at_ms // 1000, self.to_dict()], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:32]

    def to_dict(self) -> dict[str, Any]:
        """For JSON; `sent` reads it."""
        return {
            "model": self.model,
            "tenants": list(self.tenants),
            "alias": self.alias,
            "rollout": self.rollout.to_dict() if self.rollout is not None else False,
            "options": dict(self.options),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Beginning:
    """What a retraining found when it first began: killed, it goes on from there, wherever aliases point by then."""

    #: What learns: a version, or a directory or address that was named.
    base: str
    #: Of the alias that is to stand for the new version; 0: nobody had moved it.
    revision: int


def _wrong(name: str, number: Any) -> str | None:
    """What the option should be; None when it is that."""
    if name in _COUNTS:
        whole = isinstance(number, int) and not isinstance(number, bool)
        return None if whole and number >= _COUNTS[name] else f"a whole number from {_COUNTS[name]} on"
    known = isinstance(number, int | float) and not isinstance(number, bool)
    if name in _SHARES:
        # Nothing is less than what is no number: a gate with such a bound lets everything pass.
        return None if known and 0 <= number <= 1 else "a number from 0 to 1"
    return None if known and 0 < number < math.inf else "a number above 0"


def moment(at_ms: Any) -> int:
    """When it was asked for, in milliseconds since the epoch, as a Celery client sent it. Raises ValueError."""
    if not isinstance(at_ms, int) or isinstance(at_ms, bool) or not 0 <= at_ms <= LATEST_MS:
        raise ValueError("at_ms should be when it is asked for: whole milliseconds since 1970, until the year 9999")
    return at_ms


def next_version(version: str, at_ms: int) -> str:
    """The version that a retraining of `version` makes at a time, such as `1.20261129-071203` of `1`."""
    return f"{_MADE_AT.sub('', version)}.{datetime.fromtimestamp(at_ms // 1000, UTC):%Y%m%d-%H%M%S}"
