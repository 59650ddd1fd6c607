"""`/v1/batches`: many reviews in one call; `api.batches.results` has what became of them."""

from flask import Blueprint, Response, request

from access.scope import Scope
from api.batches.answers import batch_response, stored
from api.batches.parsing import IN_QUERY, from_list, from_ndjson, from_query
from api.batches.results import batch_events, batch_results
from api.batches.schemas import BatchMembers, BatchRequest
from api.http.answer_schemas import BatchAnswer, ProblemAnswer
from api.http.context import check_batch, context, json_body, raw_body, tenant
from api.http.openapi import operation
from jobs.submission import new_batch

blueprint = Blueprint("batches", __name__, url_prefix="/v1/batches")

NDJSON = "application/x-ndjson"
MISSING = {404: ProblemAnswer, 410: ProblemAnswer, 503: ProblemAnswer}


@blueprint.post("")
@operation(
    "Submit many reviews",
    scope=Scope.JOBS_WRITE,
    body=BatchRequest,
    answers={202: BatchAnswer, 400: ProblemAnswer, 413: ProblemAnswer, 415: ProblemAnswer, 422: ProblemAnswer,
             503: ProblemAnswer},
    headers={"Idempotency-Key": "The same key with the same request gives the first batch again, for 24 hours."},
    query={name: f"What the JSON form says as `{name}`, which goes before it; for NDJSON." for name in IN_QUERY},
    body_also=(NDJSON, 'A review on each line: `{"text": "…", "custom_id": "…", "restaurant": "…"}`.'),
)  # fmt: skip
def submit_batch() -> Response:
    """Up to 10,000 reviews, as JSON, or as NDJSON (`application/x-ndjson`) with one review on each line.

    Each may have a restaurant, a date, an author, metadata, a language and an id of its own; what it leaves out is as
    the batch says. Reviews of a restaurant count in its summary as soon as they are judged.
    """
    ctx = context()
    request.max_content_length = ctx.settings.max_batch_bytes
    said = from_query(request.args)
    if request.mimetype == NDJSON:
        asked = BatchMembers.model_validate(said).to_request()
        lines = from_ndjson(raw_body(), ctx.settings.max_text_chars)
    else:
        body = BatchRequest.model_validate(said | json_body(unchecked="reviews"))
        asked = body.to_request()
        lines = from_list(body.reviews, ctx.settings.max_text_chars)
    return batch_response(stored(ctx, new_batch(asked, ctx.settings, tenant=tenant()), lines), 202)


@blueprint.get("/<batch_id>")
@operation("Get a batch", scope=Scope.JOBS_READ, answers={200: BatchAnswer, **MISSING})
def get_batch(batch_id: str) -> Response:
    """How far the batch is."""
    check_batch(batch_id)
    return batch_response(context().batches.get(tenant(), batch_id), 200)


blueprint.add_url_rule("/<batch_id>/results", view_func=batch_results)
blueprint.add_url_rule("/<batch_id>/events", view_func=batch_events)


@blueprint.post("/<batch_id>/cancel")
@operation(
    "Cancel a batch",
    scope=Scope.JOBS_WRITE,
    answers={200: BatchAnswer, 202: BatchAnswer, 409: ProblemAnswer, **MISSING},
)
def cancel_batch(batch_id: str) -> Response:
    """Stop what has not started. 202 while workers still have to let go of what they hold."""
    check_batch(batch_id)
    batch = context().batches.cancel(tenant(), batch_id)
    return batch_response(batch, 202 if not batch.status.terminal else 200)


@blueprint.delete("/<batch_id>")
@operation("Delete a batch", scope=Scope.JOBS_WRITE, answers={204: None, **MISSING})
def delete_batch(batch_id: str) -> Response:
    """Purge the batch with its reviews and results, whatever the state."""
    check_batch(batch_id)
    context().batches.delete(tenant(), batch_id)
    return Response(status=204)
