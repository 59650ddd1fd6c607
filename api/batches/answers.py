"""A batch on its way in, as every route stores it, and a stored one as the bytes that a client gets."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson
from flask import Response, request

from api.files.outputs import output_ids
from api.http.context import Context, caller, context, idempotency_key, raw_body
from api.http.eta import until_due_s
from api.http.whole import etag
from jobs.address import batch_path
from jobs.batch import Batch, Chunk
from jobs.line import Line
from jobs.timestamp import rfc3339


def stored(ctx: Context, batch: Batch, lines: Sequence[Line]) -> Batch:
    """The batch of the current request, or the one that its key made before.

    Raises Forbidden for restaurants that are not the caller's, QueueFull, IdempotencyMismatch.
    """
    key = idempotency_key()
    for restaurant in Chunk.of(batch.request, lines).restaurants:
        caller().demand(restaurant or None)
    return ctx.batches.create(
        batch,
        lines,
        target=ctx.settings.batch_sentences,
        idempotency=key,
        digest=hashlib.sha256(request.full_path.encode() + b"\0" + raw_body()).hexdigest() if key else "",
        limit=ctx.settings.max_backlog,
        own=ctx.settings.allowance,
    )


def stored_in_parts(ctx: Context, batch: Batch, lines: Iterable[Line], identity: bytes) -> Batch:
    """`stored` for lines that come one by one; `identity` stands for the request. Raises what they raise, too."""
    asked = f"{request.full_path}\0".encode() + identity
    seen = set[str]()

    def checked() -> Iterator[Line]:
        for line in lines:
            restaurant = (batch.request.restaurant or "") if line.restaurant is None else line.restaurant
            if restaurant not in seen:
                seen.add(restaurant)
                caller().demand(restaurant or None)
            yield line

    return ctx.batches.create_in_parts(
        batch,
        checked(),
        target=ctx.settings.batch_sentences,
        idempotency=(key := idempotency_key()),
        digest=hashlib.sha256(asked).hexdigest() if key else "",
        limit=ctx.settings.max_backlog,
        own=ctx.settings.allowance,
    )


def batch_dict(batch: Batch, public_url: str, *, archived: bool = False) -> dict[str, Any]:
    """The batch as `api.batches.answer_schemas.BatchAnswer` describes it, with links below `public_url`."""
    here = public_url + batch_path(batch.id)
    output_id, error_id = (None, None) if archived else output_ids(batch)
    return {
        "id": batch.id,
        "status": batch.status,
        "version": batch.version,
        "counts": counts_dict(batch),
        "cancel_requested": batch.cancel_requested,
        "created_at": rfc3339(batch.created_at),
        "finished_at": rfc3339(batch.finished_at),
        "expires_at": rfc3339(batch.expires_at),
        "not_before": batch.request.not_before,
        **batch.request.described(),
        "retry_of": batch.request.retry_of,
        "input_file_id": batch.input_file_id,
        "output_file_id": output_id,
        "error_file_id": error_id,
        **({"archived": True} if archived else {}),
        "links": {
            "self": here,
            "events": f"{here}/events",
            "results": f"{here}/results",
            "lines": f"{here}/lines",
            "cancel": f"{here}/cancel",
            "retry": f"{here}/retry",
        },
    }


def counts_dict(batch: Batch) -> dict[str, int]:
    """Reviews of the batch by what became of them, as `BatchCounts` describes it."""
    return {
        "total": batch.total,
        "waiting": batch.waiting,
        "succeeded": batch.succeeded,
        "failed": batch.failed,
        "canceled": batch.canceled,
        "expired": batch.expired,
        "skipped": batch.skipped,
    }


def batch_response(batch: Batch, status: int = 200, *, archived: bool = False, **more: Any) -> Response:
    """The batch with `more` members and its entity tag, where it is, and when to ask again while it has not ended."""
    body = batch_dict(batch, context().settings.public_url, archived=archived)
    response = Response(orjson.dumps(body | more), status, content_type="application/json")
    response.headers["ETag"] = etag(batch.version)
    response.headers["Cache-Control"] = "private, no-cache"
    if status == 202:
        response.headers["Location"] = body["links"]["self"]
    if not batch.status.terminal:
        response.headers["Retry-After"] = str(until_due_s(batch.due_at))
    return response
