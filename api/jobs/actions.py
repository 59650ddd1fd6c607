"""What can be done to a job: cancel, try again, delete; and its events as they happen."""

import time
from collections.abc import Iterator

import orjson
from flask import Blueprint, Response, request

from api.http.answer_schemas import EventAnswer, JobAnswer, ProblemAnswer
from api.http.context import context, tenant
from api.http.openapi import operation
from api.http.waiting import LOOK_AGAIN_S, watch_job
from api.jobs.answers import job_dict, job_response
from api.jobs.routes import accepted, idempotency_key
from jobs.errors import KritiqError, NotRetryable
from jobs.job import Status
from jobs.store import Stored
from jobs.submission import submit_again

blueprint = Blueprint("actions", __name__, url_prefix="/v1/jobs")

MISSING = {404: ProblemAnswer, 410: ProblemAnswer, 503: ProblemAnswer}
#: A comment is sent this often, so that proxies keep the connection and dead ones are noticed; in seconds.
HEARTBEAT_S = 10.0
#: An event stream ends after this many seconds; the client comes back with `Last-Event-ID`.
STREAM_S = 300.0


@blueprint.post("/<job:job_id>/cancel")
@operation("Cancel a job", answers={200: JobAnswer, 202: JobAnswer, 409: ProblemAnswer, **MISSING})
def cancel_job(job_id: str) -> Response:
    """Call the job off: 200 when it is canceled, 202 while a worker still has to let go of it."""
    stored = context().store.cancel(tenant(), job_id)
    return job_response(stored, 200 if stored.job.status.terminal else 202)


@blueprint.post("/<job:job_id>/retry")
@operation(
    "Try a job again",
    answers={200: JobAnswer, 202: JobAnswer, 409: ProblemAnswer, 422: ProblemAnswer, **MISSING},
    headers={"Idempotency-Key": "The same key gives the first new job again, for 24 hours."},
)
def retry_job(job_id: str) -> Response:
    """Make a new job of the same review, with `retry_of`, when this one failed, expired or was canceled."""
    ctx = context()
    old = ctx.store.get(tenant(), job_id).job
    if not old.status.terminal or old.status is Status.SUCCEEDED:
        raise NotRetryable(f"The job is {old.status}; only one that failed, expired or was canceled is tried again.")
    created = submit_again(ctx.store, ctx.settings, old, idempotency=idempotency_key())
    stored = Stored(job=created.job) if created.new else ctx.store.get(tenant(), created.job.id)
    return accepted(ctx, created, stored, place=created.place)


@blueprint.delete("/<whole_job:job_id>")
@operation("Delete a job", answers={204: None, **MISSING})
def delete_job(job_id: str) -> Response:
    """Purge text, result and undelivered webhooks, whatever the state. The id answers 410 from now on."""
    context().store.delete(tenant(), job_id)
    return Response(status=204)


@blueprint.get("/<job:job_id>/events")
@operation(
    "Listen to a job",
    answers={200: EventAnswer, **MISSING},
    media={200: "text/event-stream"},
    headers={"Last-Event-ID": "The `id` of the last event you have: the stream goes on behind it."},
)
def job_events(job_id: str) -> Response:
    """Server-sent events: `job` with the job as data at every change, its version as id; ends with the job."""
    ctx, owner = context(), tenant()
    seen = request.headers.get("Last-Event-ID", "0")
    version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0
    # Errors must be answered before the stream begins.
    ctx.store.get(owner, job_id)
    watch = watch_job(ctx.hub, owner, job_id)
    event = watch.__enter__()

    def stream(version: int) -> Iterator[bytes]:
        until, heard = time.monotonic() + STREAM_S, time.monotonic()
        try:
            yield b"retry: 1000\n\n"
            while time.monotonic() < until:
                event.clear()
                try:
                    stored = ctx.store.get(owner, job_id)
                except KritiqError as error:
                    yield b"event: end\ndata: " + orjson.dumps({"detail": str(error)}) + b"\n\n"
                    return
                if stored.job.version > version:
                    version, heard = stored.job.version, time.monotonic()
                    data = orjson.dumps(job_dict(stored.job, stored.result, ctx.settings.public_url))
                    yield b"id: %d\nevent: job\ndata: %s\n\n" % (version, data)
                if stored.job.status.terminal:
                    return
                event.wait(min(LOOK_AGAIN_S, HEARTBEAT_S))
                if time.monotonic() - heard >= HEARTBEAT_S:
                    heard = time.monotonic()
                    yield b": still here\n\n"
        finally:
            watch.__exit__(None, None, None)

    response = Response(stream(version), content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response
