"""Opens the archive's database: makes its tables, brings older ones up to date, and refuses what is newer."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import sqlalchemy
from sqlalchemy import Connection, DateTime, Double, Engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from archive.readers import protect
from archive.statistics import tell_statistics
from archive.tables import BY_BYTES, metadata, progress
from archive.views import make_views
from jobs.errors import SettingsError, Unavailable
from jobs.settings import Settings
from store.outbox import BEGINNING

#: Which schema this version of Kritiq writes.
SCHEMA = 14
#: The statements that lead to a schema from the one before it; `by_bytes` is the database's word in `BY_BYTES`, and
#: `time` and `double` are its names for those types, and `month` is the first day of a `day`'s month.
MIGRATIONS: Mapping[int, Sequence[str]] = {
    2: (
        "CREATE TABLE changed_days (tenant VARCHAR NOT NULL, day DATE NOT NULL, times INTEGER NOT NULL,"
        " PRIMARY KEY (tenant, day))",
    ),
    # Who reads what in PostgreSQL: `archive.readers`.
    3: (),
    4: ("ALTER TABLE kritiq_archive ADD COLUMN files VARCHAR",),
    # An index, which 7 makes.
    5: (),
    6: ("CREATE TABLE shortened (tenant VARCHAR NOT NULL, days INTEGER NOT NULL, upto VARCHAR, PRIMARY KEY (tenant))",),
    # Earlier builds made it in the order of the database's language, in which no page is.
    7: (
        "DROP INDEX IF EXISTS reviews_by_creation",
        "CREATE INDEX reviews_by_creation ON reviews (tenant, created_at, job_id COLLATE {by_bytes}) WHERE line = 0",
    ),
    # What answers tell of a job beside its result, and of its sentences beside what they say.
    8: (
        "ALTER TABLE reviews ADD COLUMN attempt INTEGER",
        "ALTER TABLE reviews ADD COLUMN priority VARCHAR",
        "ALTER TABLE reviews ADD COLUMN error_message VARCHAR",
        "ALTER TABLE reviews ADD COLUMN reviewed_at VARCHAR",
        "ALTER TABLE reviews ADD COLUMN started_at {time}",
        "ALTER TABLE reviews ADD COLUMN overall VARCHAR",
        "ALTER TABLE reviews ADD COLUMN overall_confidence {double}",
        "ALTER TABLE reviews ADD COLUMN details VARCHAR",
        "ALTER TABLE sentences ADD COLUMN truncated BOOLEAN",
        "ALTER TABLE sentences ADD COLUMN unmentioned VARCHAR",
        "ALTER TABLE opinions ADD COLUMN low_confidence BOOLEAN",
        "ALTER TABLE opinions ADD COLUMN evidence VARCHAR",
    ),
    # Views: `archive.views`.
    9: (),
    10: (
        "CREATE TABLE model_cards (model VARCHAR NOT NULL, model_version VARCHAR NOT NULL, method VARCHAR NOT NULL,"
        " languages VARCHAR NOT NULL, sentences INTEGER, mentioned_f1 {double}, judged_f1 {double},"
        " aspects VARCHAR NOT NULL, card VARCHAR NOT NULL, PRIMARY KEY (model, model_version))",
    ),
    # What is asked of a year of an organisation reads no row of each of its reviews.
    11: (
        "CREATE TABLE daily_totals (tenant VARCHAR NOT NULL, day DATE NOT NULL, aspect VARCHAR NOT NULL,"
        " polarity VARCHAR NOT NULL, sentences INTEGER NOT NULL, PRIMARY KEY (tenant, day, aspect, polarity))",
        "INSERT INTO daily_totals SELECT tenant, day, aspect, polarity, SUM(sentences) FROM daily"
        " GROUP BY tenant, day, aspect, polarity",
        "DROP INDEX IF EXISTS daily_by_day",
        "CREATE INDEX daily_by_aspect ON daily (tenant, aspect, day, restaurant, polarity, sentences)",
        "DROP INDEX IF EXISTS reviews_by_author",
        "CREATE INDEX reviews_by_author ON reviews (tenant, author_digest, day)",
    ),
    # What is asked of all restaurants, or of all who write, reads a row for each month, or for each of them.
    12: (
        "CREATE TABLE monthly (tenant VARCHAR NOT NULL, aspect VARCHAR NOT NULL, month DATE NOT NULL,"
        " restaurant VARCHAR NOT NULL, polarity VARCHAR NOT NULL, sentences INTEGER NOT NULL,"
        " PRIMARY KEY (tenant, aspect, month, restaurant, polarity))",
        "INSERT INTO monthly SELECT tenant, aspect, {month}, restaurant, polarity, SUM(sentences) FROM daily"
        " GROUP BY 1, 2, 3, 4, 5",
        "DROP INDEX IF EXISTS daily_by_aspect",
        "CREATE TABLE authors (tenant VARCHAR NOT NULL, author_digest VARCHAR NOT NULL, reviews INTEGER NOT NULL,"
        " PRIMARY KEY (tenant, author_digest))",
        "INSERT INTO authors SELECT tenant, author_digest, COUNT(*) FROM reviews WHERE author_digest IS NOT NULL"
        " GROUP BY tenant, author_digest",
        "CREATE INDEX authors_by_reviews ON authors (tenant, reviews)",
        # It was a view.
        "DROP VIEW IF EXISTS batches",
        "CREATE TABLE batches (tenant VARCHAR NOT NULL, batch_id VARCHAR NOT NULL, created_at {time} NOT NULL,"
        " finished_at {time} NOT NULL, total INTEGER NOT NULL, succeeded INTEGER NOT NULL, failed INTEGER NOT NULL,"
        " canceled INTEGER NOT NULL, expired INTEGER NOT NULL, PRIMARY KEY (tenant, batch_id))",
        "INSERT INTO batches SELECT tenant, batch_id, MIN(created_at), MAX(finished_at), COUNT(*),"
        " SUM(CASE WHEN status = 'succeeded' THEN 1 ELSE 0 END), SUM(CASE WHEN status = 'failed' THEN 1 ELSE 0 END),"
        " SUM(CASE WHEN status = 'canceled' THEN 1 ELSE 0 END), SUM(CASE WHEN status = 'expired' THEN 1 ELSE 0 END)"
        " FROM reviews WHERE batch_id IS NOT NULL GROUP BY tenant, batch_id",
        "CREATE INDEX batches_by_creation ON batches (tenant, created_at)",
        # What most reviews have not is in no index of it.
        "DROP INDEX IF EXISTS reviews_by_batch",
        "CREATE INDEX reviews_by_batch ON reviews (tenant, batch_id, line) WHERE batch_id IS NOT NULL",
        "DROP INDEX IF EXISTS reviews_to_forget",
        "CREATE INDEX reviews_to_forget ON reviews (forget_at) WHERE forget_at IS NOT NULL",
    ),
    13: ("CREATE INDEX reviews_of_lines ON reviews (tenant, restaurant, created_at) WHERE line > 0",),
    # What was odd about lines of batches, and the restaurant that was said of a batch as a whole.
    14: ("ALTER TABLE reviews ADD COLUMN warnings VARCHAR", "ALTER TABLE batches ADD COLUMN restaurant VARCHAR"),
}
#: No two processes make the tables at once (PostgreSQL's advisory lock): an arbitrary number.
_LOCK = 5_120_823
#: How long SQLite waits for another process that writes, in seconds.
_BUSY_S = 10
#: Whoever waits for an answer of PostgreSQL notices within a minute that its machine is gone.
_KEEPALIVES = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
#: How long whoever reads waits for one of the connections, in seconds.
_WAIT_S = 5
_MONTH = {"sqlite": "DATE(day, 'start of month')", "postgresql": "DATE_TRUNC('month', day)::DATE"}
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
        _check(found)
        if found is None:
            metadata.create_all(connection)
            connection.execute(progress.insert().values(schema=SCHEMA, place=BEGINNING))
        else:
            for number in range(found + 1, SCHEMA + 1):
                for statement in MIGRATIONS[number]:
                    connection.exec_driver_sql(statement.format(**_words(connection)))
            connection.execute(progress.update().values(schema=SCHEMA))
        if found != SCHEMA:
            protect(connection)
            make_views(connection)
            tell_statistics(connection)


def _words(connection: Connection) -> Mapping[str, str]:
    return {
        "by_bytes": f'"{BY_BYTES[connection.dialect.name]}"',
        "time": DateTime(timezone=True).compile(connection.dialect),
        "double": Double().compile(connection.dialect),
        "month": _MONTH[connection.dialect.name],
    }


def check(engine: Engine) -> None:
    """Raises SettingsError for a database that has no archive, or one of another version."""
    with engine.begin() as connection:
        there = is_there(connection)
    if not there:
        raise SettingsError("There is no archive in this database: `kritiq archive` makes it.")


def is_there(connection: Connection) -> bool:
    """Whether the database has an archive. Raises SettingsError for one of another version."""
    found = _schema_of(connection)
    _check(found)
    if found is not None and found < SCHEMA:
        raise SettingsError("The archive is of an older Kritiq: start `kritiq archive` once.")
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
    said = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    return said.strip().partition("\n")[0]


def _schema_of(connection: Connection) -> int | None:
    if not sqlalchemy.inspect(connection).has_table(progress.name):
        return None
    return int(connection.execute(sqlalchemy.select(progress.c.schema)).scalar_one())


def _check(found: int | None) -> None:
    if found is not None and found > SCHEMA:
        raise SettingsError(f"The archive is of a newer Kritiq (schema {found}, this one knows {SCHEMA}).")
