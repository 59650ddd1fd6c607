"""A few texts in one call, and their results in its answer: the `texts` of `POST /v1/jobs`."""

import time
from contextlib import ExitStack
from typing import Any

import orjson
from flask import Response, request

from api.batches.answers import batch_response, stored
from api.batches.parsing import from_list
from api.batches.schemas import MOST_TEXTS, TextsBody
from api.http.context import Context, check_model, context, tenant
from api.http.measures import current_span, waited
from api.http.pauses import Deferred, Signal
from api.http.priorities import prioritized
from api.http.problems import InvalidRequest
from api.http.waiting import wait_seconds, watch_end
from jobs.batch import Batch
from jobs.submission import new_batch


def submit_texts(body: dict[str, Any]) -> Response | Deferred:
    """Make a batch of `body["texts"]`, which nobody has checked: 200 with its results when it ends within the wait."""
    ctx = context()
    if "text" in body:
        raise InvalidRequest("#/texts", "should not stand beside text: one of the two")
    asked = TextsBody.model_validate(body)
    if not 1 <= len(asked.texts) <= MOST_TEXTS:
        raise InvalidRequest("#/texts", f"should have 1 to {MOST_TEXTS} texts, has {len(asked.texts)}")
    check_model(asked.model)
    wanted = prioritized(asked.to_request(), named="priority" in asked.model_fields_set)
    batch = new_batch(wanted, ctx.settings, tenant=tenant(), trace=current_span().place)
    lines = from_list([{"text": text} for text in asked.texts], ctx.settings.max_text_chars)
    wait = wait_seconds(request.headers.getlist("Prefer"))
    if not wait:
        made = stored(ctx, batch, lines)
        return batch_response(made, 202)
    with ExitStack() as stack:
        signal = stack.enter_context(watch_end(ctx.hub, tenant(), batch.id))
        signal.clear()
        made = stored(ctx, batch, lines)
        if made.id == batch.id:
            return _when_ended(ctx, made, signal, stack.pop_all(), wait)
    # The key was used before: wait for that batch.
    with ExitStack() as stack:
        signal = stack.enter_context(watch_end(ctx.hub, tenant(), made.id))
        return _when_ended(ctx, made, signal, stack.pop_all(), wait)


def _when_ended(ctx: Context, made: Batch, signal: Signal, held: ExitStack, wait: int) -> Deferred:
    began = time.monotonic()

    def look(last: bool) -> Response | None:
        batch = ctx.batches.get(made.tenant, made.id)
        if not (batch.status.terminal or last):
            return None
        waited(time.monotonic() - began)
        return _answer(ctx, batch, wait)

    return Deferred(signal, wait, look, held)


def _answer(ctx: Context, batch: Batch, wait: int) -> Response:
    if not batch.status.terminal:
        return batch_response(batch, 202)
    chunks = (ctx.batches.group(batch, each).lines or b"" for each in batch.grouped_chunks())
    rows = [orjson.Fragment(row) for lines in chunks for row in lines.splitlines()]
    response = batch_response(batch, 200, results=rows)
    response.headers["Preference-Applied"] = f"wait={wait}"
    return response
