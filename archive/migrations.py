"""How the archive's tables became what they are: the statements that lead to each schema from the one before."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, DateTime, Double

from archive.tables import BY_BYTES
from jobs.errors import SettingsError

#: Which schema this version of Kritiq writes.
SCHEMA = 16
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
    # What people said of judgements.
    15: (
        "CREATE TABLE feedback (tenant VARCHAR NOT NULL, job_id VARCHAR NOT NULL, line INTEGER NOT NULL,"
        " sentence INTEGER NOT NULL, aspect VARCHAR NOT NULL, polarity VARCHAR NOT NULL, judged VARCHAR NOT NULL,"
        " confidence {double}, model VARCHAR, model_version VARCHAR, said_by VARCHAR, said_by_digest VARCHAR,"
        " said_at {time} NOT NULL, PRIMARY KEY (tenant, job_id, line, sentence, aspect))",
        "CREATE INDEX feedback_by_person ON feedback (tenant, said_by_digest) WHERE said_by_digest IS NOT NULL",
    ),
    # What is deleted while imports run.
    16: (
        "CREATE TABLE IF NOT EXISTS imports (import_id VARCHAR NOT NULL, tenant VARCHAR NOT NULL,"
        " heard_at {time} NOT NULL, PRIMARY KEY (import_id))",
        "CREATE TABLE IF NOT EXISTS deleted_meanwhile (import_id VARCHAR NOT NULL, kind VARCHAR NOT NULL,"
        " name VARCHAR NOT NULL, PRIMARY KEY (import_id, kind, name))",
    ),
}
_MONTH = {"sqlite": "DATE(day, 'start of month')", "postgresql": "DATE_TRUNC('month', day)::DATE"}


def migrate(connection: Connection, found: int) -> None:
    """Bring tables of an older schema up to `SCHEMA`. Raises sqlalchemy.exc.SQLAlchemyError."""
    words = _words(connection)
    for number in range(found + 1, SCHEMA + 1):
        for statement in MIGRATIONS[number]:
            connection.exec_driver_sql(statement.format(**words))


def check_schema(found: int) -> None:
    """Raises SettingsError for that of another version of Kritiq."""
    refuse_newer(found)
    if found < SCHEMA:
        raise SettingsError("The archive is of an older Kritiq: start `kritiq archive` once.")


def refuse_newer(found: int | None) -> None:
    """Raises SettingsError for that of a newer one; None: there are no tables yet."""
    if found is not None and found > SCHEMA:
        raise SettingsError(f"The archive is of a newer Kritiq (schema {found}, this one knows {SCHEMA}).")


def _words(connection: Connection) -> Mapping[str, str]:
    return {
        "by_bytes": f'"{BY_BYTES[connection.dialect.name]}"',
        "time": DateTime(timezone=True).compile(connection.dialect),
        "double": Double().compile(connection.dialect),
        "month": _MONTH[connection.dialect.name],
    }
