"""Puts rows into a table as fast as its database takes them: COPY into PostgreSQL, one prepared statement in SQLite."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import psycopg
from sqlalchemy import Connection, Table, select
from sqlalchemy.exc import DBAPIError

from archive.copied import FORMAT
from archive.rows import Row
from archive.tables import reviews


def by_index(connection: Connection) -> None:
    """In this transaction rows are found by an index: PostgreSQL reads tables whole that it has not looked at yet."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")


def present(connection: Connection, tenant: str, ids: Sequence[str]) -> list[str]:
    """Which of these jobs the archive has. Raises sqlalchemy.exc.SQLAlchemyError."""
    if connection.dialect.name != "postgresql":
        asked = select(reviews.c.job_id).where(reviews.c.tenant == tenant, reviews.c.job_id.in_(ids)).distinct()
        return list(connection.execute(asked).scalars())
    # One look into the primary key for each, whatever PostgreSQL believes of a table that grows quickly.
    query = """
        SELECT wanted.id FROM UNNEST(%s::VARCHAR[]) AS wanted (id)
        CROSS JOIN LATERAL (SELECT FROM reviews WHERE tenant = %s AND job_id = wanted.id LIMIT 1) AS found
    """
    return list(connection.exec_driver_sql(query, (list(ids), tenant)).scalars())


def add_rows(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    """Add rows that are not there yet. Raises sqlalchemy.exc.SQLAlchemyError."""
    _insert(connection, table, rows, "")


def copy_blocks(connection: Connection, table: Table, blocks: Iterable[bytes]) -> None:
    """Add rows that are not there yet, of `archive.copied`. Raises sqlalchemy.exc.SQLAlchemyError."""
    statement = f"COPY {table.name} ({_names(table)}) FROM STDIN {FORMAT}"
    driver: Any = connection.connection.driver_connection
    with _told(statement), driver.cursor() as cursor, cursor.copy(statement) as copy:
        for block in blocks:
            copy.write(block)


def put_rows(connection: Connection, table: Table, rows: Collection[Row], otherwise: str) -> None:
    """Add rows; `otherwise` says what becomes of one that is there, as SQL. Raises sqlalchemy.exc.SQLAlchemyError."""
    if not rows:
        return
    then = f"ON CONFLICT ({', '.join(column.name for column in table.primary_key)}) DO UPDATE SET {otherwise}"
    if connection.dialect.name != "postgresql":
        _insert(connection, table, rows, then)
        return
    # A list for each column: psycopg would otherwise send a statement for each row.
    lists = ", ".join(f"%s::{column.type.compile(connection.dialect)}[]" for column in table.c)
    values = tuple(map(_array, zip(*rows, strict=True)))
    statement = ("INSERT INTO", table.name, f"({_names(table)})", "SELECT * FROM", f"UNNEST({lists})", then)
    connection.exec_driver_sql(" ".join(statement), values)


def _insert(connection: Connection, table: Table, rows: Iterable[Row], then: str) -> None:
    values = [tuple(map(_plain, row)) for row in rows]
    if not values:
        return
    # Not as SQLAlchemy would, which takes longer over each row than SQLite.
    statement = ("INSERT INTO", table.name, f"({_names(table)})", f"VALUES ({', '.join('?' * len(table.c))})", then)
    connection.exec_driver_sql(" ".join(statement), values)


def _array(values: Sequence[Any]) -> str:
    """A list as PostgreSQL writes it, of any type: psycopg would look at each value for its own."""
    if None not in values:
        listed = '","'.join(map(str, values))
        # Most have nothing that is to be escaped.
        if listed.count('"') == 2 * len(values) - 2 and "\\" not in listed:
            return f'{{"{listed}"}}'
    return "{" + ",".join(["NULL" if value is None else f'"{_escaped(value)}"' for value in values]) + "}"


def _escaped(value: Any) -> str:
    return str(value).replace("\\", "\\\\").replace('"', '\\"')


def _names(table: Table) -> str:
    return ", ".join(column.name for column in table.c)


def _plain(value: Any) -> Any:
    """Times and days as SQLAlchemy keeps them in SQLite."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    return value.isoformat() if isinstance(value, date) else value


@contextmanager
def _told(statement: str) -> Iterator[None]:
    """What the driver raises, as SQLAlchemy would raise it: it knows no COPY."""
    try:
        yield
    except psycopg.Error as error:
        # Without the row, which may be a review.
        raise DBAPIError.instance(statement, None, error, psycopg.Error, hide_parameters=True) from error
