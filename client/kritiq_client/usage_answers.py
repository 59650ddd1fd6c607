"""What the service answers about what was used."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class UsedDay:
    """What was used on a day (UTC) for one restaurant, with one model."""

    day: date
    restaurant: str | None
    #: `name/version`; None where requests are counted, which is when they are accepted.
    model: str | None
    requests: int
    #: Those with a result, their sentences and code points.
    reviews: int
    sentences: int
    characters: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """What an organisation used in a month: what one bills by."""

    #: `YYYY-MM`.
    month: str
    days: tuple[UsedDay, ...]
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
