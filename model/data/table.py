"""Tables: CSV or TSV with a header, a sentence a row, or an opinion a row."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping

from model.data.records import Problem, Record
from model.data.source import Source
from model.errors import DataError

#: What columns may be called when nobody says, in lower case.
TEXTS = ("text", "sentence", "review", "review_text", "reviewtext", "comment", "satz", "bewertung", "kommentar")
DELIMITERS = ",;\t|"

#: Longest field: what is longer is a quote that never ends.
FIELD_CHARS = 128 * 1024
#: Roles that `--column ROLE=NAME` knows; any other is an aspect.
ROLES = ("text", "aspects", "category", "polarity")


def table(source: Source) -> Iterator[Record | Problem]:
    """Rows with a column per aspect, or a column `aspects` of JSON, or columns `category` and `polarity`.

    Which column is which comes from `source.columns`, else from the header's names. Where a row is an opinion,
    neighbours with one text are one sentence. A field in quotes that never ends is refused.
    """
    # The limit is the process's: whoever reads tables of another kind has set its own.
    csv.field_size_limit(FIELD_CHARS)
    content = source.text()
    first, _, rest = content.partition("\n")
    delimiter, skipped, start = None, 0, 1
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        delimiter, content, skipped = first.strip()[-1], rest, 1
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter or delimiter_of(content), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        columns = roles(header, source)
        _refuse_doubled(header, columns, source)
        start = reader.line_num + skipped + 1
        pending: Record | None = None
        for row in reader:
            line, start = start, reader.line_num + skipped + 1
            if not any(field.strip() for field in row):
                continue
            if len(row) != len(header):
                yield Problem(line=line, message=f"{len(row)} fields under a header of {len(header)}")
                continue
            cells = {role: row[index].strip() for role, index in columns.items()}
            found = _record(line, cells)
            if "category" not in columns or isinstance(found, Problem):
                yield found
            elif pending is not None and pending.text == found.text:
                pending = Record(line=pending.line, text=pending.text, opinions=pending.opinions + found.opinions)
            else:
                if pending is not None:
                    yield pending
                pending = found
        if pending is not None:
            yield pending
    except csv.Error as error:
        raise DataError(f"{source.path}:{start}: no table: {error}") from error


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
            aspects = json.loads(cells["aspects"] or "{}")
            opinions = tuple((str(aspect), str(polarity)) for aspect, polarity in aspects.items())
        except (ValueError, AttributeError, RecursionError):
            return Problem(line=line, message=f"the aspects are not a JSON object: {cells['aspects'][:60]!r}")
    elif "category" in cells:
        opinions = ((cells["category"], cells["polarity"]),) if cells["category"] else ()
    else:
        opinions = tuple((role, value) for role, value in cells.items() if role not in ROLES and value)
    return Record(line=line, text=text, opinions=opinions)
