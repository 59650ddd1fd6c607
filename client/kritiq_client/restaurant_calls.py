"""Every call about restaurants, as flows."""

from datetime import date, datetime
from urllib.parse import quote

from kritiq_client.exchange import ask
from kritiq_client.job_calls import paged, wishes
from kritiq_client.restaurant_answers import JudgedReview, Restaurant, Summary, Trend
from kritiq_client.retrying import Core
from kritiq_client.steps import Flow, Request, Stream


def restaurants(core: Core, *, page_size: int = 100) -> Stream[Restaurant]:
    """Restaurants that something was found about, by name, page by page as they are asked for."""
    yield from paged(core, "/v1/restaurants", wishes(page_size=page_size), "restaurants", Restaurant)
    return Restaurant


def summary(core: Core, restaurant: str, *, first: date | None = None, last: date | None = None) -> Flow[Summary]:
    """Sentences of a restaurant by aspect and polarity, over reviews of the days `first` to `last`."""
    request = Request(method="GET", path=_path(restaurant, "summary"), params=_days(first, last))
    return (yield from ask(core, request, Summary))


def trend(core: Core, restaurant: str, *, first: date, last: date | None = None, by: str = "day") -> Flow[Trend]:
    """The same for each `day`, `week` or `month` of those days, `last` being today unless given.

    Raises Invalid for more than 366 periods.
    """
    request = Request(method="GET", path=_path(restaurant, "trend"), params={**_days(first, last), "by": by})
    return (yield from ask(core, request, Trend))


def restaurant_reviews(
    core: Core, restaurant: str, *, first: date | None = None, last: date | None = None, page_size: int = 100
) -> Stream[JudgedReview]:
    """Judged reviews of a restaurant, of jobs and of lines of batches, those sent last first, page by page.

    The days are those that the summary counts them for.
    """
    params = {**_days(first, last), **wishes(page_size=page_size)}
    yield from paged(core, _path(restaurant, "reviews"), params, "reviews", JudgedReview)
    return JudgedReview


def _days(first: date | None, last: date | None) -> dict[str, str]:
    given = {"from": first, "to": last}
    return {name: _day(day).isoformat() for name, day in given.items() if day is not None}


def _day(given: date) -> date:
    """A moment is a date, too, to Python and not to the service."""
    return given.date() if isinstance(given, datetime) else given


def _path(restaurant: str, what: str) -> str:
    return f"/v1/restaurants/{quote(restaurant, safe='')}/{what}"
