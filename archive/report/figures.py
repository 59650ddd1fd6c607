"""The numbers and sentences of a report."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection, Engine, and_, func, select

from archive.report.month import Month
from archive.report.quotes import Quote, in_month, quotes
from archive.schema import consistent
from archive.tables import authors, daily, daily_totals, opinions, reviews
from jobs.judgements import Counts, Period, Step, periods, together
from store.sealing import PLAIN, Sealing

#: Months of the trend, the report's own included.
TREND = 12
#: Whoever has written so many reviews, of all restaurants and at any time, writes often.
OFTEN = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What a report tells of one restaurant in one month. Counts are of sentences by aspect and polarity."""

    restaurant: str
    month: Month
    #: Reviews that were judged, and those of the month before.
    reviews: int
    reviews_before: int
    now: Counts
    before: Counts
    #: Of all restaurants of the organisation.
    portal: Counts
    #: The report's month and those before it, oldest first.
    trend: Sequence[Period]
    praise: Sequence[Quote] = ()
    blame: Sequence[Quote] = ()
    #: Guests who are known by an id, and those of them who have written `OFTEN` or more reviews altogether.
    guests: int = 0
    often: int = 0
    #: Models that judged, as name and version.
    models: Sequence[str] = field(default=())


def figures(engine: Engine, tenant: str, restaurant: str, month: Month, sealing: Sealing = PLAIN) -> Figures:
    """Read them. Raises sqlalchemy.exc.SQLAlchemyError, and TextKeyMissing for what `sealing` cannot read."""
    begin, before = month.before(TREND - 1), month.before()
    with consistent(engine).begin() as connection:
        guests, often = _guests(connection, tenant, restaurant, month)
        own = _days(connection, tenant, restaurant, begin.first, month.last)
        return Figures(
            restaurant=restaurant,
            month=month,
            reviews=_reviews(connection, tenant, restaurant, month),
            reviews_before=_reviews(connection, tenant, restaurant, before),
            now=_within(own, month),
            before=_within(own, before),
            portal=_portal(connection, tenant, month),
            trend=periods(own, begin.first, month.last, Step.MONTH),
            praise=quotes(connection, tenant, restaurant, month, "positive", sealing),
            blame=quotes(connection, tenant, restaurant, month, "negative", sealing),
            guests=guests,
            often=often,
            models=_models(connection, tenant, restaurant, month),
        )


def _days(connection: Connection, tenant: str, restaurant: str, first: date, last: date) -> dict[str, Counts]:
    mine = and_(daily.c.tenant == tenant, daily.c.restaurant == restaurant, daily.c.day.between(first, last))
    found: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    asked = select(daily.c.day, daily.c.aspect, daily.c.polarity, daily.c.sentences).where(mine)
    for day, aspect, polarity, count in connection.execute(asked):
        found[day.isoformat()][aspect][polarity] = count
    return dict(found)


def _within(days: Mapping[str, Counts], month: Month) -> Counts:
    first, last = month.first.isoformat(), month.last.isoformat()
    return together({day: counts for day, counts in days.items() if first <= day <= last})


def _portal(connection: Connection, tenant: str, month: Month) -> Counts:
    days = daily_totals.c.day.between(month.first, month.last)
    by = (daily_totals.c.aspect, daily_totals.c.polarity)
    asked = select(*by, func.sum(daily_totals.c.sentences)).where(daily_totals.c.tenant == tenant, days).group_by(*by)
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for aspect, polarity, count in connection.execute(asked):
        found[aspect][polarity] = int(count)
    return dict(found)


def _reviews(connection: Connection, tenant: str, restaurant: str, month: Month) -> int:
    days = reviews.c.day.between(month.first, month.last)
    mine = and_(reviews.c.tenant == tenant, reviews.c.restaurant == restaurant, days)
    asked = select(func.count()).select_from(reviews).where(mine, reviews.c.status == "succeeded")
    return connection.execute(asked).scalar_one()


def _guests(connection: Connection, tenant: str, restaurant: str, month: Month) -> tuple[int, int]:
    """Who wrote of the restaurant: how many, and how many of them write often."""
    by = and_(authors.c.tenant == reviews.c.tenant, authors.c.author_digest == reviews.c.author_digest)
    mine = and_(reviews.c.tenant == tenant, reviews.c.restaurant == restaurant)
    which = select(authors.c.author_digest, authors.c.reviews).select_from(reviews.join(authors, by)).distinct()
    guests = which.where(mine, reviews.c.day.between(month.first, month.last)).subquery()
    often = func.count().filter(guests.c.reviews >= OFTEN)
    found = connection.execute(select(func.count(), often).select_from(guests)).one()
    return int(found[0]), int(found[1])


def _models(connection: Connection, tenant: str, restaurant: str, month: Month) -> list[str]:
    which = select(opinions.c.model, opinions.c.model_version).distinct()
    found = connection.execute(which.where(in_month(tenant, restaurant, month)))
    return sorted(f"{name} {version}" for name, version in found if name)
