"""Judgements as a table for spreadsheets."""

import csv
import io
import sqlite3
from collections.abc import Iterable

COLUMNS = ("at", "restaurant", "job_id", "text", "aspect", "polarity", "confidence")
#: How a cell begins that a spreadsheet would compute.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(rows: Iterable[sqlite3.Row]) -> str:
    """A row for each judgement, with the mark by which Excel knows UTF-8; what would be a formula is behind a quote."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([_cell(row[name]) for name in COLUMNS] for row in rows)
    return "\ufeff" + out.getvalue()


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
