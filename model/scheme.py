"""What a model can say: its aspects and the polarities each may take."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from model.errors import DataError

ASPECTS = ("service", "style", "food", "quality", "price", "restaurant", "ambience", "drinks", "location")

#: The order is part of every checkpoint: class i of a five-class head, pair i of a binary method.
POLARITIES = ("positive", "neutral", "negative", "conflict", "none")

#: The polarity that means "this sentence says nothing about the aspect".
NONE = "none"

#: Names with a meaning of their own where several opinions become one; a scheme need not have them.
NEUTRAL, CONFLICT = "neutral", "conflict"


@dataclass(frozen=True, kw_only=True, slots=True)
class Scheme:
    """The aspects and polarities of a model, in the order of its outputs.

    Raises ValueError when a name repeats, a list is empty, or there is no polarity `none`.
    """

    aspects: tuple[str, ...] = ASPECTS
    polarities: tuple[str, ...] = POLARITIES

    def __post_init__(self) -> None:
        for kind, names in (("aspect", self.aspects), ("polarity", self.polarities)):
            if not names or len(set(names)) != len(names) or not all(names):
                raise ValueError(f"every {kind} needs a name of its own, got {names!r}")
        if NONE not in self.polarities:
            raise ValueError(f"the polarities need {NONE!r}, got {self.polarities!r}")

    @property
    def none(self) -> int:
        """Index of the polarity `none`."""
        return self.polarities.index(NONE)


DEFAULT_SCHEME = Scheme()


def read_scheme(path: Path) -> Scheme:
    """A scheme from a JSON file with `aspects` and `polarities`, lists of names. Raises DataError when it is none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
        if not isinstance(data, dict) or not set(data) <= {"aspects", "polarities"}:
            raise ValueError("it must be an object with `aspects` and `polarities`")
        if not all(isinstance(names, list) and all(isinstance(each, str) for each in names) for names in data.values()):
            raise ValueError("`aspects` and `polarities` must be lists of names")
        return Scheme(**{key: tuple(names) for key, names in data.items()})
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"the scheme {path} cannot be read: {error}") from error


def one_polarity(polarities: set[str]) -> str:
    """The polarity of an aspect of which several are said: two polar ones conflict, neutral yields to a polar one."""
    polar = polarities - {NEUTRAL}
    if not polar:
        return NEUTRAL
    return next(iter(polar)) if len(polar) == 1 else CONFLICT
