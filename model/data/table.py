"""Tables: CSV or TSV with a header, a sentence a row, or an opinion a row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

from model.data.json_text import DoubledMember, loads
from model.data.labels import says_nothing
from model.data.records import Problem, Record, joined
from model.data.source import Source
from model.errors import DataError

#: What columns may be called when nobody says, in lower case.
TEXTS = ("text", "sentence", "review", "review_text", "reviewtext", "comment", "satz", "bewertung", "kommentar")
DELIMITERS = ",;\t|"

#: Longest field: what is longer is a quote that never ends.
FIELD_CHARS = 128 * 1024
#: How the reader's message ends when a quoted field goes on behind its quotes: the row is lost, and no other.
STRAY_QUOTE = "expected after '\"'"
#: Roles that `--column ROLE=NAME` knows; any other is an aspect.
ROLES = ("text", "aspects", "category", "polarity")


def table(source: Source) -> Iterator[Record | Problem]:
    """Rows with a column per aspect, or a column `aspects` of JSON, or columns `category` and `polarity`.

    Which column is which comes from `source.columns`, else from the header's names. Where a row is an opinion, those
    with one text are one sentence, wherever they stand. A field in quotes that never ends is refused.
    """
    reader, begin = _opened(source)
    header = _header(reader, source)
    columns = roles(header, source)
    _refuse_doubled(header, columns, source)
    sentences: dict[str, list[Record]] = {}
    for line, row in _rows(reader, begin, source):
        if isinstance(row, str):
            yield Problem(line=line, message=f"no row of a table: {row}")
        elif len(row) < len(header) or any(field.strip() for field in row[len(header) :]):
            yield Problem(line=line, message=f"{len(row)} fields under a header of {len(header)}")
        else:
            found = _record(line, {role: row[index].strip() for role, index in columns.items()})
            if "category" not in columns or isinstance(found, Problem):
                yield found
            else:
                sentences.setdefault(found.text, []).append(found)
    yield from map(joined, sentences.values())


def unread(source: Source) -> list[str]:
    """The columns of a table that has been read, from which nothing was."""
    header = _header(_opened(source)[0], source)
    columns = roles(header, source).values()
    return [name for index, name in enumerate(header) if name and index not in columns]


def _opened(source: Source) -> tuple[Any, int]:
    """The rows, and the line at which they begin."""
    # The limit is the process's: whoever reads tables of another kind has set its own.
    csv.field_size_limit(FIELD_CHARS)
    content, delimiter, begin = source.text(), None, 1
    first, _, rest = content.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        delimiter, content, begin = first.strip()[-1], rest, 2
    return csv.reader(
        io.StringIO(content, newline=""), delimiter=delimiter or delimiter_of(content), strict=True
    ), begin


def _header(reader: Any, source: Source) -> list[str]:
    try:
        return [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise DataError(f"{source.path}:1: no table: {error}") from error


def _rows(reader: Any, begin: int, source: Source) -> Iterator[tuple[int, list[str] | str]]:
    """Each row that is not blank with the line where it begins, or why it is none. Raises DataError."""
    while True:
        line = begin + reader.line_num
        try:
            row = next(reader, None)
        except csv.Error as error:
            if not str(error).endswith(STRAY_QUOTE):
                raise DataError(f"{source.path}:{line}: no table: {error}") from error
            yield line, str(error)
            continue
        if row is None:
            return
        if any(field.strip() for field in row):
            yield line, row


def roles(header: list[str], source: Source) -> dict[str, int]:
    """Role or aspect -> index of its column. Raises DataError when a column is missing, or nothing is labelled."""
    lower = [name.lower() for name in header]
    found: dict[str, int] = {}
    for role, name in source.columns.items():
        if name.lower() not in lower:
            raise DataError(f"{source.path}:1: there is no column {name!r}; there are {', '.join(header)[:200]}")
        found[role] = lower.index(name.lower())
    if "text" not in found:
        named = [name for name in TEXTS if name in lower]
        if not named:
            raise DataError(
                f"{source.path}:1: which column is the text? `kritiq convert --column text=NAME` says it; "
                f"there are {header}"
            )
        found["text"] = lower.index(named[0])
    taken = set(found.values())
    for index, name in enumerate(lower):
        if index in taken or not name:
            continue
        if name in ("aspects", "category", "polarity"):
            found.setdefault(name, index)
        elif name in ("aspect", "sentiment"):
            found.setdefault({"aspect": "category", "sentiment": "polarity"}[name], index)
    if "category" in found and "polarity" in found:
        return found
    for role in ("category", "polarity"):
        found.pop(role, None)
    for aspect in source.aspects:
        if aspect.lower() in lower and lower.index(aspect.lower()) not in taken:
            found.setdefault(aspect, lower.index(aspect.lower()))
    if not set(found) - {"text"}:
        raise DataError(
            f"{source.path}:1: no column is named after an aspect; `kritiq convert --column food=NAME` names one; "
            f"there are {header}"
        )
    return found


def _refuse_doubled(header: list[str], columns: Mapping[str, int], source: Source) -> None:
    """Raises DataError when a column that is read is there twice: labels of one of them would be lost."""
    lower = [name.lower() for name in header]
    for index in columns.values():
        if (times := lower.count(lower[index])) > 1:
            raise DataError(f"{source.path}:1: there are {times} columns {header[index]!r}: which one is meant?")


def delimiter_of(content: str) -> str:
    """The delimiter that the header has most of, outside quotes."""
    header = re.split(r"[\r\n]", content, maxsplit=1)[0]
    outside = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=outside.count)


def _record(line: int, cells: Mapping[str, str]) -> Record | Problem:
    text = cells["text"]
    if "aspects" in cells:
        try:
            aspects = loads(cells["aspects"] or "{}")
            opinions = tuple((str(aspect), str(polarity)) for aspect, polarity in aspects.items())
        except DoubledMember as error:
            return Problem(line=line, message=f"{error}: {cells['aspects'][:60]!r}")
        except (ValueError, AttributeError, RecursionError):
            return Problem(line=line, message=f"the aspects are not a JSON object: {cells['aspects'][:60]!r}")
    elif "category" in cells:
        if not cells["category"] and not says_nothing(cells["polarity"]):
            return Problem(line=line, message=f"the polarity {cells['polarity'][:60]!r} of no aspect")
        opinions = ((cells["category"], cells["polarity"]),) if cells["category"] else ()
    else:
        opinions = tuple((role, value) for role, value in cells.items() if role not in ROLES and value)
    return Record(line=line, text=text, opinions=opinions)
