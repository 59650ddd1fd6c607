"""`/v1/batches`: many reviews in one call, their results as lines in the order of the request."""

import hashlib
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, suppress

import orjson
from flask import Blueprint, Response, request

from api.batches.parsing import from_ndjson, from_request
from api.batches.schemas import BatchRequest
from api.http.answer_schemas import BatchAnswer, BatchLineAnswer, ProblemAnswer
from api.http.context import context, json_body, raw_body, tenant
from api.http.eta import until_due_s
from api.http.links import link
from api.http.openapi import operation
from api.http.problems import InvalidRequest
from api.http.waiting import LOOK_AGAIN_S, watch_job
from api.jobs.routes import idempotency_key
from jobs.address import batch_path
from jobs.batch import Batch
from jobs.errors import KritiqError
from jobs.job import new_id
from jobs.submission import kept_ms
from jobs.timestamp import milliseconds, rfc3339

blueprint = Blueprint("batches", __name__, url_prefix="/v1/batches")

NDJSON = "application/x-ndjson"
MISSING = {404: ProblemAnswer, 410: ProblemAnswer, 503: ProblemAnswer}
#: A stream of results ends after this many seconds; `?after=` goes on behind the last line.
STREAM_S = 600.0


@blueprint.post("")
@operation(
    "Submit many reviews",
    body=BatchRequest,
    answers={202: BatchAnswer, 400: ProblemAnswer, 413: ProblemAnswer, 415: ProblemAnswer, 422: ProblemAnswer,
             503: ProblemAnswer},
    headers={"Idempotency-Key": "The same key with the same request gives the first batch again, for 24 hours."},
    body_also=(NDJSON, 'A review on each line: `{"text": "…", "custom_id": "…"}`.'),
)  # fmt: skip
def submit_batch() -> Response:
    """Up to 10,000 reviews, as JSON, or as NDJSON (`application/x-ndjson`) with one review on each line."""
    ctx = context()
    request.max_content_length = ctx.settings.max_batch_bytes
    if request.mimetype == NDJSON:
        asked = BatchRequest(reviews=[])
        lines = from_ndjson(raw_body(), ctx.settings.max_text_chars)
    else:
        asked = BatchRequest.model_validate(json_body())
        lines = from_request(asked, ctx.settings.max_text_chars)
    key, wanted = idempotency_key(), asked.to_request()
    batch = ctx.batches.create(
        Batch(
            id=new_id("batch"),
            tenant=tenant(),
            ttl_ms=kept_ms(wanted, ctx.settings, tenant()),
            request=wanted,
            due_at=None if wanted.not_before is None else milliseconds(wanted.not_before),
        ),
        lines,
        target=ctx.settings.batch_sentences,
        idempotency=key,
        digest=hashlib.sha256(raw_body()).hexdigest() if key else "",
        limit=ctx.settings.max_backlog,
    )
    return _answer(batch, 202)


@blueprint.get("/<batch_id>")
@operation("Get a batch", answers={200: BatchAnswer, **MISSING})
def get_batch(batch_id: str) -> Response:
    """How far the batch is."""
    return _answer(context().batches.get(tenant(), batch_id), 200)


@blueprint.get("/<batch_id>/results")
@operation(
    "Get a batch's results",
    answers={200: BatchLineAnswer, 422: ProblemAnswer, **MISSING},
    media={200: NDJSON},
    query={
        "follow": "`false`: only what is there now. Otherwise the stream goes on until the batch has ended.",
        "after": "Number of the last line that you have: the stream begins behind it.",
    },
)
def batch_results(batch_id: str) -> Response:
    """NDJSON, a line for each review in the order of the request, each as soon as all before it are there."""
    ctx, owner = context(), tenant()
    after = request.args.get("after", "0")
    if not (after.isascii() and after.isdigit() and len(after) < 8):
        raise InvalidRequest("?after", "should be the number of a line")
    follow = request.args.get("follow", "true")
    if follow not in ("true", "false"):
        raise InvalidRequest("?follow", "should be true or false")
    batch = ctx.batches.get(owner, batch_id)
    stack = ExitStack()
    changed = stack.enter_context(watch_job(ctx.hub, owner, batch_id)) if follow == "true" else None

    def stream() -> Generator[bytes]:
        until = time.monotonic() + STREAM_S
        begun = 0
        with stack:
            for number in range(batch.chunks):
                while True:
                    if changed:
                        changed.clear()
                    lines = ctx.batches.chunk(batch, number).lines
                    if lines is not None or changed is None or time.monotonic() > until:
                        break
                    yield b""
                    changed.wait(LOOK_AGAIN_S)
                if lines is None:
                    return
                count = lines.count(b"\n")
                # Lines are numbered from 1 without a gap, so whole chunks can be passed over by counting.
                skip = max(0, int(after) - begun)
                begun += count
                if skip < count:
                    yield lines if not skip else b"".join(lines.splitlines(keepends=True)[skip:])

    lines = stream()
    # What is wrong with what is there now is a problem of its own, not an answer that breaks off.
    parts = _until_gone(next(lines, b""), lines)
    response = Response(parts, content_type=NDJSON, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
    response.call_on_close(lines.close)
    return response


def _until_gone(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    """The whole stream, up to where a chunk turns out to be gone, or out of reach: who goes on there is told so."""
    yield first
    with suppress(KritiqError):
        yield from rest


@blueprint.post("/<batch_id>/cancel")
@operation("Cancel a batch", answers={200: BatchAnswer, 202: BatchAnswer, 409: ProblemAnswer, **MISSING})
def cancel_batch(batch_id: str) -> Response:
    """Stop what has not started. 202 while workers still have to let go of what they hold."""
    batch = context().batches.cancel(tenant(), batch_id)
    return _answer(batch, 202 if not batch.status.terminal else 200)


@blueprint.delete("/<batch_id>")
@operation("Delete a batch", answers={204: None, **MISSING})
def delete_batch(batch_id: str) -> Response:
    """Purge the batch with its reviews and results, whatever the state."""
    context().batches.delete(tenant(), batch_id)
    return Response(status=204)


def _answer(batch: Batch, status: int) -> Response:
    here = link(batch_path(batch.id))
    body = {
        "id": batch.id,
        "status": batch.status,
        "version": batch.version,
        "counts": {
            "total": batch.total,
            "waiting": batch.waiting,
            "succeeded": batch.succeeded,
            "failed": batch.failed,
            "canceled": batch.canceled,
            "expired": batch.expired,
        },
        "cancel_requested": batch.cancel_requested,
        "created_at": rfc3339(batch.created_at),
        "finished_at": rfc3339(batch.finished_at),
        "expires_at": rfc3339(batch.expires_at),
        "not_before": batch.request.not_before,
        "restaurant": batch.request.restaurant,
        "metadata": batch.request.metadata,
        "links": {"self": here, "results": f"{here}/results", "cancel": f"{here}/cancel"},
    }
    response = Response(orjson.dumps(body), status, content_type="application/json")
    response.headers["ETag"] = f'"{batch.version}"'
    if status == 202:
        response.headers["Location"] = here
    if not batch.status.terminal:
        response.headers["Retry-After"] = str(until_due_s(batch.due_at))
    return response
