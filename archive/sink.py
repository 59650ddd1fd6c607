"""Writes the archive: each step whole or not at all, together with how far in the outbox it leads."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, groupby
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    Table,
    and_,
    delete,
    or_,
    select,
    tuple_,
    update,
)

from archive.cards import Cards, put_cards
from archive.days import days_of, mark
from archive.review import Review
from archive.rows import opinion_rows, review_row, sentence_rows
from archive.sealing import sealed
from archive.shortening import shorten
from archive.sums import Sums
from archive.tables import OF_REVIEWS, opinions, progress, reviews, sentences
from archive.times import in_utc
from archive.writing import add_rows, by_index, present
from jobs.errors import KritiqError
from store.sealing import PLAIN, Sealing

#: What one statement names at once.
MOST = 500
#: Reviews that are forgotten in one step.
MOST_FORGOTTEN = 5_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Put:
    """These are the reviews that a job or chunk was; whatever there was of it before is replaced."""

    tenant: str
    job_id: str
    reviews: tuple[Review, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Delete:
    """All of a job, a chunk or a batch goes."""

    tenant: str
    id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Erase:
    """All of an author, of a restaurant, or with neither all of the organisation goes."""

    tenant: str
    author_digest: str = ""
    #: What stands for the author where authors are encrypted.
    sealed_digest: str = ""
    restaurant: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Single:
    """What there is of a review. `dated`: its client said of which day it is."""

    restaurant: str | None
    day: date
    dated: bool
    created_at: datetime


Change = Put | Delete | Erase
_SINGLE = select(reviews.c.job_id, reviews.c.restaurant, reviews.c.day, reviews.c.reviewed_at, reviews.c.created_at)
T = TypeVar("T")


class Moved(KritiqError):
    """Somebody else has written the archive meanwhile."""

    permanent = False


class Sink:
    """The database. Every call raises sqlalchemy.exc.SQLAlchemyError when it does not answer or refuses."""

    def __init__(self, engine: Engine, sealing: Sealing = PLAIN) -> None:
        """`sealing`: how what guests wrote is encrypted."""
        self._engine, self._sealing = engine.execution_options(writes=True), sealing

    def place(self) -> str:
        """Up to where in the outbox it has everything."""
        with self._engine.begin() as connection:
            return str(connection.execute(select(progress.c.place)).scalar_one())

    def apply(self, changes: Sequence[Change], *, after: str, to: str) -> None:
        """Make `changes` in their order, which lead from one place in the outbox to another.

        Raises Moved when it is not at `after` any more, TextKeyMissing: then nothing is changed.
        """
        with self._engine.begin() as connection:
            # This row is also what two writers wait for each other at.
            moved = connection.execute(update(progress).where(progress.c.place == after).values(place=to))
            if moved.rowcount != 1:
                raise Moved
            by_index(connection)
            sums = Sums()
            waiting: dict[tuple[str, str], Put] = {}
            for change in changes:
                if isinstance(change, Put):
                    # The last of several for one job counts.
                    waiting[change.tenant, change.job_id] = change
                else:
                    self._put(connection, waiting.values(), sums)
                    waiting.clear()
                    _take(connection, _named(change), sums)
                    if isinstance(change, Erase) and change.restaurant and not change.author_digest:
                        sums.forget_restaurant(connection, change.tenant, change.restaurant)
            self._put(connection, waiting.values(), sums)
            sums.write(connection)

    def single(self, tenant: str, ids: Sequence[str]) -> dict[str, Single]:
        """What it has of single reviews, by their ids."""
        found = dict[str, Single]()
        with self._engine.begin() as connection:
            by_index(connection)
            for portion in _portions(ids):
                mine = (reviews.c.tenant == tenant, reviews.c.job_id.in_(portion))
                for job_id, restaurant, day, dated, created_at in connection.execute(_SINGLE.where(*mine)):
                    found[job_id] = Single(
                        restaurant=restaurant, day=day, dated=dated is not None, created_at=in_utc(created_at)
                    )
        return found

    def shorten(self, days: Mapping[str, int], anew: Collection[str] = ()) -> int | None:
        """See `archive.shortening.shorten`."""
        with self._engine.begin() as connection:
            return shorten(connection, days, anew)

    def know(self, cards: Cards) -> None:
        """See `archive.cards.put_cards`."""
        with self._engine.begin() as connection:
            put_cards(connection, cards)

    def forget(self, now: datetime) -> int:
        """Delete reviews whose time is over, at most `MOST_FORGOTTEN`; how many."""
        with self._engine.begin() as connection:
            by_index(connection)
            over = select(reviews.c.tenant, reviews.c.job_id).where(reviews.c.forget_at <= now).limit(MOST_FORGOTTEN)
            jobs = {(tenant, job_id) for tenant, job_id in connection.execute(over)}
            sums = Sums()
            taken = 0
            for tenant, ids in _by_tenant(sorted(jobs)):
                whose = and_(reviews.c.tenant == tenant, reviews.c.job_id.in_(ids), reviews.c.forget_at <= now)
                taken += _take(connection, whose, sums)
            sums.write(connection)
            return taken

    def _put(self, connection: Connection, puts: Collection[Put], sums: Sums) -> None:
        for tenant, ids in _by_tenant(sorted((put.tenant, put.job_id) for put in puts)):
            if there := present(connection, tenant, ids):
                _take(connection, and_(reviews.c.tenant == tenant, reviews.c.job_id.in_(there)), sums)
        added = [sealed(review, self._sealing) for put in puts for review in put.reviews]
        add_rows(connection, reviews, map(review_row, added))
        add_rows(connection, sentences, chain.from_iterable(map(sentence_rows, added)))
        add_rows(connection, opinions, chain.from_iterable(map(opinion_rows, added)))
        sums.add(added)
        mark(connection, ((review.tenant, review.day) for review in added))


def _named(change: Delete | Erase) -> ColumnElement[bool]:
    """The reviews that a deletion is about."""
    mine = reviews.c.tenant == change.tenant
    if isinstance(change, Delete):
        return and_(mine, or_(reviews.c.job_id == change.id, reviews.c.batch_id == change.id))
    if change.author_digest:
        digests = [digest for digest in (change.author_digest, change.sealed_digest) if digest]
        return and_(mine, reviews.c.author_digest.in_(digests))
    return and_(mine, reviews.c.restaurant == change.restaurant) if change.restaurant else mine


def _by_tenant(jobs: Sequence[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    """Ids of jobs, which are sorted, in portions that one statement can name."""
    for tenant, own in groupby(jobs, key=lambda job: job[0]):
        for portion in _portions([job_id for _, job_id in own]):
            yield tenant, list(portion)


def _portions(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[at : at + MOST] for at in range(0, len(items), MOST))


def _take(connection: Connection, which: ColumnElement[bool], sums: Sums) -> int:
    """Delete reviews with what belongs to them; how many."""
    days = days_of(connection, which)
    if not days:
        return 0
    mark(connection, days)
    taken = select(reviews.c.tenant, reviews.c.job_id, reviews.c.line).where(which)
    sums.take(connection, which, _of(opinions, taken))
    for table in OF_REVIEWS[:-1]:
        connection.execute(delete(table).where(_of(table, taken)))
    return connection.execute(delete(reviews).where(which)).rowcount


def _of(table: Table, taken: Select[Any]) -> ColumnElement[bool]:
    """Rows of these reviews."""
    return tuple_(table.c.tenant, table.c.job_id, table.c.line).in_(taken)
