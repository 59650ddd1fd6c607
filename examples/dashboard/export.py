"""Judgements as a table for spreadsheets."""

import csv
import io
import sqlite3
from collections.abc import Iterable, Iterator

from examples.dashboard import report
from examples.dashboard.selection import Selection
from examples.dashboard.store import Store

COLUMNS = ("at", "restaurant", "job_id", "text", "aspect", "polarity", "confidence", "judged")
#: How a cell begins that a spreadsheet would compute.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(store: Store, chosen: Selection) -> Iterator[str]:
    """A row for each judgement, with the mark by which Excel knows UTF-8; what would be a formula is behind a quote.

    `judged` is what the model had said of a judgement that somebody corrected or confirmed; `none`: nothing.

    It comes in parts, each read when it is asked for: who saves slowly holds up nobody who writes or deletes.
    """
    yield "\ufeff" + _lines([COLUMNS])
    for rows in _parts(store, chosen):
        yield _lines([_cell(row[name]) for name in COLUMNS] for row in rows)


def _parts(store: Store, chosen: Selection) -> Iterator[list[sqlite3.Row]]:
    end: report.Place | None = None
    while True:
        with store.reading() as db:
            rows, end = report.exported(db, chosen, end)
        yield rows
        if end is None:
            return


def _lines(rows: Iterable[Iterable[object]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
