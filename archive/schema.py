"""Opens the archive's database: makes its tables, brings older ones up to date, and refuses what is newer."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import sqlalchemy
from sqlalchemy import Connection, Engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from archive.migrations import SCHEMA, check_schema, migrate, refuse_newer
from archive.readers import protect
from archive.statistics import tell_statistics
from archive.tables import metadata, progress
from archive.views import make_views
from jobs.errors import SettingsError, Unavailable
from jobs.settings import Settings
from store.outbox import BEGINNING

#: No two processes make the tables at once (PostgreSQL's advisory lock): an arbitrary number.
_LOCK = 5_120_823
#: How long SQLite waits for another process that writes, in seconds.
_BUSY_S = 10
#: Whoever waits for an answer of PostgreSQL notices within a minute that its machine is gone.
_KEEPALIVES = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
#: How long whoever reads waits for one of the connections, in seconds.
_WAIT_S = 5
_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


def open_archive(settings: Settings, *, read_only: bool = False) -> Engine:
    """The database that the settings name; no connection is made. Raises SettingsError, without the address.

    `read_only`: nothing is changed, and no file made.
    """
    try:
        url = make_url(settings.archive_address)
    except (ArgumentError, ValueError):
        raise SettingsError("KRITIQ_ARCHIVE_URL: is no address of a database") from None
    name = url.drivername
    options: dict[str, Any] = {"pool_pre_ping": True, "hide_parameters": True}
    if name == "sqlite":
        path = Path(str(url.database))
        if read_only:
            url = url.set(database=path.resolve().as_uri()).update_query_dict({"mode": "ro", "uri": "true"})
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
        options = {"connect_args": {"timeout": _BUSY_S}, "hide_parameters": True}
    else:
        options["connect_args"] = {"connect_timeout": 5, **_KEEPALIVES}
    if read_only:
        options["pool_timeout"] = _WAIT_S
    try:
        engine = sqlalchemy.create_engine(url.set(drivername=_DRIVERS[name]), **options)
    except ModuleNotFoundError as error:
        raise SettingsError(f"KRITIQ_ARCHIVE_URL: {error.name} is not installed here (the extra `archive`).") from None
    if name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    elif read_only:
        engine = engine.execution_options(postgresql_readonly=True)
    return engine


def consistent(engine: Engine) -> Engine:
    """The same database, each of whose transactions sees it as it was at its first question, whatever others change
    meanwhile; for reading. SQLite has no others.
    """
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def may_be_there(engine: Engine) -> bool:
    """Whether there is a database at all; of a server's that is not known without a connection."""
    found = urlsplit(str(engine.url.database))
    return found.scheme != "file" or Path(unquote(found.path)).exists()


def _set_up_sqlite(connection: Any, record: object) -> None:
    # The driver would begin transactions by itself, and none for what makes tables.
    connection.isolation_level = None
    # What is deleted is overwritten in the file.
    connection.execute("PRAGMA secure_delete = ON")


def _begin_sqlite(connection: Connection) -> None:
    # Whoever writes holds the file from the beginning, so that no two find each other in the way halfway.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


def prepare(engine: Engine) -> None:
    """Make the tables, or bring them up to `SCHEMA`. Raises SettingsError for newer ones."""
    with engine.execution_options(writes=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        found = _schema_of(connection)
        refuse_newer(found)
        if found == SCHEMA:
            return
        if found is None:
            metadata.create_all(connection)
            connection.execute(progress.insert().values(schema=SCHEMA, place=BEGINNING))
        else:
            _keep_out(connection)
            migrate(connection, found)
            connection.execute(progress.update().values(schema=SCHEMA))
        protect(connection)
        make_views(connection)
        tell_statistics(connection)


def _keep_out(connection: Connection) -> None:
    """A process of the version before, which may still run, reads and writes nothing until the tables are made.

    It begins all that it does at this table: whoever had come further would wait for us while we wait for them.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"LOCK TABLE {progress.name} IN ACCESS EXCLUSIVE MODE")


def check(engine: Engine) -> None:
    """Raises SettingsError for a database that has no archive, or one of another version."""
    with engine.begin() as connection:
        there = is_there(connection)
    if not there:
        raise SettingsError("There is no archive in this database: `kritiq archive` makes it.")


def is_there(connection: Connection) -> bool:
    """Whether the database has an archive. Raises SettingsError for one of another version."""
    found = _schema_of(connection)
    if found is not None:
        check_schema(found)
    return found is not None


@contextmanager
def reading(engine: Engine) -> Iterator[None]:
    """What goes wrong with the database meanwhile is raised as Unavailable; it is closed afterwards."""
    try:
        yield
    except SQLAlchemyError as error:
        raise Unavailable(f"The archive cannot be read: {words(error)}") from error
    finally:
        engine.dispose()


def words(error: Exception) -> str:
    """What is wrong, without statements and values: details of PostgreSQL's may have rows in them."""
    message = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    return message.strip().partition("\n")[0]


def _schema_of(connection: Connection) -> int | None:
    if not sqlalchemy.inspect(connection).has_table(progress.name):
        return None
    return int(connection.execute(sqlalchemy.select(progress.c.schema)).scalar_one())
