"""Reviews as a script of SQL that SQLite and PostgreSQL run: the tables, and their rows."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.schema import CreateTable

from archive.review import Review
from archive.rows import feedback_rows, opinion_rows, review_row, sentence_rows
from archive.tables import feedback, opinions, reviews, sentences

#: Both databases can refuse it in an archive by this alone.
_BEGIN = b"""BEGIN;
-- Fails where the database is an archive, whose sums would not know of these rows: `kritiq archive import` reads what
-- `kritiq archive export --format jsonl` writes.
CREATE TABLE kritiq_archive (place INTEGER);
DROP TABLE kritiq_archive;
"""


def script(found: Iterable[Review]) -> Iterator[bytes]:
    """The script, piece by piece: one transaction, which fails as a whole where a review is there already.

    SQLite's shell goes on behind what fails, to the end, unless it is told not to (`-bail`).
    """
    yield _BEGIN
    # SQLite takes any name of a type.
    dialect = make_url("postgresql+psycopg://").get_dialect()()
    for table in (reviews, sentences, opinions, feedback):
        made = str(CreateTable(table, if_not_exists=True).compile(dialect=dialect))
        yield f"{made.strip()};\n".encode()
    for review in found:
        rows = {
            reviews: [review_row(review)],
            sentences: sentence_rows(review),
            opinions: opinion_rows(review),
            feedback: feedback_rows(review),
        }
        for table, own in rows.items():
            if values := ",\n".join(f"({', '.join(map(literal, row))})" for row in own):
                names = ", ".join(column.name for column in table.c)
                yield f"INSERT INTO {table.name} ({names}) VALUES\n{values};\n".encode()
    yield b"COMMIT;\n"


def literal(value: Any) -> str:
    """A value as SQL writes it."""
    if value is None:
        return "NULL"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime):
        return f"'{value.astimezone(UTC).isoformat(' ')}'"
    text = value.isoformat() if isinstance(value, date) else str(value)
    return "'" + text.replace("'", "''") + "'"
