"""CSV with a header row, exactly: no row is cut, merged with another, or left out. What is malformed has its line.

The delimiter is what `sep=` says, or what splits the header so that the text's column is there; a header that nothing
splits has one column, and commas are commas.
"""

import csv
import re
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TextIO

from kritiq_client.bulk.columns import MOST_ABOVE, Columns, is_title
from kritiq_client.bulk.records import BROKEN, BadInput, Record, Unreadable, broken

DELIMITERS = ",;\t|"
#: Splits nothing: no text has it, as Unicode will never give it to a character.
NO_DELIMITER = "\uffff"
#: As Excel wants it, and as it writes it itself, with the other columns behind it.
_SEPARATOR = re.compile(r'"?sep=(.)\1*"?\1*[\r\n]*', re.IGNORECASE)
#: What fills up the end of a file: DOS ends texts with it, and systems that crash leave zeros.
_FILLING = "\0\x1a\ufeff"
#: A line that a program ended twice.
_TWICE = "\r\r\n"


class Lines:
    """The lines of a file, numbered from 1, which can be given back."""

    def __init__(self, source: Iterable[str]) -> None:
        self._source = iter(source)
        self._back: deque[str] = deque()
        #: The lines since `mark`.
        self.taken: list[str] = []
        self.number = 0

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else next(self._source)
        if line.endswith(_TWICE):
            line = line.removesuffix(_TWICE) + "\r\n"
        self.taken.append(line)
        self.number += 1
        return line

    def mark(self) -> None:
        """A record begins here."""
        self.taken = []

    def give_back(self, keep: int) -> None:
        """All lines since `mark` but the first `keep`."""
        back, self.taken = self.taken[keep:], self.taken[:keep]
        self._back.extendleft(reversed(back))
        self.number -= len(back)


def csv_records(source: TextIO, columns: Columns, delimiter: str | None = None) -> Iterator[Record | Unreadable]:
    """The rows below the header. Raises BadInput when there is no header that can be used."""
    # The service says what is too long; csv's own bound would spoil the rows around it.
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    lines = Lines(source)
    header = _header(lines, columns, delimiter)
    places = columns.places(header.names)
    text, identity = places.text, places.identity
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
        if broken(row[text]):
            yield Unreadable(at=first, problem=f"{where}: {BROKEN}.", identity=name)
        else:
            yield places.record(first, row)


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """The names of the columns, and how rows are split."""

    names: list[str]
    delimiter: str
    #: A space follows each delimiter and belongs to no field.
    spaced: bool


def is_header(first: str, columns: Columns) -> bool:
    """Whether a first line is the header of a table that has a column for the text, or names its delimiter."""
    return _SEPARATOR.fullmatch(first) is not None or _header_of(first, columns) is not None


def _header_of(line: str, columns: Columns) -> Header | None:
    """The header that a line is, when a column of it has the text."""
    headers = (_split(Lines([line]), each) for each in DELIMITERS + NO_DELIMITER)
    return next((header for header in headers if header is not None and columns.fit(header.names)), None)


def _header(lines: Lines, columns: Columns, delimiter: str | None) -> Header:
    lines.mark()
    if found := _SEPARATOR.fullmatch(next(lines, "")):
        delimiter = delimiter or found[1]
    else:
        lines.give_back(0)
    candidates = [_split(lines, candidate) for candidate in (delimiter or DELIMITERS + NO_DELIMITER)]
    headers = [header for header in candidates if header is not None]
    if not headers:
        raise BadInput("The CSV has no header: it is empty, or its first line has a quote that is not closed.")
    best = max(headers, key=lambda header: (columns.fit(header.names), len(header.names)))
    if not columns.fit(best.names) and _passed_title(lines, columns):
        return _header(lines, columns, delimiter)
    if len(best.names) == 1 and delimiter is None:
        best = replace(best, delimiter=NO_DELIMITER)
    # The lines that it takes are done with; how many they are may depend on the delimiter.
    _split(lines, best.delimiter, keep=True)
    return best


def _passed_title(lines: Lines, columns: Columns) -> bool:
    """Go past the lines with a title that some programs write above the header, if it comes below them."""
    lines.mark()
    for above, line in enumerate(islice(lines, MOST_ABOVE + 1)):
        header = _header_of(line, columns)
        if header and len(header.names) > 1:
            passed = all(is_title(each.split(header.delimiter)) for each in lines.taken[:above])
            lines.give_back(above if passed else 0)
            return passed
    lines.give_back(0)
    return False


def _split(lines: Lines, delimiter: str, *, keep: bool = False) -> Header | None:
    lines.mark()
    header = None
    for spaced in (False, True):
        lines.give_back(0)
        reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=spaced)
        try:
            names = next((row for row in reader if row), None)
        except csv.Error:
            break
        if names is None:
            break
        header = Header(names=names, delimiter=delimiter, spaced=spaced)
        if len(names) == 1 or not all(name.startswith(" ") for name in names[1:]):
            break
    if not keep:
        lines.give_back(0)
    return header


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
                if row and not _is_blank("".join(lines.taken), len(header.names)):
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
