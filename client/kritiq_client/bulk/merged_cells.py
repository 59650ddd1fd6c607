"""Merged cells of a workbook: of several rows, of which each has what stands in the first of them, as people see it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kritiq_client.bulk.places import Places

#: What closes a sheet's cells, behind which the merged ones are listed, and one of these: B2:B5.
_END = re.compile(rb"</(?:\w+:)?sheetData>|<(?:\w+:)?sheetData\s*/>")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z]+)(\d+):[A-Z]+(\d+)[\"']")
#: Bytes that are looked at at once, and how many of them may be the beginning of what closes the cells.
_PIECE, _OVERLAP = 2**20, 64


@dataclass(frozen=True, kw_only=True, slots=True)
class Merged:
    """What is merged over several rows in the columns that a table is read from."""

    #: By the place of the column, from 0: the last row by the first one, from 1.
    spans: Mapping[int, Mapping[int, int]]
    #: By the place, too: the last row of what is merged there now, and what stands in it.
    _now: dict[int, tuple[int, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, book: Any, sheet: Any, *, below: int, places: Places) -> "Merged":
        """Those of a sheet below a row, of the columns of what goes with a review: a text is of one row."""
        wanted = {place for found in places.details.values() for place in found} | set(places.metadata.values())
        spans: dict[int, dict[int, int]] = {}
        # openpyxl does not say where it is read row by row.
        with book._archive.open(sheet._worksheet_path) as source:
            tail = b""
            while piece := source.read(_PIECE):
                tail += piece
                if _END.search(tail):
                    tail += source.read()
                    break
                tail = tail[-_OVERLAP:]
        for column, first, last in _MERGED.findall(tail):
            place = _place(column.decode())
            if place in wanted and int(last) > int(first) > below:
                spans.setdefault(place, {})[int(first)] = int(last)
        return cls(spans=spans)

    def fill(self, at: int, cells: list[Any]) -> None:
        """Put into a row what is merged into it from rows above. Rows are given in their order."""
        for place, spans in self.spans.items():
            if at in spans:
                self._now[place] = spans[at], cells[place]
            elif place in self._now and at <= self._now[place][0] and cells[place] is None:
                cells[place] = self._now[place][1]


def _place(column: str) -> int:
    place = 0
    for letter in column:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1
