"""The archive as the API reads it."""

import logging
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from datetime import UTC, date, datetime

from sqlalchemy import ColumnElement, Connection, DateTime, Engine, literal_column, or_, select
from sqlalchemy.exc import SQLAlchemyError

from archive.filters import by_author, by_index, one_by_one
from archive.migrations import check_schema
from archive.past_batches import batch_of, batches_page, lines_about, lines_of
from archive.past_job import job_of, result_of
from archive.reading import heads, place_at, whole
from archive.review import Review
from archive.schema import is_there, may_be_there, open_archive, words
from archive.tables import BY_BYTES, JOBS, daily, progress, reviews
from archive.times import ms_of, time_of
from jobs.batch import Batch, BatchFilter
from jobs.errors import SettingsError, Unavailable
from jobs.history import Deletions, Found, PastLine
from jobs.judgements import DayRange, Days
from jobs.line import LineFilter, LinePage
from jobs.settings import Settings
from jobs.stored import JobFilter, Page, Stored
from store.sealing import PLAIN, Sealing

log = logging.getLogger(__name__)

#: A page looks at no more jobs than this for what no index has.
MOST_LOOKED_AT = 10_000
#: How long a question to PostgreSQL may take, in milliseconds: whoever asks the API has a thread of it meanwhile.
MOST_MS = 5_000


class ArchiveHistory:
    """See `jobs.history.History`. It changes nothing, and makes no tables: before `kritiq archive` has, it is empty."""

    def __init__(self, engine: Engine, sealing: Sealing = PLAIN) -> None:
        """`engine`: of `open_archive`, to read only. `sealing`: how what guests wrote is encrypted."""
        self._engine, self._sealing = engine, sealing
        self._ready = False
        #: Why it is not to be read, as it was logged.
        self._refused: str | None = None

    @property
    def on(self) -> bool:
        """Whether there is a database; of a server's that is supposed. It may be made at any time."""
        return self._ready or may_be_there(self._engine)

    def page(
        self, tenant: str, wanted: JobFilter, *, size: int, before: tuple[int, str] | None, without: Deletions
    ) -> Page:
        """As `jobs.history.History.page`. One page looks at no more than `MOST_LOOKED_AT` jobs."""
        created_at: ColumnElement[datetime] = reviews.c.created_at
        if wanted.external_author is not None and self._engine.dialect.name == "sqlite":
            # Not by the index of creation: SQLite would go through all jobs for one author's.
            created_at = literal_column("+reviews.created_at", DateTime)
        which = [JOBS, reviews.c.tenant == tenant, *by_index(wanted, created_at)]
        if wanted.external_author is not None:
            which.append(by_author(self._sealing.authors(tenant, wanted.external_author)))
        job_id = self._by_bytes(reviews.c.job_id)
        if before is not None:
            # Places are whole milliseconds, and earlier imports have parts of them.
            which += [
                created_at < time_of(before[0] + 1),
                or_(created_at < time_of(before[0]), job_id < before[1]),
            ]
        order = (created_at.desc(), job_id.desc())
        rare = list(one_by_one(wanted))
        with self._reading() as connection:
            if connection is None:
                return Page(jobs=())
            end = place_at(connection, *which, order=order, number=MOST_LOOKED_AT) if rare else None
            if end is not None:
                at, last_id = end
                which += [created_at >= at, or_(created_at > at, job_id >= last_id)]
            found = heads(connection, _kept(), *which, *rare, order=order, most=size, sealing=self._sealing)
        jobs = [job_of(review) for review in found if not _covered(without, review)]
        if len(found) == size:
            end = (found[-1].created_at, found[-1].job_id)
        return Page(jobs=jobs, next=None if end is None else (ms_of(end[0]), end[1]))

    def get(self, tenant: str, job_id: str, *, without: Deletions) -> Stored | None:
        """As `jobs.history.History.get`."""
        with self._reading() as connection:
            mine = (JOBS, _kept(), reviews.c.job_id == job_id)
            found = [] if connection is None else whole(connection, tenant, *mine, sealing=self._sealing)
        for review in found:
            if not _covered(without, review):
                job, result = job_of(review), result_of(review)
                if review.erased and result is not None:
                    return Stored(job=job, archived=True, erased=True)
                return Stored(job=job, result=result, archived=True)
        return None

    def batch(self, tenant: str, batch_id: str, *, restaurants: Set[str], without: Deletions) -> Batch | None:
        """As `jobs.history.History.batch`."""
        with self._reading() as connection:
            if connection is None:
                return None
            return batch_of(connection, tenant, batch_id, restaurants=restaurants, without=without)

    def batches(
        self, tenant: str, wanted: BatchFilter, *, size: int, before: tuple[int, str] | None, without: Deletions
    ) -> Found[Batch]:
        """As `jobs.history.History.batches`."""
        with self._reading() as connection:
            if connection is None:
                return Found(items=())
            return batches_page(
                connection, tenant, wanted, collation=self._collation, size=size, before=before, without=without,
                authors=self._authors(tenant, wanted),
            )  # fmt: skip

    def batch_lines(
        self, tenant: str, batch_id: str, wanted: LineFilter, *, size: int, after: int, without: Deletions
    ) -> LinePage:
        """As `jobs.history.History.batch_lines`."""
        with self._reading() as connection:
            if connection is None:
                return LinePage(rows=())
            return lines_of(
                connection, tenant, batch_id, wanted, _kept(), size=size, after=after, without=without,
                authors=self._authors(tenant, wanted), sealing=self._sealing,
            )  # fmt: skip

    def lines_about(
        self, tenant: str, restaurant: str, days: DayRange, *, size: int, before: tuple[int, str],
        restaurants: Set[str], without: Deletions,
    ) -> Found[PastLine]:  # fmt: skip
        """As `jobs.history.History.lines_about`. One page looks at no more than `MOST_LOOKED_AT` lines."""
        with self._reading() as connection:
            if connection is None:
                return Found(items=())
            return lines_about(
                connection, tenant, restaurant, days, _kept(), collation=self._collation, size=size, before=before,
                restaurants=restaurants, without=without, most=MOST_LOOKED_AT, sealing=self._sealing,
            )  # fmt: skip

    def judgements(self, tenant: str, restaurant: str, *, first: str, last: str) -> Days:
        """As `jobs.store.Queries.judgements`, of all that is kept."""
        own = (daily.c.tenant == tenant, daily.c.restaurant == restaurant)
        days = daily.c.day.between(date.fromisoformat(first), date.fromisoformat(last))
        asked = select(daily.c.day, daily.c.aspect, daily.c.polarity, daily.c.sentences).where(*own, days)
        found: dict[str, dict[str, dict[str, int]]] = {}
        with self._reading() as connection:
            for day, aspect, polarity, sentences in connection.execute(asked) if connection is not None else ():
                found.setdefault(day.isoformat(), {}).setdefault(aspect, {})[polarity] = sentences
        return found

    def restaurants(self, tenant: str, *, size: int, after: str = "") -> list[str]:
        """As `jobs.store.Queries.restaurants`, of all that is kept."""
        name = self._by_bytes(daily.c.restaurant)
        asked = select(name).distinct().where(daily.c.tenant == tenant, name > after).order_by(name).limit(size)
        with self._reading() as connection:
            return [] if connection is None else list(connection.execute(asked).scalars())

    def close(self) -> None:
        """End its connections."""
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Connection | None]:
        """A transaction; None as long as there is no archive to read. Raises Unavailable, of another version, too."""
        if not self.on:
            yield None
            return
        try:
            with self._engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    # For the question whether there is an archive, too: who changes its tables holds them.
                    connection.exec_driver_sql(f"SET LOCAL statement_timeout = {MOST_MS}")
                yield connection if self._there(connection) else None
        except SQLAlchemyError as error:
            # What a driver says may name the database's host: it is not the client's.
            log.warning("the archive cannot be read: %s", words(error))
            raise Unavailable("The archive cannot be read.") from error

    def _by_bytes(self, column: ColumnElement[str]) -> ColumnElement[str]:
        """The column in the order in which Redis sorts, whatever the database's language."""
        return column.collate(self._collation)

    @property
    def _collation(self) -> str:
        return BY_BYTES[self._engine.dialect.name]

    def _authors(self, tenant: str, wanted: BatchFilter | LineFilter) -> Sequence[str]:
        """By what the one that is wanted is found."""
        return () if wanted.external_author is None else self._sealing.authors(tenant, wanted.external_author)

    def _there(self, connection: Connection) -> bool:
        """Each time: another version of Kritiq may have changed the tables since the last one."""
        try:
            if self._ready:
                check_schema(connection.execute(select(progress.c.schema)).scalar_one())
            else:
                self._ready = is_there(connection)
        except SettingsError as error:
            # Once, and not for each that asks.
            if self._refused != str(error):
                self._refused = str(error)
                log.warning("%s", error)
            raise Unavailable("The archive cannot be read.") from None
        return self._ready


def _kept() -> ColumnElement[bool]:
    """Its time is not over: it may not have been deleted for that yet."""
    return or_(reviews.c.forget_at.is_(None), reviews.c.forget_at > datetime.now(UTC))


def _covered(deletions: Deletions, review: Review) -> bool:
    return deletions.cover(review.job_id, author_digest=review.author_digest, restaurant=review.restaurant)


def open_history(settings: Settings, sealing: Sealing = PLAIN) -> ArchiveHistory:
    """The archive that the settings name; no connection is made. Raises SettingsError."""
    return ArchiveHistory(open_archive(settings, read_only=True), sealing)
