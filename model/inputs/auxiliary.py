"""The methods of Sun, Huang and Qiu (2019): what the network reads about each aspect, and what its outputs mean.

Every method but `single` puts an auxiliary sentence beside the review sentence. The M methods make one pair per aspect
and choose among all polarities; the B methods make one pair per aspect and polarity and answer false or true.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Any

from model.errors import DataError
from model.scheme import DEFAULT_SCHEME, Scheme

#: method -> (pairs per aspect and polarity, else per aspect; has an auxiliary sentence)
METHODS = ("single", "NLI-M", "QA-M", "NLI-B", "QA-B")
BINARY_METHODS = ("NLI-B", "QA-B")

_ASPECTS_DE = {
    "service": "des Services",
    "style": "des Stils",
    "food": "des Essens",
    "quality": "der Qualität",
    "price": "des Preis",  # so in the old service; its checkpoints were trained on it
    "restaurant": "des Restaurants",
    "ambience": "des Ambientes",
    "drinks": "der Drinks",
    "location": "der Umgebung",
}
_POLARITIES_DE = {
    "positive": "positiv",
    "neutral": "neutral",
    "negative": "negativ",
    "conflict": "uneinig",
    "none": "unbestimmt",
}
_PATTERNS_DE = {
    "NLI-M": "Die Bewertung {aspect}.",
    "QA-M": "Wie ist die Bewertung {aspect}?",
    "NLI-B": "Die Bewertung {aspect} ist {polarity}.",
    "QA-B": "Ist die Bewertung {aspect} {polarity}?",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Templates:
    """The wording of auxiliary sentences: `pattern` with {aspect} and, for binary methods, {polarity} filled in."""

    pattern: str
    #: Scheme name -> wording; a name that is missing stands for itself.
    aspects: Mapping[str, str] = field(default_factory=dict)
    polarities: Mapping[str, str] = field(default_factory=dict)


def german_templates(method: str) -> Templates:
    """The wording of the old German service, carried over to the other methods."""
    return Templates(
        pattern=_PATTERNS_DE.get(method, ""),
        aspects=MappingProxyType(_ASPECTS_DE),
        polarities=MappingProxyType(_POLARITIES_DE),
    )


def read_templates(path: Path) -> Templates:
    """Templates from a JSON file with `pattern`, `aspects` and `polarities`. Raises DataError when it is none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
        if not isinstance(data, dict) or not set(data) <= {"pattern", "aspects", "polarities"}:
            raise ValueError("it must be an object with `pattern`, `aspects` and `polarities`")
        wordings = [data.get("aspects", {}), data.get("polarities", {})]
        if not isinstance(data.get("pattern"), str) or not all(isinstance(each, dict) for each in wordings):
            raise ValueError("`pattern` must be a text, `aspects` and `polarities` objects")
        return Templates(**data)
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"the templates {path} cannot be read: {error}") from error


@dataclass(frozen=True, kw_only=True, slots=True)
class Method:
    """How a sentence becomes rows for the network, and how many outputs each row has."""

    name: str = "single"
    scheme: Scheme = DEFAULT_SCHEME
    templates: Templates = field(default_factory=lambda: Templates(pattern=""))

    def __post_init__(self) -> None:
        if self.name not in METHODS:
            raise ValueError(f"no method {self.name!r}; there are {', '.join(METHODS)}")
        needed = ["{aspect}"] * (self.name != "single") + ["{polarity}"] * self.binary
        missing = [slot for slot in needed if slot not in self.templates.pattern]
        if missing:
            raise ValueError(f"the template {self.templates.pattern!r} of method {self.name} lacks {missing[0]}")

    @property
    def binary(self) -> bool:
        return self.name in BINARY_METHODS

    @property
    def outputs(self) -> int:
        """Logits per row: 2 for binary methods, the polarities for M methods, aspects x polarities for `single`."""
        if self.binary:
            return 2
        return len(self.scheme.polarities) * (len(self.scheme.aspects) if self.name == "single" else 1)

    @property
    def output_names(self) -> dict[int, str]:
        """What each logit of a row stands for: `id2label` of a transformers configuration."""
        if self.binary:
            return {0: "false", 1: "true"}
        polarities = self.scheme.polarities
        if self.name == "single":
            pairs = (f"{aspect}: {polarity}" for aspect in self.scheme.aspects for polarity in polarities)
            return dict(enumerate(pairs))
        return dict(enumerate(polarities))

    def to_dict(self) -> dict[str, Any]:
        """For kritiq.json, of which it is three entries."""
        templates = self.templates
        return {
            "method": self.name,
            "scheme": {"aspects": list(self.scheme.aspects), "polarities": list(self.scheme.polarities)},
            "templates": {
                "pattern": templates.pattern,
                "aspects": dict(templates.aspects),
                "polarities": dict(templates.polarities),
            },
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Method:
        """Raises KeyError, TypeError or ValueError when the data does not say a method."""
        scheme, templates = data["scheme"], data["templates"]
        return cls(
            name=data["method"],
            scheme=Scheme(aspects=tuple(scheme["aspects"]), polarities=tuple(scheme["polarities"])),
            templates=Templates(
                pattern=templates["pattern"],
                aspects=MappingProxyType(dict(templates["aspects"])),
                polarities=MappingProxyType(dict(templates["polarities"])),
            ),
        )

    def hypotheses(self) -> list[str]:
        """Auxiliary sentences, aspect by aspect, for binary methods polarity by polarity within; none for `single`."""
        if self.name == "single":
            return []
        templates = self.templates
        return [
            templates.pattern.format(
                aspect=templates.aspects.get(aspect, aspect), polarity=templates.polarities.get(polarity, polarity)
            )
            for aspect in self.scheme.aspects
            for polarity in (self.scheme.polarities if self.binary else ("",))
        ]


def read_method(name: str, scheme: Scheme, templates: Path) -> Method:
    """The method with the wording of a JSON file. Raises DataError when it words something else than the method has."""
    told = read_templates(templates)
    try:
        method = Method(name=name, scheme=scheme, templates=told)
        for kind, worded, known in (
            ("aspect", told.aspects, scheme.aspects), ("polarity", told.polarities, scheme.polarities)
        ):  # fmt: skip
            if unknown := [each for each in worded if each not in known]:
                raise ValueError(f"there is no {kind} {unknown[0]!r} in the scheme; there are {', '.join(known)}")
        slots = {slot for _, slot, _, _ in Formatter().parse(told.pattern) if slot is not None}
        if wrong := slots - ({"aspect", "polarity"} if method.binary else {"aspect"}):
            raise ValueError(f"the pattern has {{{sorted(wrong)[0]}}}, for which {name} has nothing to put in")
        method.hypotheses()
    except (ValueError, TypeError) as error:
        raise DataError(f"the templates {templates}: {error}") from error
    return method
