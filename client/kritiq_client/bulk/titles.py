"""Rows above a table's header, such as its title and when it was made: whether they can be left out.

A title that is taken for reviews is an error that says what to do; a review that is taken for a title would be lost. So
a row that could be a review is no title.
"""

import re
from collections.abc import Sequence
from typing import Any

from kritiq_client.bulk.columns import Columns
from kritiq_client.bulk.records import BadInput

#: Rows that may stand above a header.
MOST_ABOVE = 10
#: Characters of them that are shown.
MOST_SHOWN = 60
#: Three words and more, with a mark behind them.
_SENTENCE = re.compile(r"\w+\W+\w+\W.*[^\W\d_][.!?…]+\W*", re.DOTALL)


def are_titles(above: Sequence[Sequence[Any]], names: Sequence[str], columns: Columns) -> bool:
    """Whether no row above a header with these names, of which one is the text's, could be a review.

    A cell by itself is a title, for a review has an id, a date or stars beside it; so is a cell beside its name, and a
    single row of more cells. Rows of more than two cells, or as wide as the table, stand above a header that is known
    by two names; without an empty row between, such ones have nothing where the texts stand.
    """
    try:
        places = columns.places(names)
    except BadInput:
        return False
    known = places.identity is not None or bool(places.details)
    apart, doubtful, several = False, False, list[int]()
    for row in reversed(above):
        cells = [str(cell).strip() for cell in row if cell is not None and str(cell).strip()]
        apart = apart or not cells
        if len(cells) < 2:
            continue
        several.append(len(cells))
        wide = len(row) >= len(names)
        doubtful = doubtful or wide or len(cells) > 2
        told = wide and any(row[place] is not None and str(row[place]).strip() for place in places.texts)
        if (told and not apart) or not _is_name(cells[0]) or any(map(_SENTENCE.fullmatch, cells)):
            return False
    return (known or not doubtful) and (max(several, default=0) <= 2 or len(several) == 1)


def left_out(rows: Sequence[Sequence[Any]], unit: str) -> str:
    """What is said of the rows above a header, of which none could be told to be a review; nothing of empty ones."""
    cells = [str(cell).strip() for row in rows for cell in row if cell is not None]
    joined = "; ".join(filter(None, cells))
    where = f"{unit} 1 stands" if len(rows) == 1 else f"{unit}s 1 to {len(rows)} stand"
    shown = joined if len(joined) <= MOST_SHOWN else f"{joined[:MOST_SHOWN]}…"
    return f"{where} above the header, and nothing there is read as a review: {shown!r}" if joined else ""


def looks_like_header(number: int, unit: str) -> str:
    """What to do about a header below rows that may be reviews."""
    where = f"{unit.capitalize()} {number}"
    return f" {where} looks like the header: if what stands above it is only a title, delete that."


def _is_name(cell: str) -> bool:
    """Whether a cell says what stands beside it: letters, and where there are digits several words. An id is none."""
    return any(map(str.isalpha, cell)) and (" " in cell or not any(map(str.isdigit, cell)))
