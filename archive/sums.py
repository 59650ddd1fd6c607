"""The sums of `daily` and `daily_totals`, kept up with each change of `opinions` by what it adds and takes."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select, tuple_

from archive.review import Review
from archive.tables import daily, daily_totals, opinions
from archive.writing import put_rows

#: What one statement names at once.
MOST = 500
#: Organisation, restaurant, day, aspect, polarity.
_Of = tuple[str, str, date, str, str]
_BY = (opinions.c.tenant, opinions.c.restaurant, opinions.c.day, opinions.c.aspect, opinions.c.polarity)


class Sums:
    """How one transaction changes them."""

    def __init__(self) -> None:
        self._more: Counter[_Of] = Counter()

    def add(self, reviews: Iterable[Review]) -> None:
        """These come in."""
        self._more.update(
            (review.tenant, review.restaurant, review.day, opinion.aspect, opinion.polarity)
            for review in reviews
            if review.restaurant
            for sentence in review.sentences
            for opinion in sentence.opinions
        )

    def take(self, connection: Connection, which: ColumnElement[bool]) -> None:
        """These opinions go: they are still there."""
        asked = select(*_BY, func.count()).where(which, opinions.c.restaurant.is_not(None)).group_by(*_BY)
        for tenant, restaurant, day, aspect, polarity, count in connection.execute(asked):
            self._more[tenant, restaurant, day, aspect, polarity] -= count

    def write(self, connection: Connection) -> None:
        """Change the tables."""
        totals: Counter[tuple[str, date, str, str]] = Counter()
        for (tenant, _, day, aspect, polarity), more in self._more.items():
            totals[tenant, day, aspect, polarity] += more
        _change(connection, daily, self._more)
        _change(connection, daily_totals, totals)


def _change(connection: Connection, table: Table, more: Mapping[Any, int]) -> None:
    changed = sorted((*of, count) for of, count in more.items() if count)
    put_rows(connection, table, changed, f"sentences = {table.name}.sentences + excluded.sentences")
    # Of a day at a time, with all that is said of it.
    by_day = list(table.primary_key)[:-2]
    fewer = sorted({row[: len(by_day)] for row in changed if row[-1] < 0})
    for at in range(0, len(fewer), MOST):
        of = tuple_(*by_day).in_(fewer[at : at + MOST])
        connection.execute(delete(table).where(of, table.c.sentences <= 0))
