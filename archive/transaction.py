"""What whoever writes the archive does in one transaction: one writer at a time, each whole or not at all."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, Select, Table, and_, delete, or_, select, tuple_
from sqlalchemy.exc import IntegrityError

from archive import meanwhile
from archive.added import Added, Step, steps
from archive.changes import Change, Delete, Erase, Say, TakeBack
from archive.corrections import forget_people, say, take_back
from archive.days import days_of, mark
from archive.migrations import check_schema
from archive.reading import whole, with_feedback
from archive.review import Review
from archive.sums import Sums
from archive.tables import OF_REVIEWS, opinions, progress, reviews
from archive.times import in_utc
from archive.writing import by_index, present
from store.sealing import Sealing

#: What one statement names at once.
MOST = 500
_SINGLE = select(reviews.c.job_id, reviews.c.restaurant, reviews.c.day, reviews.c.reviewed_at, reviews.c.created_at)
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Single:
    """What there is of a review. `dated`: its client said of which day it is."""

    restaurant: str | None
    day: date
    dated: bool
    created_at: datetime


@contextmanager
def writing(engine: Engine) -> Iterator[tuple[Connection, str]]:
    """A transaction, and up to where in the outbox the archive has everything; no other process writes meanwhile.

    What is read in it is still so when it is changed. Raises SettingsError where another version of Kritiq has made the
    tables since: its sums would not know of what this one writes.
    """
    with engine.execution_options(writes=True).begin() as connection:
        # In PostgreSQL writers wait for each other at this row; SQLite has the file to itself already.
        schema, place = connection.execute(select(progress.c.schema, progress.c.place).with_for_update()).one()
        check_schema(schema)
        yield connection, place


class Transaction:
    """Every call raises sqlalchemy.exc.SQLAlchemyError."""

    def __init__(self, connection: Connection, sealing: Sealing, erased: Callable[[str, int], None]) -> None:
        """`connection`: of `writing`. `sealing`, `erased`: as of `archive.sink.Sink`."""
        self._connection, self._sealing, self._erased = connection, sealing, erased
        by_index(connection)

    def single(self, tenant: str, ids: Sequence[str]) -> dict[str, Single]:
        """What it has of single reviews, by their ids."""
        found = dict[str, Single]()
        for portion in _portions(ids):
            mine = (reviews.c.tenant == tenant, reviews.c.job_id.in_(portion))
            for job_id, restaurant, day, dated, created_at in self._connection.execute(_SINGLE.where(*mine)):
                found[job_id] = Single(
                    restaurant=restaurant, day=day, dated=dated is not None, created_at=in_utc(created_at)
                )
        return found

    def of_jobs(self, tenant: str, ids: Sequence[str]) -> list[Review]:
        """All that it has of these jobs and chunks, as it was put there. Raises TextKeyMissing."""
        found = list[Review]()
        for portion in _portions(ids):
            mine = whole(self._connection, tenant, reviews.c.job_id.in_(portion), sealing=self._sealing)
            found += with_feedback(self._connection, tenant, mine)
        return found

    def left(self, name: str, tenant: str, found: Sequence[Review]) -> list[Review]:
        """The reviews of an import that were not deleted since it began. It is known to run still."""
        meanwhile.begin(self._connection, name, tenant, datetime.now(UTC))
        gone = meanwhile.deleted(self._connection, name)
        return [kept for review in found if (kept := meanwhile.left(review, gone)) is not None]

    def make(self, changes: Sequence[Change | Step]) -> None:
        """Make changes in their order. Raises TextKeyMissing, Unavailable."""
        connection, sums = self._connection, Sums()
        importing: frozenset[str] | None = None
        for step in steps(changes, connection.dialect.name, self._sealing):
            if isinstance(step, Added):
                _put(connection, step, sums)
                continue
            if isinstance(step, Say):
                say(connection, step, self._sealing)
                continue
            if isinstance(step, TakeBack):
                take_back(connection, step)
                continue
            importing = meanwhile.importing(connection) if importing is None else importing
            if step.tenant in importing:
                meanwhile.note(connection, step)
            taken = _take(connection, _named(step), sums)
            if isinstance(step, Erase):
                if step.author_digest:
                    forget_people(connection, step.tenant, _digests(step))
                # Whoever dies before the transaction has ended does all of it again, and says the same.
                self._erased(step.place, taken)
                if step.restaurant and not step.author_digest:
                    sums.forget_restaurant(connection, step.tenant, step.restaurant)
        sums.write(connection)

    def forget(self, now: datetime, most: int) -> int:
        """Delete reviews whose time is over, at most so many; how many."""
        meanwhile.forget_killed(self._connection, now)
        over = select(reviews.c.tenant, reviews.c.job_id).where(reviews.c.forget_at <= now).limit(most)
        jobs = {(tenant, job_id) for tenant, job_id in self._connection.execute(over)}
        sums, taken = Sums(), 0
        for tenant, ids in _by_tenant(sorted(jobs)):
            whose = and_(reviews.c.tenant == tenant, reviews.c.job_id.in_(ids), reviews.c.forget_at <= now)
            taken += _take(self._connection, whose, sums)
        sums.write(self._connection)
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
