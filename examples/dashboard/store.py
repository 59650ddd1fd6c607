"""Where reviews are kept: one SQLite file, written by the webhook and read by the page."""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from examples.dashboard import correction_rows, review_rows
from examples.dashboard.correction import Correction
from examples.dashboard.event import Event, Review
from examples.dashboard.remembered import forget_old

SCHEMA = Path(__file__).with_name("schema.sql")

#: Columns that came later, which a file of before lacks.
ADDED = (
    ("reviews", "overall", "TEXT NOT NULL DEFAULT ''"),
    ("reviews", "asked", "INTEGER NOT NULL DEFAULT 0"),
    ("judgements", "evidence", "TEXT NOT NULL DEFAULT '[]'"),
)

#: What is asked for at every webhook, found without a look at all that is settled. In words of columns that came later.
PENDING = """
CREATE INDEX IF NOT EXISTS reviews_pending ON reviews (at DESC, number DESC, job_id)
    WHERE status = 'succeeded' AND truncated AND NOT asked;
CREATE INDEX IF NOT EXISTS batches_open ON batches (batch_id, ended_at, lines) WHERE NOT closed;
"""

#: How long a write waits for another process that is writing, in seconds.
BUSY_TIMEOUT_S = 5.0


@dataclass(frozen=True, kw_only=True)
class EndedBatch:
    """A batch that has ended."""

    id: str
    ended_at: str
    #: How many of its lines are kept.
    lines: int


class Store:
    """The database. Every thread has a connection of its own, opened when it first needs one."""

    def __init__(self, path: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._path, self._clock = path, clock
        self._local = threading.local()
        path.parent.mkdir(parents=True, exist_ok=True)
        db = self._open()
        try:
            db.executescript(SCHEMA.read_text(encoding="utf-8"))
            _add_columns(db)
            db.executescript(PENDING)
        finally:
            db.close()  # not kept: a server that forks after create_app() must not share it

    def take(self, webhook_id: str, event: Event) -> bool:
        """Keep an event, once. False when this `webhook-id` was taken before: then nothing changes."""
        moment = self._clock()
        now = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        with self._transaction("BEGIN IMMEDIATE") as db:
            forget_old(db, moment)
            taken = db.execute(
                "INSERT INTO deliveries VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (webhook_id, event.type, now)
            )
            if taken.rowcount == 0:
                return False
            for subject in event.erased:
                _erase(db, subject, event.at)
            if event.review is not None and not _is_erased(db, event.review.job_id, event.at):
                review_rows.put(db, event.review)
            if event.batch_id is not None and not _is_erased(db, event.batch_id, event.at):
                db.execute(
                    "INSERT INTO batches (batch_id, ended_at) VALUES (?, ?) ON CONFLICT DO NOTHING",
                    (event.batch_id, event.at),
                )
            # Compared by the sender's clock, so that a late "disabled" never hides that we are enabled again.
            _latest(db, "disabled_at" if event.type == "endpoint.disabled" else "enabled_at", event.at)
            _latest(db, "received_at", now)
            _changed(db)
        if event.erased:
            # What was deleted is not in the database file any more; this takes it out of what is written ahead, too.
            self._connection().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return True

    def open_batches(self) -> list[EndedBatch]:
        """Batches that have ended and are not read to their end."""
        rows = self._connection().execute(
            "SELECT batch_id, ended_at, lines FROM batches INDEXED BY batches_open WHERE NOT closed"
        )
        return [EndedBatch(id=row["batch_id"], ended_at=row["ended_at"], lines=row["lines"]) for row in rows]

    def keep(self, batch: EndedBatch, reviews: Sequence[Review], *, lines: int) -> EndedBatch:
        """Keep the reviews in a batch's next `lines`, all or none; the batch as it is then."""
        read = replace(batch, lines=batch.lines + lines)
        with self._transaction("BEGIN IMMEDIATE") as db:
            # It may have been deleted while its lines were on their way, or some of them.
            for review in reviews if not _is_erased(db, batch.id, batch.ended_at) else ():
                if not _is_erased(db, review.job_id, batch.ended_at):
                    review_rows.put(db, review)
            db.execute("UPDATE batches SET lines = ? WHERE batch_id = ?", (read.lines, batch.id))
            _changed(db)
        return read

    def close(self, batch: EndedBatch) -> None:
        """There is no more of a batch to read."""
        with self._transaction("BEGIN IMMEDIATE") as db:
            db.execute("UPDATE batches SET closed = 1 WHERE batch_id = ?", (batch.id,))

    def truncated_jobs(self, most: int) -> list[str]:
        """Jobs whose results were too long for their event, and that nobody has asked for yet; the newest first."""
        rows = self._connection().execute(
            "SELECT job_id FROM reviews INDEXED BY reviews_pending"
            " WHERE status = 'succeeded' AND truncated AND NOT asked ORDER BY at DESC, number DESC LIMIT ?",
            (most,),
        )
        return [row["job_id"] for row in rows]

    def complete(self, job_id: str, review: Review | None) -> None:
        """What the API says of a job whose event was too long; None: it says nothing of it, and is not asked again."""
        with self._transaction("BEGIN IMMEDIATE") as db:
            # It may have been deleted, or told anew, while the answer was on its way.
            known = db.execute("SELECT version FROM reviews WHERE job_id = ?", (job_id,)).fetchone()
            if known is not None and review is not None and review.version >= known["version"]:
                review_rows.write(db, replace(review, job_id=job_id))
            db.execute("UPDATE reviews SET asked = 1 WHERE job_id = ?", (job_id,))
            _changed(db)

    def has_sentence(self, correction: Correction) -> bool:
        """Whether the sentence that somebody speaks of is here."""
        return correction_rows.has_sentence(self._connection(), correction)

    def correct(self, correction: Correction) -> bool:
        """Keep what somebody says of a judgement; it counts from now on. False when there is no such sentence."""
        with self._transaction("BEGIN IMMEDIATE") as db:
            found = correction_rows.put(db, correction)
            if found:
                _changed(db)
        return found

    def revision(self) -> str:
        """A mark that differs whenever something has changed, across restarts too."""
        return read_revision(self._connection())

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One consistent view of the data for several queries."""
        with self._transaction("BEGIN") as db:
            yield db

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        db = self._connection()
        db.execute(begin)
        try:
            yield db
        except BaseException:
            db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")

    def _connection(self) -> sqlite3.Connection:
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            db = self._local.db = self._open()
        return db

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA journal_mode = WAL")
        # FULL, not WAL's usual NORMAL: Kritiq forgets a delivery that we acknowledge, so it must be on the disk.
        db.execute("PRAGMA synchronous = FULL")
        # What is deleted is overwritten.
        db.execute("PRAGMA secure_delete = ON")
        return db


def _add_columns(db: sqlite3.Connection) -> None:
    """Bring a file of an earlier version up to date; of several processes that begin together one does it."""
    db.execute("BEGIN IMMEDIATE")
    for table, column, kind in ADDED:
        if column not in {row["name"] for row in db.execute(f"PRAGMA table_info({table})")}:
            db.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
    db.execute("COMMIT")


def read_revision(db: sqlite3.Connection) -> str:
    """The store's revision as seen by this connection."""
    row = db.execute(
        "SELECT max(value) FILTER (WHERE key = 'epoch') || '-' || max(value) FILTER (WHERE key = 'revision') FROM state"
    ).fetchone()
    return str(row[0])


def _erase(db: sqlite3.Connection, subject: str, moment: str) -> None:
    """Delete what is kept of a job, or of each line of a batch, and remember that: events may overtake each other."""
    # A slash is what follows a dot: a range, unlike a comparison of beginnings, is found by the index.
    mine = "job_id = :subject OR (job_id > :subject || '.' AND job_id < :subject || '/')"
    for table in ("judgements", "corrections", "sentences", "reviews"):
        db.execute(f"DELETE FROM {table} WHERE {mine}", {"subject": subject})  # noqa: S608  names of our own
    db.execute("DELETE FROM batches WHERE batch_id = ?", (subject,))
    db.execute(
        "INSERT INTO erased VALUES (?, ?) ON CONFLICT DO UPDATE SET at = max(at, excluded.at)", (subject, moment)
    )


def _is_erased(db: sqlite3.Connection, subject: str, moment: str) -> bool:
    """Whether what a job or batch came to then was deleted since."""
    row = db.execute("SELECT 1 FROM erased WHERE subject = ? AND at >= ?", (subject, moment)).fetchone()
    return row is not None


def _changed(db: sqlite3.Connection) -> None:
    db.execute("UPDATE state SET value = value + 1 WHERE key = 'revision'")


def _latest(db: sqlite3.Connection, key: str, moment: str) -> None:
    db.execute(
        "INSERT INTO state VALUES (?, ?) ON CONFLICT DO UPDATE SET value = max(value, excluded.value)", (key, moment)
    )
