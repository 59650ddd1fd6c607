"""What callers of the Python interface may pass, brought into one shape or refused with a clear line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import repeat
from typing import Any

from model.errors import InvalidArgument
from telemetry.counted import counted

#: ISO 639 codes, with a region perhaps, of which only the language counts.
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]+)*")

#: What `next` gives when nothing is left: None is a language that is not known.
END = object()


def texts_of(texts: Any) -> list[str]:
    """Reviews as a list: one string is one review; any iterable of strings is taken, a generator or a column too.

    Raises InvalidArgument naming the position of what is no string.
    """
    return list(each_text(texts))


def each_text(texts: Any) -> Iterator[str]:
    """The same, each when it is asked for; what is nothing to iterate over is refused at once."""
    if isinstance(texts, str):
        return iter([texts])
    if texts is None or isinstance(texts, (bytes, Mapping)) or not hasattr(texts, "__iter__"):
        raise InvalidArgument(f"texts must be a string or an iterable of strings, not {type(texts).__name__}")
    if hasattr(texts, "columns"):
        raise InvalidArgument(f"texts is a whole table ({type(texts).__name__}): give its column of texts")
    return (_text(position, text) for position, text in enumerate(texts))


def _text(position: int, text: Any) -> str:
    if not isinstance(text, str):
        raise InvalidArgument(f"text {position} is {_shown(text)}, not a string")
    return text


def languages_of(languages: Any, count: int) -> list[str | None]:
    """A language, or None to have it detected, for each of `count` texts; one code stands for all of them.

    Raises InvalidArgument when there are more or fewer, or one is no ISO 639 code.
    """
    if languages is None or isinstance(languages, str):
        return [language_of(languages)] * count
    found = list(_each_language(languages))
    if len(found) != count:
        raise InvalidArgument(f"{counted(count, 'text')}, but {counted(len(found), 'language')}")
    return found


def each_pair(texts: Any, languages: Any) -> Iterator[tuple[str, str | None]]:
    """Texts with their languages as above, each when it is asked for; what holds none of them is refused at once."""
    every = each_text(texts)
    if languages is None or isinstance(languages, str):
        return zip(every, repeat(language_of(languages)), strict=False)
    return _paired(every, _each_language(languages))


def _paired(texts: Iterator[str], languages: Iterator[str | None]) -> Iterator[tuple[str, str | None]]:
    count = 0
    for count, text in enumerate(texts, 1):
        try:
            language = next(languages)
        except StopIteration:
            raise InvalidArgument(f"more texts than languages, of which there are {count - 1}") from None
        yield text, language
    if next(languages, END) is not END:
        raise InvalidArgument(f"more languages than texts, of which there are {count}")


def _each_language(languages: Any) -> Iterator[str | None]:
    if not isinstance(languages, Iterable) or isinstance(languages, (bytes, Mapping)):
        raise InvalidArgument(f"languages must be a code or an iterable of codes, not {type(languages).__name__}")
    return map(language_of, languages)


def language_of(language: Any) -> str | None:
    """ "DE" and "de-AT" are "de". Raises InvalidArgument for what is no ISO 639 code."""
    if language is None:
        return None
    match = _LANGUAGE.fullmatch(language) if isinstance(language, str) else None
    if match is None:
        raise InvalidArgument(f"{_shown(language)} is not a language code such as 'de'")
    return match[1].lower()


def positive(name: str, value: Any) -> int | None:
    """A number of at least one, or None for the default. Raises InvalidArgument naming the argument."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InvalidArgument(f"{name} must be a number of at least 1, not {_shown(value)}")
    return value


def _shown(value: Any) -> str:
    shown = repr(value) if isinstance(value, (str, int, float, type(None))) else f"a {type(value).__name__}"
    return shown if len(shown) <= 60 else f"{shown[:60]}..."
