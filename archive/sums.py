"""The sums that questions over years read, kept up with each change by what it adds and takes.

`daily`, `daily_totals` and `monthly` are sums of `opinions`, `authors` and `batches` of `reviews`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select, tuple_, update

from archive.review import Review
from archive.tables import ENDS, authors, batches, daily, daily_totals, monthly, opinions, reviews
from archive.times import in_utc
from archive.writing import put_rows

#: What one statement names at once.
MOST = 500
#: Organisation, restaurant, day, aspect, polarity.
_Of = tuple[str, str, date, str, str]
_BY = (opinions.c.tenant, opinions.c.restaurant, opinions.c.day, opinions.c.aspect, opinions.c.polarity)
_AUTHOR = (reviews.c.tenant, reviews.c.author_digest)
_LINES = (reviews.c.tenant, reviews.c.batch_id, reviews.c.status)
_TIMES = (func.min(reviews.c.created_at), func.max(reviews.c.finished_at))


class Sums:
    """How one transaction changes them."""

    def __init__(self) -> None:
        self._opinions: Counter[_Of] = Counter()
        #: Reviews, by organisation and author.
        self._wrote: Counter[tuple[str, str]] = Counter()
        #: Lines by how they ended, by organisation and batch, and when that was made and when the last of them ended.
        self._ended: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self._times: dict[tuple[str, str], tuple[datetime, datetime]] = {}
        #: Restaurants of batches, as far as what comes in tells them.
        self._about: dict[tuple[str, str], str] = {}

    def add(self, added: Iterable[Review]) -> None:
        """These come in."""
        for review in added:
            if (digest := review.author_digest) is not None:
                self._wrote[review.tenant, digest] += 1
            if review.batch_id is not None:
                batch = (review.tenant, review.batch_id)
                self._count(batch, review.status, 1, review.created_at, review.finished_at)
                if review.batch_restaurant is not None:
                    self._about[batch] = review.batch_restaurant
            if review.restaurant:
                tenant, restaurant, day = review.tenant, review.restaurant, review.day
                self._opinions.update(
                    (tenant, restaurant, day, opinion.aspect, opinion.polarity)
                    for each in review.sentences
                    for opinion in each.opinions
                )

    def merge(self, other: "Sums") -> None:
        """What another one says comes to it, too."""
        self._opinions.update(other._opinions)
        self._wrote.update(other._wrote)
        for batch, ended in other._ended.items():
            for status, more in ended.items():
                self._count(batch, status, more, *other._times[batch])
        self._about |= other._about

    def rename(self, tenant: str, digest: str, by: str) -> None:
        """What stood for a review's author is another."""
        self._wrote[tenant, digest] -= 1
        self._wrote[tenant, by] += 1

    def take(self, connection: Connection, going: ColumnElement[bool], going_opinions: ColumnElement[bool]) -> None:
        """These reviews go, and these opinions with them: all are still there."""
        of_restaurants = (
            select(*_BY, func.count()).where(going_opinions, opinions.c.restaurant.is_not(None)).group_by(*_BY)
        )
        for tenant, restaurant, day, aspect, polarity, count in connection.execute(of_restaurants):
            self._opinions[tenant, restaurant, day, aspect, polarity] -= count
        of_authors = select(*_AUTHOR, func.count()).where(going, _AUTHOR[1].is_not(None)).group_by(*_AUTHOR)
        for tenant, digest, count in connection.execute(of_authors):
            self._wrote[tenant, digest] -= count
        of_batches = select(*_LINES, func.count(), *_TIMES).where(going, _LINES[1].is_not(None)).group_by(*_LINES)
        for tenant, batch, status, count, begun, ended in connection.execute(of_batches):
            self._count((tenant, batch), status, -count, in_utc(begun), in_utc(ended))

    def forget_restaurant(self, connection: Connection, tenant: str, restaurant: str) -> None:
        """Batches of this restaurant of which lines about others stay do not name it any more."""
        own = (batches.c.tenant == tenant, batches.c.restaurant == restaurant)
        connection.execute(update(batches).where(*own).values(restaurant=None))
        self._about = {of: name for of, name in self._about.items() if (of[0], name) != (tenant, restaurant)}

    def _count(self, batch: tuple[str, str], status: str, more: int, begun: datetime, ended: datetime) -> None:
        self._ended[batch][status] += more
        first, last = self._times.get(batch, (begun, ended))
        self._times[batch] = (min(first, begun), max(last, ended))

    def write(self, connection: Connection) -> None:
        """Change the tables."""
        totals: Counter[Any] = Counter()
        months: Counter[Any] = Counter()
        for (tenant, restaurant, day, aspect, polarity), more in self._opinions.items():
            totals[tenant, day, aspect, polarity] += more
            months[tenant, aspect, day.replace(day=1), restaurant, polarity] += more
        _change(connection, daily, self._opinions, named=3)
        _change(connection, daily_totals, totals, named=2)
        _change(connection, monthly, months, named=4)
        _change(connection, authors, self._wrote, named=2)
        _change_batches(connection, self._ended, self._times, self._about)


def _change(connection: Connection, table: Table, more: Mapping[Any, int], *, named: int) -> None:
    """What has become nothing is looked for by the first `named` columns of the key."""
    counted = list(table.c)[-1]
    changed = sorted((*of, count) for of, count in more.items() if count)
    put_rows(connection, table, changed, _added(table, counted.name))
    _drop(connection, table, counted, {row[:named] for row in changed if row[-1] < 0})


def _change_batches(
    connection: Connection,
    more: Mapping[tuple[str, str], Mapping[str, int]],
    times: Mapping[tuple[str, str], tuple[datetime, datetime]],
    about: Mapping[tuple[str, str], str],
) -> None:
    rows = [
        (*of, *times[of], sum(by.values()), *(by.get(end, 0) for end in ENDS), about.get(of))
        for of, by in sorted(more.items(), key=itemgetter(0))
    ]
    # What was deleted ended, too: the last that ended stays the last. An import has lines in the order of their days.
    later = (
        "CASE WHEN excluded.finished_at > batches.finished_at THEN excluded.finished_at ELSE batches.finished_at END"
    )
    first = "CASE WHEN excluded.created_at < batches.created_at THEN excluded.created_at ELSE batches.created_at END"
    restaurant = "restaurant = COALESCE(excluded.restaurant, batches.restaurant)"
    put_rows(
        connection,
        batches,
        rows,
        f"{_added(batches, 'total', *ENDS)}, created_at = {first}, finished_at = {later}, {restaurant}",
    )
    _drop(connection, batches, batches.c.total, {of for of, by in more.items() if sum(by.values()) <= 0})


def _added(table: Table, *counted: str) -> str:
    return ", ".join(f"{name} = {table.name}.{name} + excluded.{name}" for name in counted)


def _drop(connection: Connection, table: Table, counted: ColumnElement[int], of: set[tuple[Any, ...]]) -> None:
    """Delete rows that have become nothing among those whose keys begin like this."""
    fewer = sorted(of)
    for at in range(0, len(fewer), MOST):
        by = list(table.primary_key)[: len(fewer[0])]
        connection.execute(delete(table).where(tuple_(*by).in_(fewer[at : at + MOST]), counted <= 0))
