"""Whose turn it is to write the archive's files: one process' at a time, however many there are."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

#: PostgreSQL's advisory lock: an arbitrary number.
_LOCK = 5_120_824


@contextmanager
def turn(engine: Engine) -> Iterator[bool]:
    """Whether it is this process'; then nobody else has it until the end. Whoever dies lets go of it.

    Raises sqlalchemy.exc.SQLAlchemyError, OSError.
    """
    with _server(engine) if engine.dialect.name == "postgresql" else _file(str(engine.url.database)) as mine:
        yield mine


@contextmanager
def _server(engine: Engine) -> Iterator[bool]:
    # A transaction that has done nothing else keeps no dead row from being vacuumed, however long it takes.
    with engine.begin() as connection:
        yield bool(connection.exec_driver_sql(f"SELECT pg_try_advisory_xact_lock({_LOCK})").scalar_one())


@contextmanager
def _file(database: str) -> Iterator[bool]:
    # Not in the database: the archive would have to wait for as long as files are written.
    with Path(f"{database}-files").open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
