"""The sums of `daily`, kept up with each change of `opinions` by what it adds and takes, however much there is."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, Connection, delete, func, select, tuple_

from archive.review import Review
from archive.tables import daily, opinions
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
        """Change the table."""
        changed = sorted((*of, more) for of, more in self._more.items() if more)
        put_rows(connection, daily, changed, f"sentences = {daily.name}.sentences + excluded.sentences")
        fewer = sorted({row[:3] for row in changed if row[-1] < 0})
        for at in range(0, len(fewer), MOST):
            of = tuple_(daily.c.tenant, daily.c.restaurant, daily.c.day).in_(fewer[at : at + MOST])
            connection.execute(delete(daily).where(of, daily.c.sentences <= 0))
