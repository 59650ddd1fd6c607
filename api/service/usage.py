"""What an organisation used: what one bills by."""

from dataclasses import asdict

import orjson
from flask import Blueprint, Response, request

from access.scope import Scope
from api.http.context import caller, context, tenant
from api.http.negotiation import accepted
from api.http.operation import operation
from api.http.problem_schemas import ProblemAnswer
from api.http.problems import InvalidRequest
from api.service.answer_schemas import UsageAnswer
from jobs.usage import month_of, usage_csv

blueprint = Blueprint("usage", __name__)

JSON, CSV = "application/json", "text/csv"


@blueprint.get("/v1/usage")
@operation(
    "What was used",
    scope=Scope.JOBS_READ,
    answers={200: UsageAnswer, 406: ProblemAnswer, 422: ProblemAnswer, 503: ProblemAnswer},
    query={"month": "Such as `2026-11`, in UTC; this one by default. Kept for 400 days (KRITIQ_USAGE_TTL_S)."},
)
def usage() -> Response:
    """What your organisation used in a month, by day, restaurant and model; with `Accept: text/csv` as a table.

    Requests are counted when they are accepted, reviews when they are judged; what came to no result costs nothing.
    """
    asked = request.args["month"] if "month" in request.args else context().usage.this_month()
    try:
        month = month_of(asked)
    except ValueError as error:
        raise InvalidRequest("?month", str(error)) from None
    media = accepted((JSON, CSV))
    rows = [row for row in context().usage.month(tenant(), month) if caller().sees(row.restaurant)]
    if media == CSV:
        return Response(usage_csv(rows), content_type="text/csv; charset=utf-8; header=present")
    shown = [{name: value for name, value in asdict(row).items() if name != "tenant"} for row in rows]
    return Response(orjson.dumps({"month": month, "days": shown}), content_type=JSON)
