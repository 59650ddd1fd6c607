"""`/v1/erasures` and `/v1/exports`: `kritiq erase` and `kritiq extract` for keys that are `admin`."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict

import orjson
from flask import Blueprint, Response

from access.scope import Scope
from api.http.context import context, json_body, still_in, tenant
from api.http.operation import operation
from api.http.problem_schemas import ProblemAnswer
from api.http.streams import streamed
from api.privacy.schemas import ErasureAnswer, ExportLine, OfAuthor, OfEverybody, OfRestaurant, whose
from jobs.errors import KritiqError
from store.erasure import Eraser
from store.extraction import Extractor

blueprint = Blueprint("privacy", __name__)

NDJSON = "application/x-ndjson"
PROBLEMS = {400: ProblemAnswer, 413: ProblemAnswer, 415: ProblemAnswer, 422: ProblemAnswer, 503: ProblemAnswer}


@blueprint.post("/v1/erasures")
@operation(
    "Erase what there is of somebody",
    scope=Scope.ADMIN,
    body=OfAuthor | OfRestaurant | OfEverybody,
    answers={200: ErasureAnswer, **PROBLEMS},
)
def erase() -> Response:
    """Delete all reviews of a guest, of a restaurant or of your organisation, wherever they lie, as `DELETE` does, and
    search the records for what is left: the answer is the report. With much to search that takes a while; a call that
    was cut off may be made again, and goes on where it was.

    Of a batch that others have lines in too a guest's lines go alone; one of other restaurants, too, is left and named.
    An uploaded file goes whole when a line of it is theirs.
    """
    report = Eraser(context().batches.client).erase(whose(json_body(), tenant()), everywhere=False)
    body = {"complete": report.complete, **asdict(report)}
    return Response(orjson.dumps(body), content_type="application/json", headers={"Cache-Control": "no-store"})


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
    object on a line for each, with text, metadata and result. The last line says whether all have come.
    """
    rows = Extractor(context().batches.client).reviews(whose(json_body(), tenant()))
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
