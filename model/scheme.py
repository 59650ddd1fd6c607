"""What a model can say: its aspects and the polarities each may take.

A new aspect or polarity goes at the end of its list here. It is an output of the network, so `kritiq train` has to make
a new model: every model directory keeps the scheme that it was trained with (kritiq.json) and goes on as it is, and so
do the old service's checkpoints (`REFERENCE_SCHEME`). Beside this file it touches

- `model/inputs/auxiliary.py`: its German words in auxiliary sentences; without them its name stands there;
- `api/http/result_schemas.py`: the API documents it;
- `examples/dashboard/scheme.py`: its name on the page, for a polarity its sign; for a polarity also
  `examples/dashboard/static/page.css`, its colours;
- labelled sentences under `corpus/`, and for an aspect its words in `model/mini/lexicon.py`: what it is trained on.

Categories of other data sets that mean it can be added to `model/data/categories`. tests/unit/test_copies.py finds the
copies that were forgotten.
"""

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

#: What the old service's checkpoints were trained on. It never changes, whatever ASPECTS and POLARITIES become.
REFERENCE_SCHEME = Scheme(
    aspects=("service", "style", "food", "quality", "price", "restaurant", "ambience", "drinks", "location"),
    polarities=("positive", "neutral", "negative", "conflict", "none"),
)


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
