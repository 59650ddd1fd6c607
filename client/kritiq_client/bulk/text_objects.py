"""Texts that are objects: with the language that they are in beside them, as Google's Places have them."""

from collections.abc import Mapping
from typing import Any

#: Members that hold the text, the original first.
_TEXTS = ("original", "text", "@value", "#text", "value")
_LANGUAGES = ("languageCode", "language", "lang", "@language")


def unwrapped(text: Any) -> tuple[Any, str | None]:
    """The text that an object has, and its language where that is told; whatever is no such object is itself."""
    if not isinstance(text, Mapping):
        return text, None
    for name in _TEXTS:
        if type(inner := text.get(name)) is str:
            languages = (text.get(each) for each in _LANGUAGES)
            return inner, next((each for each in languages if type(each) is str and each), None)
    return text, None


def is_empty(value: Any) -> bool:
    """Whether nothing is in a cell or member, so that another one may have what is looked for."""
    value = unwrapped(value)[0]
    return value is None or (isinstance(value, str) and not value.strip()) or value == {}
