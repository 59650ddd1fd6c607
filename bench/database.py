"""A database for a benchmark of the archive."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import sqlalchemy
from pydantic import SecretStr
from sqlalchemy import Engine

from archive.schema import open_archive
from archive.tables import metadata, progress
from archive.views import drop_views
from jobs.settings import load_settings


@contextmanager
def empty_database(url: str | None) -> Iterator[Engine]:
    """One of PostgreSQL, or of SQLite in a temporary folder: there is no archive in it, and is none afterwards either.

    Raises click.UsageError for one that has an archive, and for what is no address.
    """
    if url is not None and not re.match(r"(postgresql|postgres)://.", url):
        raise click.UsageError("--url should be postgresql://user:password@host/database")
    with tempfile.TemporaryDirectory() as folder:
        address = url or f"sqlite:///{Path(folder, 'archive.db')}"
        engine = open_archive(load_settings().model_copy(update={"archive_url": SecretStr(address)}))
        try:
            if sqlalchemy.inspect(engine).has_table(progress.name):
                raise click.UsageError("There is an archive in this database: name an empty one.")
            try:
                yield engine
            finally:
                clear(engine)
        finally:
            engine.dispose()


def clear(engine: Engine) -> None:
    """Take the archive away."""
    with engine.execution_options(writes=True).begin() as connection:
        drop_views(connection)
        metadata.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE IF EXISTS kritiq_readers")
