"""Which of our aspects a category of another data set speaks of."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from model.errors import DataError
from model.scheme import DEFAULT_SCHEME, Scheme

#: Attribute of SemEval-2016 -> aspect, for categories that no mapping has. Others say no more than the entity.
ATTRIBUTES = MappingProxyType({"prices": "price", "quality": "quality", "style_options": "style"})


def aspects_of(category: str, mapping: Mapping[str, tuple[str, ...]], scheme: Scheme) -> tuple[str, ...]:
    """The aspects of the scheme that a category means; none when it has none there.

    A scheme that has an aspect of the category's own name takes it as it is; then the mapping says; at last an
    "ENTITY#ATTRIBUTE" is the aspect of its entity and, for three attributes, a second one.
    """
    own = {aspect.lower(): aspect for aspect in scheme.aspects}
    plain, key = category.strip().lower(), normalised(category)
    if scheme != DEFAULT_SCHEME and (plain in own or key in own):
        return (own.get(plain) or own[key],)
    if key in mapping:
        found: tuple[str, ...] = mapping[key]
    elif plain in own:
        found = (plain,)
    else:
        entity, _, attribute = key.partition("#")
        found = (entity, ATTRIBUTES.get(attribute, ""))
    return tuple(own[aspect.lower()] for aspect in found if aspect.lower() in own)


def normalised(category: str) -> str:
    """ "FOOD#QUALITY" and "food quality" are one category; so are "Zugfahrt:Gleise" and "Zugfahrt#Gleise"."""
    return re.sub(r"[#:\s]+", "#", category.strip().lower())


@cache
def shipped(name: str) -> Mapping[str, tuple[str, ...]]:
    """The mapping of a known data set, from `model/data/categories`."""
    text = (files("model.data") / "categories" / f"{name}.json").read_text(encoding="utf-8")
    return MappingProxyType({normalised(key): tuple(aspects) for key, aspects in json.loads(text).items()})


def read_mapping(path: Path) -> Mapping[str, tuple[str, ...]]:
    """A mapping of the user: JSON, category -> list of aspects. Raises DataError when it is none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"the categories {path} cannot be read: {error}") from error
    if not isinstance(data, dict) or not all(
        isinstance(aspects, list) and all(isinstance(aspect, str) for aspect in aspects) for aspects in data.values()
    ):
        raise DataError(f'the categories {path} must be an object like {{"food#prices": ["food", "price"]}}')
    return MappingProxyType({normalised(key): tuple(aspects) for key, aspects in data.items()})
