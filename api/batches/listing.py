"""Lists of batches, newest first, and of a batch's lines, in order."""

from typing import Any

import orjson
from flask import Blueprint, Response

from access.scope import Scope
from api.batches.answer_schemas import BatchPage, LinePageAnswer
from api.batches.answers import batch_dict
from api.batches.past import batch_page, past_lines
from api.http.context import caller, check_batch, context, tenant
from api.http.operation import operation
from api.http.paging import CREATED, PAGES, page_size, place, state, times, token_of, wanted_author, wanted_restaurant
from api.http.problem_schemas import ProblemAnswer
from api.http.reasons import reason_dicts
from jobs.batch import BatchFilter
from jobs.batch_status import BatchStatus
from jobs.errors import Gone, NotFound
from jobs.line import LineFilter, LineStatus
from jobs.line_warning import reason_of

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
    """Batches newest first. New batches do not move what follows a page token.

    With an archive they are all of which it keeps a line, but for `restaurant`, which it does not know of them.
    """
    size = page_size()
    since_ms, until_ms = times()
    wanted = BatchFilter(
        status=state(BatchStatus),
        restaurant=wanted_restaurant(),
        external_author=wanted_author(),
        restaurants=caller().restaurants,
        since_ms=since_ms,
        until_ms=until_ms,
    )
    page, url = batch_page(wanted, size=size, before=place()), context().settings.public_url
    batches = [batch_dict(batch, url, archived=batch.id in page.archived) for batch in page.items]
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
    """The lines in the order of the request, those that have not ended included; `?status=failed` finds the failed.

    With an archive those of a batch that has aged are there for as long as it keeps them.
    """
    size = page_size()
    # The line that the page before ended with, in place of a time.
    after, _ = place() or (0, "")
    wanted = LineFilter(status=state(LineStatus), external_author=wanted_author())
    batches, archived = context().batches, False
    try:
        check_batch(batch_id)
        page = batches.line_page(batches.get(tenant(), batch_id), wanted, size=size, after=after)
    except (Gone, NotFound):
        found = past_lines(batch_id, wanted, size=size, after=after)
        if found is None:
            raise
        page, archived = found, True
    token = token_of((page.next, batch_id)) if page.next is not None else None
    body: dict[str, Any] = {"lines": [_coded(row) for row in page.rows], "next_page_token": token}
    if archived:
        body["archived"] = True
    return Response(orjson.dumps(body), content_type="application/json")


def _coded(row: bytes) -> Any:
    """A line as it is kept; to its warnings their codes."""
    line = orjson.loads(row)
    # The archive keeps none of some.
    if not line.get("warnings"):
        return orjson.Fragment(row)
    reasons = map(reason_of, line["warnings"])
    return {**line, "warning_codes": [reason and reason_dicts([reason])[0] for reason in reasons]}
