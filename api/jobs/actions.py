"""What can be done to a job: cancel, try again, delete; and its events as they happen."""

from flask import Blueprint, Response

from access.scope import Scope
from api.http.context import caller, check_job, context, idempotency_key, still_in, tenant
from api.http.measures import current_span
from api.http.operation import operation
from api.http.preconditions import CHANGE, changed, demand
from api.http.priorities import prioritized
from api.http.problem_schemas import ProblemAnswer
from api.http.streams import Seen, server_sent
from api.http.waiting import watch_job
from api.jobs.answer_schemas import EventAnswer, JobAnswer
from api.jobs.answers import job_dict, job_response
from api.jobs.past import delete_past
from api.jobs.routes import accepted
from jobs.errors import Gone, NotFound
from jobs.stored import Stored
from jobs.submission import submit_again

blueprint = Blueprint("actions", __name__, url_prefix="/v1/jobs")

MISSING = {404: ProblemAnswer, 410: ProblemAnswer, 503: ProblemAnswer}


@blueprint.post("/<job:job_id>/cancel")
@operation(
    "Cancel a job",
    scope=Scope.JOBS_WRITE,
    answers={200: JobAnswer, 202: JobAnswer, 409: ProblemAnswer, 412: ProblemAnswer, **MISSING},
    headers=CHANGE,
)
def cancel_job(job_id: str) -> Response:
    """Call the job off: 200 when it is canceled, 202 while a worker still has to let go of it."""
    check_job(job_id)
    store, owner = context().store, tenant()
    stored = changed(
        lambda: store.get(owner, job_id).job.version, lambda version: store.cancel(owner, job_id, version=version)
    )
    return job_response(stored, 200 if stored.job.status.terminal else 202)


@blueprint.post("/<job:job_id>/retry")
@operation(
    "Try a job again",
    scope=Scope.JOBS_WRITE,
    answers={200: JobAnswer, 202: JobAnswer, 409: ProblemAnswer, 412: ProblemAnswer, 422: ProblemAnswer, **MISSING},
    headers={
        "Idempotency-Key": "The same key gives the first new job again, for 24 hours (KRITIQ_IDEMPOTENCY_TTL_S).",
        **CHANGE,
    },
)
def retry_job(job_id: str) -> Response:
    """Make a new job of the same review, with `retry_of`, when this one failed, expired or was canceled.

    However often it is called, and with whatever keys, no review counts twice: while the new job goes on, and once it
    has succeeded, it is the answer again; when it ended without a result, too, that is what is tried again.
    """
    ctx, key = context(), idempotency_key()
    check_job(job_id)
    old = ctx.store.get(tenant(), job_id).job
    demand(old.version)
    prioritized(old.request)
    current_span().link(old.trace)

    created = submit_again(ctx.store, ctx.settings, old, idempotency=key, trace=current_span().place)
    stored = Stored(job=created.job) if created.new else ctx.store.get(tenant(), created.job.id)
    return accepted(ctx, created, stored, place=created.place)


@blueprint.delete("/<whole_job:job_id>")
@operation("Delete a job", scope=Scope.JOBS_WRITE, answers={204: None, 412: ProblemAnswer, **MISSING}, headers=CHANGE)
def delete_job(job_id: str) -> Response:
    """Purge text, result and undelivered webhooks, whatever the state.

    The id answers 410 from now on, to a second DELETE too: after an answer that was lost that means done. A task that a
    Celery client sent and that no worker has taken yet is no job: it loses its text and is revoked, and 404 follows.
    """
    store, owner = context().store, tenant()
    if delete_past(job_id):
        return Response(status=204)
    try:
        check_job(job_id)
        changed(
            lambda: store.get(owner, job_id).job.version, lambda version: store.delete(owner, job_id, version=version)
        )
    except Gone:
        raise
    except NotFound:
        if not store.delete_untaken(owner, job_id, caller().sees):
            raise
    return Response(status=204)


@blueprint.get("/<job:job_id>/events")
@operation(
    "Listen to a job",
    scope=Scope.JOBS_READ,
    answers={200: EventAnswer, **MISSING},
    media={200: "text/event-stream"},
    headers={"Last-Event-ID": "The `id` of the last event you have: the stream goes on behind it."},
)
def job_events(job_id: str) -> Response:
    """Server-sent events: `job` with the job as data at every change, its version as id; `end` when it has ended."""
    ctx, owner = context(), tenant()
    check_job(job_id)

    check_caller = still_in()

    def look() -> Seen:
        check_caller()
        stored = ctx.store.get(owner, job_id)
        body = job_dict(stored.job, stored.result, ctx.settings.public_url)
        return Seen(version=stored.job.version, body=body, ended=stored.job.status.terminal)

    return server_sent("job", look, watch_job(ctx.hub, owner, job_id))
