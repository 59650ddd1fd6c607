"""Lists of batches, newest first, and of a batch's lines, in order."""

import orjson
from flask import Blueprint, Response

from access.scope import Scope
from api.batches.answer_schemas import BatchPage, LinePageAnswer
from api.batches.answers import batch_dict
from api.http.context import caller, check_batch, context, tenant
from api.http.operation import operation
from api.http.paging import CREATED, PAGES, moment, page_size, place, state, token_of, wanted_author, wanted_restaurant
from api.http.problem_schemas import ProblemAnswer
from jobs.batch import BatchFilter
from jobs.batch_status import BatchStatus
from jobs.line import LineFilter, LineStatus

blueprint = Blueprint("batch_lists", __name__, url_prefix="/v1/batches")


@blueprint.get("")
@operation(
    "List batches",
    scope=Scope.JOBS_READ,
    answers={200: BatchPage, 422: ProblemAnswer, 503: ProblemAnswer},
    query={
        **PAGES,
        "status": "Only batches in this state.",
        "restaurant": "Only batches whose own `restaurant` is this one, whatever their lines say.",
        "external_author": "Only batches with a line of this author's.",
        **CREATED,
    },
)
def list_batches() -> Response:
    """Batches newest first. New batches do not move what follows a page token."""
    size = page_size()
    wanted = BatchFilter(
        status=state(BatchStatus),
        restaurant=wanted_restaurant(),
        external_author=wanted_author(),
        restaurants=caller().restaurants,
        since_ms=moment("since"),
        until_ms=moment("until"),
    )
    ctx = context()
    page = ctx.batches.page(tenant(), wanted, size=size, before=place())
    batches = [batch_dict(batch, ctx.settings.public_url) for batch in page.found]
    body = {"batches": batches, "next_page_token": token_of(page.next)}
    return Response(orjson.dumps(body), content_type="application/json")


@blueprint.get("/<batch_id>/lines")
@operation(
    "List a batch's lines",
    scope=Scope.JOBS_READ,
    answers={200: LinePageAnswer, 404: ProblemAnswer, 410: ProblemAnswer, 422: ProblemAnswer, 503: ProblemAnswer},
    query={
        **PAGES,
        "status": "Only lines in this state.",
        "external_author": "Only lines of this author's.",
    },
)
def list_lines(batch_id: str) -> Response:
    """The lines in the order of the request, those that have not ended included; `?status=failed` finds the failed."""
    size = page_size()
    # The line that the page before ended with, in place of a time.
    after, _ = place() or (0, "")
    wanted = LineFilter(status=state(LineStatus), external_author=wanted_author())
    check_batch(batch_id)
    batches = context().batches
    batch = batches.get(tenant(), batch_id)
    page = batches.line_page(batch, wanted, size=size, after=after)
    token = token_of((page.next, batch_id)) if page.next is not None else None
    body = {"lines": [orjson.Fragment(row) for row in page.rows], "next_page_token": token}
    return Response(orjson.dumps(body), content_type="application/json")
