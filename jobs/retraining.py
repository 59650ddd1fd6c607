"""A retraining: a model learns what people corrected, and goes on only if it is no worse."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

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
    #: Whether the alias goes there in steps, as long as the new version keeps the bounds of a rollout.
    rollout: bool = False
    #: Numbers in place of the usual ones, by the names of `kritiq retrain`'s options: `epochs`, `margin` and so on.
    options: Mapping[str, float] = field(default_factory=dict)


def next_version(version: str, at_ms: int) -> str:
    """The version that a retraining of `version` makes at a time, such as `1.20261129-071203` of `1`."""
    return f"{_MADE_AT.sub('', version)}.{datetime.fromtimestamp(at_ms // 1000, UTC):%Y%m%d-%H%M%S}"
