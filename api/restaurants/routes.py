"""`/v1/restaurants`: which there are, and what was found about each."""

from datetime import date

import orjson
from flask import Blueprint, Response, request

from access.scope import Scope
from api.http.context import caller, context, tenant
from api.http.operation import operation
from api.http.paging import PAGES, days, marked, page_size, place, place_in_token, restaurant_named, token_of
from api.http.problem_schemas import ProblemAnswer
from api.http.problems import InvalidRequest
from api.restaurants.reviews import reviews_of
from api.restaurants.schemas import RestaurantPage, ReviewPage, SummaryAnswer, TrendAnswer
from jobs.history import joined
from jobs.judgements import DayRange, Days, Period, Step, periods, spans, together

blueprint = Blueprint("restaurants", __name__, url_prefix="/v1/restaurants")

BAD = {422: ProblemAnswer, 503: ProblemAnswer}
DAYS = {"from": "First day (YYYY-MM-DD; default: the beginning).", "to": "Last day (default: today, in UTC)."}
#: Most periods of one trend: a year of days.
MOST_PERIODS = 366


@blueprint.get("")
@operation("List restaurants", scope=Scope.JOBS_READ, answers={200: RestaurantPage, **BAD}, query=PAGES)
def list_restaurants() -> Response:
    """Restaurants that something was found about, by name."""
    size, after = page_size(), _after()
    mine = sorted(caller().restaurants)
    if mine:
        names = [name for name in mine if name > after][:size]
    else:
        known = (context().store, context().history)
        names = sorted({name for each in known for name in each.restaurants(tenant(), size=size, after=after)})[:size]
    body = {
        "restaurants": [{"restaurant": name} for name in names],
        "next_page_token": marked(names[-1].encode().hex()) if len(names) == size else None,
    }
    return Response(orjson.dumps(body), content_type="application/json")


@blueprint.get("/<restaurant>/summary")
@operation("Sum up a restaurant", scope=Scope.JOBS_READ, answers={200: SummaryAnswer, **BAD}, query=DAYS)
def summary(restaurant: str) -> Response:
    """Sentence counts per aspect and polarity over the succeeded jobs whose reviews date from those days.

    What is dated later than today counts only with a `to` that reaches so far.

    With an archive they are all that it keeps, else those that have not been deleted for their age.
    """
    first, last = days(date(1970, 1, 1))
    name = restaurant_named(restaurant)
    caller().demand(name)
    found = _judgements(name, first, last)
    body = {"restaurant": name, "from": first, "to": last, "aspects": together(found)}
    return Response(orjson.dumps(body, option=orjson.OPT_SORT_KEYS), content_type="application/json")


@blueprint.get("/<restaurant>/trend")
@operation(
    "A restaurant over time",
    scope=Scope.JOBS_READ,
    answers={200: TrendAnswer, **BAD},
    query={
        "from": f"First day (YYYY-MM-DD); to the last at most {MOST_PERIODS} periods, else 422.",
        "to": DAYS["to"],
        "by": "How long a period is: day, week (from Monday on) or month (default: day).",
    },
    required={"from"},
)
def trend(restaurant: str) -> Response:
    """The same counts for each period of those days; the first and the last may be shorter."""
    if "from" not in request.args:
        raise InvalidRequest("?from", "is missing")
    (first, last), step = days(date.min), _step()
    if sum(1 for _, _ in zip(spans(first, last, step), range(MOST_PERIODS + 1), strict=False)) > MOST_PERIODS:
        raise InvalidRequest("?from", f"should give at most {MOST_PERIODS} periods")
    name = restaurant_named(restaurant)
    caller().demand(name)
    found = [_period(period) for period in periods(_judgements(name, first, last), first, last, step)]
    body = {"restaurant": name, "from": first, "to": last, "by": step, "periods": found}
    return Response(orjson.dumps(body), content_type="application/json")


@blueprint.get("/<restaurant>/reviews")
@operation(
    "List a restaurant's reviews", scope=Scope.JOBS_READ, answers={200: ReviewPage, **BAD}, query={**PAGES, **DAYS}
)
def list_reviews(restaurant: str) -> Response:
    """Judged reviews with their sentences, those sent last first: single ones, and lines of batches.

    The days are those that the summary counts them for. With an archive they are all that it keeps, else those that
    have not been deleted for their age. For a key for certain restaurants lines are here only if all of their batch is
    theirs.
    """
    size, before = page_size(), place(before_1970=True)
    first, last = days(date(1, 1, 1))
    name = restaurant_named(restaurant)
    caller().demand(name)
    found = reviews_of(name, DayRange(first=first.isoformat(), last=last.isoformat()), size=size, before=before)
    body = {"reviews": found.reviews, "next_page_token": token_of(found.next)}
    return Response(orjson.dumps(body), content_type="application/json")


def _judgements(name: str, first: date, last: date) -> Days:
    """What the store has, and the archive, which hears of it a little later and keeps it for longer."""
    span = {"first": first.isoformat(), "last": last.isoformat()}
    return joined(*(each.judgements(tenant(), name, **span) for each in (context().store, context().history)))


def _period(period: Period) -> dict[str, object]:
    return {"from": period.first, "to": period.last, "aspects": period.aspects}


def _step() -> Step:
    value = request.args.get("by", Step.DAY)
    if value not in list(Step):
        raise InvalidRequest("?by", f"should be one of {', '.join(Step)}")
    return Step(value)


def _after() -> str:
    """The last name of the page before. Raises InvalidRequest."""
    token = place_in_token()
    if token is None:
        return ""
    try:
        if (name := restaurant_named(bytes.fromhex(token).decode("ascii"))).encode().hex() == token:
            return name
    except (ValueError, InvalidRequest):
        pass
    raise InvalidRequest("?page_token", "is not a valid page token")
