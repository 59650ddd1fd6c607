"""`/v1/erasures` and `/v1/exports`: `kritiq erase` and `kritiq extract` for keys that are `admin`."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

import orjson
from flask import Blueprint, Response

from access.scope import Scope
from api.http.context import context, json_body, link, still_in, tenant
from api.http.operation import operation
from api.http.paging import PAGES, page_size, place, token_of
from api.http.problem_schemas import ProblemAnswer
from api.http.streams import streamed
from api.privacy.schemas import ErasureAnswer, ErasureList, ExportLine, OfAuthor, OfEverybody, OfRestaurant, whose
from api.webhooks.answers import json_response
from jobs.erasure import Erasure
from jobs.errors import KritiqError
from jobs.job import new_id
from jobs.timestamp import rfc3339
from store.extraction import Extractor

blueprint = Blueprint("privacy", __name__)

NDJSON = "application/x-ndjson"
#: When to ask again how far an erasure is, in seconds.
RETRY_S = 1
PROBLEMS = {400: ProblemAnswer, 413: ProblemAnswer, 415: ProblemAnswer, 422: ProblemAnswer, 503: ProblemAnswer}


@blueprint.post("/v1/erasures")
@operation(
    "Erase what there is of somebody",
    scope=Scope.ADMIN,
    body=OfAuthor | OfRestaurant | OfEverybody,
    answers={202: ErasureAnswer, 409: ProblemAnswer, **PROBLEMS},
)
def erase() -> Response:
    """Have all reviews of a guest, of a restaurant or of your organisation deleted, wherever they lie, as `DELETE`
    does, and the records searched for what is left. Ask at `Location` what has become of it.

    Of a batch that others have lines in too a guest's lines go alone; one of other restaurants, too, is left and named.
    An uploaded file goes whole when a line of it is theirs. What comes while it is carried out is not deleted, but
    found; asked again, it goes. Killed processes are taken over from.
    """
    asked = context().erasures.ask(new_id("erasure"), whose(json_body(), tenant()))
    here = link(f"/v1/erasures/{asked.id}")
    return json_response(erasure_dict(asked), 202, {"Location": here, "Retry-After": str(RETRY_S)})


@blueprint.get("/v1/erasures/<erasure_id>")
@operation("Get an erasure", scope=Scope.ADMIN, answers={200: ErasureAnswer, 404: ProblemAnswer, 503: ProblemAnswer})
def get_erasure(erasure_id: str) -> Response:
    """How far it is, and when it has ended its report, for `KRITIQ_ERASURE_TTL_S`; never which guest it was about."""
    found = context().erasures.get(tenant(), erasure_id)
    return json_response(erasure_dict(found), headers={} if found.status.terminal else {"Retry-After": str(RETRY_S)})


@blueprint.get("/v1/erasures")
@operation(
    "List erasures",
    scope=Scope.ADMIN,
    answers={200: ErasureList, 422: ProblemAnswer, 503: ProblemAnswer},
    query=PAGES,
)
def list_erasures() -> Response:
    """The last thousand that were asked for, newest first, for as long as their reports are kept."""
    page = context().erasures.page(tenant(), size=page_size(), before=place())
    return json_response({"erasures": list(map(erasure_dict, page.found)), "next_page_token": token_of(page.next)})


def erasure_dict(found: Erasure) -> dict[str, Any]:
    """The erasure as `ErasureAnswer` describes it."""
    proof = found.proof
    report: dict[str, Any] | None = None
    if proof is not None:
        done = "erased" if found.status.terminal else "told"
        report = {**asdict(proof), "complete": proof.complete, "archive": None if proof.archive is None else done}
    return {
        "id": found.id,
        "status": found.status,
        "of": found.of,
        "restaurant": found.restaurant,
        "created_at": rfc3339(found.created_at),
        "started_at": rfc3339(found.started_at),
        "finished_at": rfc3339(found.finished_at),
        "expires_at": rfc3339(found.expires_at),
        "erased": asdict(found.erased),
        "report": report,
        "error": None if found.error is None else found.error.to_dict(),
        "links": {"self": link(f"/v1/erasures/{found.id}")},
    }


@blueprint.post("/v1/exports")
@operation(
    "Export what there is of somebody",
    scope=Scope.ADMIN,
    body=OfAuthor | OfRestaurant | OfEverybody,
    answers={200: ExportLine, **PROBLEMS},
    media={200: NDJSON},
)
def export() -> Response:
    """All reviews of a guest, of a restaurant or of your organisation, to be handed to whom they are about: a JSON
    object on a line for each, with text, metadata and result; with an archive what that alone has any more, too, marked
    as `archived`. The last line says whether all have come.
    """
    rows = Extractor(context().batches.client, context().history).reviews(whose(json_body(), tenant()))
    # Errors must be answered before the stream begins.
    first = next(rows, None)
    return streamed(_lines(first, rows, still_in()), NDJSON, ExitStack())


def _lines(first: bytes | None, rows: Iterator[bytes], check_caller: Callable[[], None]) -> Iterator[bytes]:
    count = 0
    try:
        if first is not None:
            yield first + b"\n"
            count += 1
        for row in rows:
            check_caller()
            yield row + b"\n"
            count += 1
    except KritiqError as error:
        yield orjson.dumps({"complete": False, "reviews": count, "detail": str(error)}) + b"\n"
        return
    yield orjson.dumps({"complete": True, "reviews": count}) + b"\n"
