"""Published data sets into our JSON lines: SemEval-2014 and -2016 XML, M-ABSA lines, GERestaurant JSON.

Their categories become aspects. A category ENTITY#ATTRIBUTE, "food#prices" say, is the aspect of its entity and, for
three attributes, a second one. Several opinions on an aspect become one: two different polar ones conflict, and neutral
yields to a polar one.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from xml.etree import ElementTree

from model.dataset import Example
from model.errors import DataError
from model.scheme import one_polarity

#: Attribute of SemEval-2016 -> aspect. `general` and `miscellaneous` say no more than their entity.
ATTRIBUTES = MappingProxyType({"prices": "price", "quality": "quality", "style_options": "style"})

#: Categories that are named otherwise than our aspects. SemEval-2014's anecdotes are no aspect of ours.
CATEGORIES = MappingProxyType({"general-impression": "restaurant", "anecdotes/miscellaneous": "", "drink": "drinks"})

Opinions = list[tuple[str, str]]


def convert(path: Path, form: str) -> list[Example]:
    """Read a file of one of FORMS. Raises DataError when it is not in that format."""
    try:
        found = [
            Example(text=text.strip(), aspects=merged(opinions))
            for text, opinions in FORMS[form](path.read_text(encoding="utf-8-sig"))
            if text.strip()
        ]
    except KeyError as error:
        raise DataError(f"{path} is not in the format {form}: {error} is missing") from error
    except (ElementTree.ParseError, ValueError, SyntaxError, TypeError) as error:
        raise DataError(f"{path} is not in the format {form}: {error}") from error
    if not found:
        raise DataError(f"{path} holds no sentence in the format {form}")
    return found


def merged(opinions: Iterable[tuple[str, str]]) -> dict[str, str]:
    """One polarity per aspect from (category, polarity) pairs."""
    every: dict[str, set[str]] = {}
    for category, polarity in opinions:
        for aspect in aspects_of(category):
            every.setdefault(aspect, set()).add(polarity.strip().lower())
    return {aspect: one_polarity(polarities) for aspect, polarities in every.items()}


def aspects_of(category: str) -> list[str]:
    """The aspects that a category speaks of: "DRINKS#PRICES" and "drinks prices" are drinks and price."""
    entity, *attributes = re.split(r"[#\s]+", category.strip().lower(), maxsplit=1)
    aspects = [CATEGORIES.get(entity, entity), *(ATTRIBUTES.get(attribute, "") for attribute in attributes)]
    return [aspect for aspect in aspects if aspect]


def _semeval14(content: str) -> Iterator[tuple[str, Opinions]]:
    for sentence in _xml(content).iter("sentence"):
        found = sentence.iter("aspectCategory")
        yield sentence.findtext("text", ""), [(node.attrib["category"], node.attrib["polarity"]) for node in found]


def _semeval16(content: str) -> Iterator[tuple[str, Opinions]]:
    for sentence in _xml(content).iter("sentence"):
        if sentence.get("OutOfScope", "").upper() != "TRUE":
            found = sentence.iter("Opinion")
            yield sentence.findtext("text", ""), [(node.attrib["category"], node.attrib["polarity"]) for node in found]


def _xml(content: str) -> ElementTree.Element:
    """Parse XML that declares no entities of its own: expanding those is how small files fill the memory."""
    if "<!ENTITY" in content or "<!DOCTYPE" in content:
        raise ValueError("document types and entities are not read")
    return ElementTree.fromstring(content)  # noqa: S314  # entities are refused above


def _mabsa(content: str) -> Iterator[tuple[str, Opinions]]:
    """Lines "text####[['term', 'food quality', 'positive'], ...]"."""
    for line in content.splitlines():
        if line.strip():
            text, mark, triplets = line.partition("####")
            if not mark:
                raise ValueError(f"no #### in {line[:60]!r}")
            yield text, [(category, polarity) for _, category, polarity in ast.literal_eval(triplets.strip())]


def _gerestaurant(content: str) -> Iterator[tuple[str, Opinions]]:
    """A list of {"text": ..., "tags": [{"tag_with_polarity": "FOOD-POSITIVE"}, ...]}."""
    rows: list[Mapping[str, Any]] = json.loads(content)
    for row in rows:
        tags = [tag["tag_with_polarity"].rpartition("-") for tag in row["tags"]]
        yield row["text"], [(category, polarity) for category, _, polarity in tags]


FORMS: Mapping[str, Callable[[str], Iterator[tuple[str, Opinions]]]] = MappingProxyType(
    {"semeval2014": _semeval14, "semeval2016": _semeval16, "m-absa": _mabsa, "gerestaurant": _gerestaurant}
)
