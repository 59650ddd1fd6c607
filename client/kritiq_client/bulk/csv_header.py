"""The header of a CSV file, and how its rows are split; below a title perhaps.

The delimiter is what `sep=` says, or what splits the header so that the text's column is there; a header that nothing
splits has one column, and commas are commas.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from kritiq_client.bulk.columns import Columns
from kritiq_client.bulk.csv_lines import Lines
from kritiq_client.bulk.records import BadInput
from kritiq_client.bulk.titles import MOST_ABOVE, are_titles, looks_like_header

DELIMITERS = ",;\t|"
#: Splits nothing: no text has it, as Unicode will never give it to a character.
NO_DELIMITER = "\uffff"
#: As Excel wants it, and as it writes it itself, with the other columns behind it.
_SEPARATOR = re.compile(r'"?sep=(.)\1*"?\1*[\r\n]*', re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """The names of the columns, and how rows are split."""

    names: list[str]
    delimiter: str
    #: A space follows each delimiter and belongs to no field.
    spaced: bool
    #: Lines above it that are no part of the table.
    above: tuple[str, ...] = ()


def is_table(head: Sequence[str], columns: Columns) -> bool:
    """Whether the first lines of a text have what names a delimiter, or the header of a table with a column for the
    text, below a title perhaps.
    """
    first = head[0] if head else ""
    begins = _SEPARATOR.fullmatch(first) is not None or _of_line(first, columns) is not None
    return begins or _below(Lines(head), columns) is not None


def _of_line(line: str, columns: Columns, delimiter: str | None = None) -> Header | None:
    """The header that a line is, when a column of it has the text."""
    headers = (_split(Lines([line]), each) for each in delimiter or DELIMITERS + NO_DELIMITER)
    return next((header for header in headers if header is not None and columns.fit(header.names)), None)


def header_of(lines: Lines, columns: Columns, delimiter: str | None) -> Header:
    """The header that the next lines are, which are taken, with what stands above it.

    Raises BadInput when there is none; one without the text is left for whoever looks for it.
    """
    lines.mark()
    if found := _SEPARATOR.fullmatch(next(lines, "")):
        delimiter = delimiter or found[1]
    else:
        lines.give_back(0)
    candidates = [_split(lines, candidate) for candidate in (delimiter or DELIMITERS + NO_DELIMITER)]
    headers = [header for header in candidates if header is not None]
    best = max(headers, key=lambda header: (columns.fit(header.names), len(header.names)), default=None)
    if best is None or not columns.fit(best.names):
        below = _below(lines, columns, delimiter)
        if below is not None and below.titled:
            above = tuple(next(lines) for _ in range(below.above))
            return replace(header_of(lines, columns, delimiter), above=above)
        if below is not None and best is not None:
            raise _lacking(columns, best.names, looks_like_header(lines.number + below.above + 1, "line"))
    if best is None:
        raise BadInput("The CSV has no header: it is empty, or its first line has a quote that is not closed.")
    if len(best.names) == 1 and delimiter is None:
        best = replace(best, delimiter=NO_DELIMITER)
    # The lines that it takes are done with; how many they are may depend on the delimiter.
    _split(lines, best.delimiter, keep=True)
    # Behind the last name is no column: what stands there was cut off from a text.
    return replace(best, names=_named(best.names))


@dataclass(frozen=True, kw_only=True, slots=True)
class Below:
    """Where a table begins below other lines: how many these are, and whether they can only be its title."""

    above: int
    titled: bool


def _below(lines: Lines, columns: Columns, delimiter: str | None = None) -> Below | None:
    """Where a table begins that does not begin with the next line; what it begins with is of several columns, or names
    the delimiter.
    """
    lines.mark()
    found = None
    for above, line in enumerate(islice(lines, MOST_ABOVE + 1)):
        rows = lines.taken[:above]
        if above and (separator := _SEPARATOR.fullmatch(line)):
            found = Below(
                above=above, titled=not any(separator[1] in row.strip(separator[1] + " \r\n") for row in rows)
            )
            break
        header = _of_line(line, columns, delimiter) if above else None
        if header and len(header.names) > 1:
            cells = [[cell.strip(' "\r\n') for cell in row.split(header.delimiter)] for row in rows]
            found = Below(above=above, titled=are_titles(cells, header.names, columns))
            break
    lines.give_back(0)
    return found


def _named(names: Sequence[str]) -> list[str]:
    """Up to the last one that is there."""
    return list(names[: max((at for at, name in enumerate(names, 1) if name.strip()), default=0)])


def _lacking(columns: Columns, names: Sequence[str], hint: str) -> BadInput:
    """What is said of a header without a text."""
    try:
        columns.places(names)
    except BadInput as error:
        return BadInput(f"{error}{hint}")
    return BadInput(hint.strip())


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
