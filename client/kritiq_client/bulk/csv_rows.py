"""CSV with a header row, exactly: no row is cut, merged with another, or left out. What is malformed has its line."""

import csv
import re
import sys
from collections.abc import Callable, Iterable, Iterator

from kritiq_client.bulk.columns import Columns
from kritiq_client.bulk.csv_header import Header, header_of
from kritiq_client.bulk.csv_lines import Lines
from kritiq_client.bulk.records import BROKEN, Record, Unreadable, broken, ignored
from kritiq_client.bulk.text_reading import TOO_LONG
from kritiq_client.bulk.titles import left_out

#: What fills up the end of a file: DOS ends texts with it, and systems that crash leave zeros.
_FILLING = "\0\x1a\ufeff"


def csv_records(
    source: Iterable[str], columns: Columns, delimiter: str | None = None, noted: Callable[[str], object] = ignored
) -> Iterator[Record | Unreadable]:
    """The rows below the header; `noted` hears what is left out above it. Raises BadInput when there is no header that
    can be used.
    """
    # The service says what is too long; csv's own bound would spoil the rows around it.
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    lines = Lines(source)
    header = header_of(lines, columns, delimiter)
    otherwise = "" if columns.named or delimiter else " If each line is a review, say --format txt."
    places = columns.places(header.names, otherwise)
    for note in filter(None, (left_out([[line] for line in header.above], "line"), *places.notes)):
        noted(note)
    text, identity = min(places.texts), places.identity
    for first, row in _rows(lines, header):
        if isinstance(row, Unreadable):
            yield row
            continue
        where = _where(first, lines.number)
        name = row[identity] or None if identity is not None and identity < len(row) else None
        if problem := _misfit(row, len(header.names)):
            # A delimiter too many in the text moves what stands behind it, but no id before it.
            moved = identity is None or identity > text or len(row) < len(header.names)
            yield Unreadable(at=first, problem=f"{where}: {problem}.", identity=None if moved else name)
            continue
        record = places.record(first, row)
        yield Unreadable(at=first, problem=f"{where}: {BROKEN}.", identity=name) if broken(record.text) else record


def _rows(lines: Lines, header: Header) -> Iterator[tuple[int, list[str] | Unreadable]]:
    """Every row and the line that it begins in; empty lines are none."""
    while True:
        reader = csv.reader(lines, delimiter=header.delimiter, strict=True, skipinitialspace=header.spaced)
        try:
            while True:
                lines.mark()
                first = lines.number + 1
                row = next(reader, None)
                if row is None:
                    return
                if lines.cut:
                    yield first, Unreadable(at=first, problem=f"{_where(first, lines.number)}: {TOO_LONG}.")
                elif row and not _is_blank("".join(lines.taken), len(header.names)):
                    yield first, row
        except csv.Error as error:
            last = first + _malformed(lines, header.delimiter) - 1
            why = "a quote is not closed, or one stands inside a quoted text without being doubled"
            why = "a line break stands outside of quotes" if "new-line" in str(error) else why
            yield first, Unreadable(at=first, problem=f"{_where(first, last)}: {why}.")


def _is_blank(line: str, width: int) -> bool:
    """Whether nothing stands in a line but white space, of which a column by itself may be full, or what fills up a
    file.
    """
    return not line.strip(_FILLING).strip() and (width > 1 or any(mark in line for mark in _FILLING))


def _malformed(lines: Lines, delimiter: str) -> int:
    """How many lines belong to the malformed row that the lines since `mark` begin with; the others are given back.

    A quote that was never closed swallowed the next rows, and a review of several lines may have a quote too many.
    Where the next quote opens a field, a row of its own begins there; where it does not, it closes the malformed one.
    """
    opens = re.compile(rf'[^"]*?(?:^|{re.escape(delimiter)}) ?"')
    count, quotes = 1, lines.taken[0].count('"')
    number = 1
    while quotes % 2:
        number += 1
        if number > len(lines.taken) and next(lines, None) is None:
            break
        line = lines.taken[number - 1]
        if opens.match(line):
            break
        quotes += line.count('"')
        count = number if quotes % 2 == 0 else count
    lines.give_back(count)
    return count


def _misfit(row: list[str], width: int) -> str | None:
    """What is wrong with a row that was split. Empty fields behind the last column are how some programs write."""
    if len(row) >= width and not any(row[width:]):
        return None
    return f"{len(row)} field{'s' if len(row) > 1 else ''}, but the header has {width}"


def _where(first: int, last: int) -> str:
    return f"line {first}" if last <= first else f"lines {first} to {last}"
