"""`/v1/batches`: many reviews in one call; `api.batches.results` has what became of them."""

from dataclasses import replace

from flask import Blueprint, Response, request

from access.scope import Scope
from api.batches.answer_schemas import BatchAnswer
from api.batches.answers import batch_response, stored, stored_in_parts
from api.batches.parsing import IN_QUERY, from_file, from_list, from_ndjson, from_query
from api.batches.past import delete_past_batch, past_batch
from api.batches.results import batch_events, batch_results
from api.batches.schemas import BatchMembers, BatchOfFile, BatchRequest
from api.files.uploaded import uploaded
from api.http.context import Context, check_batch, check_model, context, idempotency_key, json_body, raw_body, tenant
from api.http.measures import current_span
from api.http.negotiation import NDJSONS
from api.http.operation import operation
from api.http.preconditions import CHANGE, READ, changed, demand, not_modified
from api.http.priorities import prioritized
from api.http.problem_schemas import ProblemAnswer
from jobs.batch import Batch
from jobs.errors import Gone, NotFound
from jobs.request import JobRequest
from jobs.submission import new_batch
from store.requeue import retry_lines

blueprint = Blueprint("batches", __name__, url_prefix="/v1/batches")

MISSING = {404: ProblemAnswer, 410: ProblemAnswer, 503: ProblemAnswer}


@blueprint.post("")
@operation(
    "Submit many reviews",
    scope=Scope.JOBS_WRITE,
    body=BatchRequest | BatchOfFile,
    answers={202: BatchAnswer, 400: ProblemAnswer, 404: ProblemAnswer, 410: ProblemAnswer, 413: ProblemAnswer,
             415: ProblemAnswer, 422: ProblemAnswer, 503: ProblemAnswer},
    headers={"Idempotency-Key": "The same key with the same request gives the first batch again, for 24 hours"
        " (KRITIQ_IDEMPOTENCY_TTL_S)."},
    query={name: f"What the JSON form says as `{name}`, which goes before it; for NDJSON." for name in IN_QUERY},
    body_also=(NDJSONS[0], 'A review on each line: `{"text": "…", "custom_id": "…", "restaurant": "…"}`. '
        f"It may be called {' or '.join(NDJSONS[1:])}, too."),
)  # fmt: skip
def submit_batch() -> Response:
    """Up to 10,000 reviews, as JSON, or as NDJSON (`application/x-ndjson`) with one review on each line.

    Or up to 50,000 of a file that was uploaded (`POST /v1/files`), named as `input_file_id`.

    Each may have a restaurant, a date, an author, metadata, a language, a model and an id of its own; what it leaves
    out is as the batch says. Reviews of a restaurant count in its summary as soon as they are judged.
    """
    ctx = context()
    request.max_content_length = ctx.settings.max_batch_bytes
    in_query = from_query(request.args)
    if request.mimetype in NDJSONS:
        asked = prioritized(BatchMembers.model_validate(in_query).to_request())
        check_model(asked.model, "?model")
        lines = from_ndjson(raw_body(), ctx.settings.max_text_chars, ctx.catalogue.of_many())
    else:
        members = in_query | json_body(unchecked="reviews", also=NDJSONS[:1])
        if "input_file_id" in members:
            return _of_file(BatchOfFile.model_validate(members))
        body = BatchRequest.model_validate(members)
        asked = prioritized(body.to_request())
        check_model(asked.model)
        lines = from_list(body.reviews, ctx.settings.max_text_chars, ctx.catalogue.of_many())
    return batch_response(stored(ctx, _new(ctx, asked), lines), 202)


def _new(ctx: Context, asked: JobRequest) -> Batch:
    return new_batch(asked, ctx.settings, tenant=tenant(), trace=current_span().place)


def _of_file(body: BatchOfFile) -> Response:
    """The batch of a file's reviews, read line by line. The same reviews and the same key are the same request."""
    ctx = context()
    check_model(body.model)
    asked = prioritized(body.to_request())
    file = uploaded(body.input_file_id)
    batch = replace(_new(ctx, asked), input_file_id=file.id)
    lines = from_file(ctx.files.parts(file), ctx.settings.max_text_chars, ctx.catalogue.of_many())
    return batch_response(stored_in_parts(ctx, batch, lines, f"{file.digest} ".encode() + asked.encode()), 202)


@blueprint.get("/<batch_id>")
@operation(
    "Get a batch",
    scope=Scope.JOBS_READ,
    answers={200: BatchAnswer, 304: None, 412: ProblemAnswer, **MISSING},
    headers=READ,
)
def get_batch(batch_id: str) -> Response:
    """How far the batch is. With an archive one that has aged is there as long as a line of it is kept."""
    try:
        check_batch(batch_id)
        batch = context().batches.get(tenant(), batch_id)
        return not_modified(batch.version) or batch_response(batch)
    except (Gone, NotFound):
        found = past_batch(batch_id)
        if found is None:
            raise
        return not_modified(found.version) or batch_response(found, archived=True)


blueprint.add_url_rule("/<batch_id>/results", view_func=batch_results)
blueprint.add_url_rule("/<batch_id>/events", view_func=batch_events)


@blueprint.post("/<batch_id>/cancel")
@operation(
    "Cancel a batch",
    scope=Scope.JOBS_WRITE,
    answers={200: BatchAnswer, 202: BatchAnswer, 409: ProblemAnswer, 412: ProblemAnswer, **MISSING},
    headers=CHANGE,
)
def cancel_batch(batch_id: str) -> Response:
    """Stop what has not started. 202 while workers still have to let go of what they hold."""
    check_batch(batch_id)
    batches, owner = context().batches, tenant()
    batch = changed(
        lambda: batches.get(owner, batch_id).version, lambda version: batches.cancel(owner, batch_id, version=version)
    )
    return batch_response(batch, 202 if not batch.status.terminal else 200)


@blueprint.post("/<batch_id>/retry")
@operation(
    "Retry a batch's lines",
    scope=Scope.JOBS_WRITE,
    answers={202: BatchAnswer, 409: ProblemAnswer, 412: ProblemAnswer, **MISSING},
    headers={
        "Idempotency-Key": "The same key gives the first batch again, for 24 hours (KRITIQ_IDEMPOTENCY_TTL_S).",
        **CHANGE,
    },
)
def retry_batch(batch_id: str) -> Response:
    """Judge the lines that ended without a result once more: as a new batch of these lines alone, in their order.

    Its `retry_of` is the old batch, which stays as it is. However often it is called, and with whatever keys, nothing
    counts twice: while the new batch goes on, and once all of its lines have a result, it is the answer again; where it
    ended with lines that have none, those are tried again, and `retry_of` names it. A line without a text that could be
    judged is left out, for it would fail again. 409 while the batch goes on, and when there is no such line.
    """
    ctx, key = context(), idempotency_key()
    check_batch(batch_id)
    old = ctx.batches.get(tenant(), batch_id)
    demand(old.version)
    prioritized(old.request)
    current_span().link(old.trace)
    return batch_response(retry_lines(ctx.batches, ctx.settings, old, idempotency=key, trace=current_span().place), 202)


@blueprint.delete("/<batch_id>")
@operation("Delete a batch", scope=Scope.JOBS_WRITE, answers={204: None, 412: ProblemAnswer, **MISSING}, headers=CHANGE)
def delete_batch(batch_id: str) -> Response:
    """Purge the batch with its reviews and results, whatever the state.

    The id answers 410 from now on, to a second DELETE too: after an answer that was lost that means done.
    """
    if delete_past_batch(batch_id):
        return Response(status=204)
    check_batch(batch_id)
    batches, owner = context().batches, tenant()
    changed(
        lambda: batches.get(owner, batch_id).version, lambda version: batches.delete(owner, batch_id, version=version)
    )
    return Response(status=204)
