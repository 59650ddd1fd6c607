"""Writes the archive: each step whole or not at all, together with how far in the outbox it leads."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
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
from sqlalchemy.exc import IntegrityError

from archive.added import Added, Step, steps
from archive.cards import Cards, put_cards
from archive.changes import Change, Delete, Erase, Say, TakeBack
from archive.days import days_of, mark
from archive.reading import whole, with_feedback
from archive.review import Review
from archive.said import forget_people, say, take_back
from archive.shortening import shorten
from archive.sums import Sums
from archive.tables import OF_REVIEWS, opinions, progress, reviews
from archive.times import in_utc
from archive.writing import by_index, present
from jobs.errors import KritiqError
from store.sealing import PLAIN, Sealing

#: What one statement names at once.
MOST = 500
#: Reviews that are forgotten in one step.
MOST_FORGOTTEN = 5_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Single:
    """What there is of a review. `dated`: its client said of which day it is."""

    restaurant: str | None
    day: date
    dated: bool
    created_at: datetime


_SINGLE = select(reviews.c.job_id, reviews.c.restaurant, reviews.c.day, reviews.c.reviewed_at, reviews.c.created_at)
T = TypeVar("T")


class Moved(KritiqError):
    """Somebody else has written the archive meanwhile."""

    permanent = False


def _nobody(place: str, reviews: int) -> None:
    """Is told how many reviews an erasure deletes."""


class Sink:
    """The database. Every call raises sqlalchemy.exc.SQLAlchemyError when it does not answer or refuses."""

    def __init__(
        self, engine: Engine, sealing: Sealing = PLAIN, *, erased: Callable[[str, int], None] = _nobody
    ) -> None:
        """`sealing`: how what guests wrote is encrypted. `erased` is told the place of an erasure in the outbox, and
        how many reviews it deletes, before that is so; it may raise Unavailable."""
        self._engine, self._sealing, self._erased = engine.execution_options(writes=True), sealing, erased

    def place(self) -> str:
        """Up to where in the outbox it has everything."""
        with self._engine.begin() as connection:
            return str(connection.execute(select(progress.c.place)).scalar_one())

    def steps(self, changes: Sequence[Change]) -> list[Step]:
        """Changes made ready for `apply`, by any thread. Raises TextKeyMissing."""
        return list(steps(changes, self._engine.dialect.name, self._sealing))

    def apply(self, changes: Sequence[Change | Step], *, after: str, to: str) -> None:
        """Make `changes` in their order, which lead from one place in the outbox to another.

        Raises Moved when it is not at `after` any more, TextKeyMissing, Unavailable: then nothing is changed.
        """
        made = list(steps(changes, self._engine.dialect.name, self._sealing))
        with self._engine.begin() as connection:
            # This row is also what two writers wait for each other at.
            moved = connection.execute(update(progress).where(progress.c.place == after).values(place=to))
            if moved.rowcount != 1:
                raise Moved
            by_index(connection)
            sums = Sums()
            for step in made:
                if isinstance(step, Added):
                    _put(connection, step, sums)
                    continue
                if isinstance(step, Say):
                    say(connection, step, self._sealing)
                    continue
                if isinstance(step, TakeBack):
                    take_back(connection, step)
                    continue
                taken = _take(connection, _named(step), sums)
                if isinstance(step, Erase):
                    if step.author_digest:
                        forget_people(connection, step.tenant, _digests(step))
                    # Whoever dies before the transaction has ended does all of it again, and says the same.
                    self._erased(step.place, taken)
                    if step.restaurant and not step.author_digest:
                        sums.forget_restaurant(connection, step.tenant, step.restaurant)
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

    def of_jobs(self, tenant: str, ids: Sequence[str]) -> list[Review]:
        """All that it has of these jobs and chunks, as it was put there. Raises TextKeyMissing."""
        found = list[Review]()
        with self._engine.begin() as connection:
            by_index(connection)
            for portion in _portions(ids):
                found += with_feedback(
                    connection, tenant,
                    whole(connection, tenant, reviews.c.job_id.in_(portion), sealing=self._sealing),
                )  # fmt: skip
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


def _put(connection: Connection, added: Added, sums: Sums) -> None:
    """What was there of the jobs goes. Of single reviews hardly any was: that is asked where one is in the way."""
    _replace(connection, added.others, sums)
    try:
        with connection.begin_nested():
            added.write(connection)
    except IntegrityError:
        _replace(connection, added.single, sums)
        added.write(connection)
    sums.merge(added.sums)
    mark(connection, added.days)


def _replace(connection: Connection, jobs: Sequence[tuple[str, str]], sums: Sums) -> None:
    for tenant, ids in _by_tenant(jobs):
        if there := present(connection, tenant, ids):
            _take(connection, and_(reviews.c.tenant == tenant, reviews.c.job_id.in_(there)), sums)


def _named(change: Delete | Erase) -> ColumnElement[bool]:
    """The reviews that a deletion is about."""
    mine = reviews.c.tenant == change.tenant
    if isinstance(change, Delete):
        return and_(mine, or_(reviews.c.job_id == change.id, reviews.c.batch_id == change.id))
    if change.author_digest:
        return and_(mine, reviews.c.author_digest.in_(_digests(change)))
    return and_(mine, reviews.c.restaurant == change.restaurant) if change.restaurant else mine


def _digests(change: Erase) -> list[str]:
    return [digest for digest in (change.author_digest, change.sealed_digest) if digest]


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
