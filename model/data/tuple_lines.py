"""Lines `text####[['term', 'food quality', 'positive'], ...]`: M-ABSA's triplets, and ASQP's quads with the opinion."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from functools import cache

from model.data.records import Problem, Record
from model.data.source import Source

MARK = "####"
#: Longer lists with unescaped quotes are not read: telling them apart takes the square of their length.
MOST_CHARACTERS = 8_000

_BETWEEN = re.compile(r"[\s,]*")


def m_absa(source: Source) -> Iterator[Record | Problem]:
    """[term, category, polarity]."""
    yield from _lines(source, 3)


def asqp(source: Source) -> Iterator[Record | Problem]:
    """[term, category, polarity, opinion]."""
    yield from _lines(source, 4)


def _lines(source: Source, fields: int) -> Iterator[Record | Problem]:
    for number, line in source.lines():
        text, mark, labels = line.rpartition(MARK)
        if not mark:
            yield Problem(line=number, message=f"no {MARK} in {line.strip()[:60]!r}")
            continue
        found = tuples(labels.strip(), fields)
        if found is None:
            yield Problem(line=number, message=f"no list of {fields} texts each: {labels.strip()[:60]!r}")
        else:
            yield Record(line=number, text=text, opinions=tuple((each[1], each[2]) for each in found))


def tuples(labels: str, fields: int) -> list[tuple[str, ...]] | None:
    """The tuples of a printed Python list, or None. Apostrophes within the texts are as often escaped as not."""
    try:
        with warnings.catch_warnings(action="ignore"):  # of backslashes in terms that escape nothing
            found = ast.literal_eval(labels)
        if not isinstance(found, list) or not all(_is_tuple(each, fields) for each in found):
            return None
        return [tuple(each) for each in found]
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        pass
    return _unescaped(labels, fields)


def _is_tuple(value: object, fields: int) -> bool:
    return isinstance(value, (list, tuple)) and len(value) == fields and all(isinstance(each, str) for each in value)


def _unescaped(labels: str, fields: int) -> list[tuple[str, ...]] | None:
    """Tuples whose texts hold quotes: each ends where the next text, or the tuple, begins or ends."""
    if not (labels.startswith("[") and labels.endswith("]")) or len(labels) > MOST_CHARACTERS:
        return None
    inner, position, found = labels[1:-1], 0, []
    while match := _tuple(fields).match(inner, _BETWEEN.match(inner, position).end()):  # type: ignore[union-attr]
        found.append(match.groups())
        position = match.end()
    return None if not found or inner[position:].strip(", ") else found


@cache
def _tuple(fields: int) -> re.Pattern[str]:
    """Category and polarity have no quotes in them; term and opinion may."""
    free, bound = r"""['"]([^\n]*?)['"]""", r"""['"]([^'"\[\]]*)['"]"""
    parts = [free, bound, bound, *[free] * (fields - 3)]
    return re.compile(r"[\[(]\s*" + r"\s*,\s*".join(parts) + r"\s*[\])](?=\s*,\s*[\[(]|\s*$)")
