"""A few texts in one call, and their results in its answer: the `texts` of `POST /v1/jobs`."""

import threading
import time
from typing import Any

import orjson
from flask import Response, request

from api.batches.answers import batch_response, stored
from api.batches.parsing import from_list
from api.batches.schemas import MOST_TEXTS, TextsBody
from api.http.context import Context, context, tenant
from api.http.problems import InvalidRequest
from api.http.traces import current
from api.http.waiting import LOOK_AGAIN_S, wait_seconds, watch_job
from jobs.batch import Batch
from jobs.submission import new_batch


def submit_texts(body: dict[str, Any]) -> Response:
    """Make a batch of `body["texts"]`, which nobody has checked: 200 with its results when it ends within the wait."""
    ctx = context()
    if "text" in body:
        raise InvalidRequest("#/texts", "should not stand beside text: one of the two")
    asked = TextsBody.model_validate(body)
    if not 1 <= len(asked.texts) <= MOST_TEXTS:
        raise InvalidRequest("#/texts", f"should have 1 to {MOST_TEXTS} texts, has {len(asked.texts)}")
    batch = new_batch(asked.to_request(), ctx.settings, tenant=tenant(), trace=current().place)
    lines = from_list([{"text": text} for text in asked.texts], ctx.settings.max_text_chars)
    wait = wait_seconds(request.headers.getlist("Prefer"))
    if not wait:
        made = stored(ctx, batch, lines)
        return batch_response(made, 202)
    until = time.monotonic() + wait
    with watch_job(ctx.hub, tenant(), batch.id) as event:
        made = stored(ctx, batch, lines)
        if made.id == batch.id:
            made = _ended(ctx, event, made, until)
    if made.id != batch.id:
        # The key was used before: wait for that batch.
        with watch_job(ctx.hub, tenant(), made.id) as event:
            made = _ended(ctx, event, made, until)
    if not made.status.terminal:
        return batch_response(made, 202)
    rows = [row for number in range(made.chunks) for row in (ctx.batches.chunk(made, number).lines or b"").splitlines()]
    response = batch_response(made, 200, results=[orjson.Fragment(row) for row in rows])
    response.headers["Preference-Applied"] = f"wait={wait}"
    return response


def _ended(ctx: Context, event: threading.Event, batch: Batch, until: float) -> Batch:
    """The batch when it has ended, or as it is at `until`, by the monotonic clock."""
    while True:
        event.clear()
        batch = ctx.batches.get(batch.tenant, batch.id)
        left = until - time.monotonic()
        if batch.status.terminal or left <= 0:
            return batch
        event.wait(min(left, LOOK_AGAIN_S))
