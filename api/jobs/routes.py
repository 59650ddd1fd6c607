"""`/v1/jobs`: a review in, its aspects out."""

import re
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from flask import Blueprint, Response, request

from access.scope import Scope
from api.batches.answer_schemas import BatchAnswer, BatchWithResults
from api.batches.schemas import TextsBody
from api.batches.texts import submit_texts
from api.http.context import (
    Context,
    caller,
    check_job,
    check_model,
    checked_text,
    context,
    idempotency_key,
    json_body,
    link,
    still_in,
    tenant,
)
from api.http.eta import Eta
from api.http.measures import current_span
from api.http.operation import operation
from api.http.parameters import OWN_ID
from api.http.pauses import Deferred
from api.http.preconditions import CREATE, READ, conditional, demand, not_modified
from api.http.priorities import prioritized
from api.http.problem_schemas import ProblemAnswer
from api.http.problems import InvalidRequest
from api.http.waiting import expect_end, told, wait_seconds, when_ended
from api.http.webhook_urls import checked_url
from api.jobs.answer_schemas import JobAnswer
from api.jobs.answers import job_response
from api.jobs.past import forgotten, past
from api.jobs.schemas import JobBody
from jobs.address import job_path
from jobs.backlog import Place
from jobs.errors import Conflict, Gone, IdempotencyMismatch, NotFound, TextErased
from jobs.job import Status, new_id
from jobs.stored import Created, Stored
from jobs.submission import submit

blueprint = Blueprint("jobs", __name__, url_prefix="/v1/jobs")

#: 410: the id is that of a job that was deleted, or the key that of a request whose job was.
PROBLEMS = dict.fromkeys((400, 410, 413, 415, 422, 503), ProblemAnswer)
SUBMIT: dict[str, Any] = {
    "scope": Scope.JOBS_WRITE,
    "body": JobBody,
    "answers": {200: JobAnswer, 202: JobAnswer, **PROBLEMS},
    "headers": {
        "Prefer": "`wait=n`: answer 200 as soon as the job ends, at most n (30) seconds later.",
        "Idempotency-Key": "The same key with the same request gives the first job again, for 24 hours"
        " (KRITIQ_IDEMPOTENCY_TTL_S).",
    },
}


@blueprint.post("")
@operation(
    "Submit a review, or a few",
    **{
        **SUBMIT,
        "body": JobBody | TextsBody,
        "answers": {200: JobAnswer | BatchWithResults, 202: JobAnswer | BatchAnswer, **PROBLEMS},
    },
)
def submit_job() -> Response | Deferred:
    """Store the review as a job and answer 202 with its address. It is judged soon; poll, wait or listen.

    With `texts` instead of `text` (1 to 100) they become a batch of the priority that is asked for: the answer is the
    batch, and with `Prefer: wait`, once it has ended, its result lines too.
    """
    body = json_body(unchecked="texts")
    return submit_texts(body) if "texts" in body else _submitted(new_id(), body, bind=False)


@blueprint.put("/<whole_job:job_id>")
@operation(
    "Submit a review under your own id",
    path={"job_id": OWN_ID},
    **{
        **SUBMIT,
        "answers": {**SUBMIT["answers"], 409: ProblemAnswer, 412: ProblemAnswer},
        "headers": {**SUBMIT["headers"], **CREATE},
    },
)
def put_job(job_id: str) -> Response | Deferred:
    """Like POST, under an id of yours (1 to 64 letters, digits, `-`, `_`). Repeating the call gives the same job.

    410 when the id's job was deleted or is past its time, 409 when it is another restaurant's that your key is not for.
    """
    if not re.fullmatch(OWN_ID["pattern"], job_id):
        raise InvalidRequest("{job_id}", "should have 1 to 64 letters, digits, hyphens and underscores")
    return _submitted(job_id, json_body(), bind=True)


def _version(job_id: str) -> int | None:
    """The job's; None where there is none that the caller may see."""
    try:
        check_job(job_id)
        return context().store.get(tenant(), job_id).job.version
    except NotFound:
        return None


@blueprint.get("/<whole_job:job_id>")
@operation(
    "Get a job",
    scope=Scope.JOBS_READ,
    answers={200: JobAnswer, 304: None, 404: ProblemAnswer, 410: ProblemAnswer, 412: ProblemAnswer, 422: ProblemAnswer,
             503: ProblemAnswer},
    query={"wait": "Seconds to wait for the job to end, at most 30."},
    headers=READ,
)  # fmt: skip
def get_job(job_id: str) -> Response | Deferred:
    """The job in whatever state it is; with `?wait=n` as soon as it has ended.

    With an archive one that has aged is there for as long as that keeps it, marked as `archived`.
    """
    ctx = context()
    wait = request.args.get("wait", "0")
    if not (wait.isascii() and wait.isdigit()):
        raise InvalidRequest("?wait", "should be a whole number of seconds")
    try:
        check_job(job_id)
        if (seconds := wait_seconds([f"wait={wait[:6]}"])) and not forgotten(job_id):
            return when_ended(ctx.store, ctx.hub, tenant(), job_id, seconds, _shown_to(still_in()))
        return _shown(ctx.store.get(tenant(), job_id))
    except NotFound:
        found = past(job_id)
        if found is None:
            raise
        if found.erased:
            raise TextErased from None
        return _shown(found)


def _shown(stored: Stored) -> Response:
    return not_modified(stored.job.version) or job_response(stored, eta=_eta(context(), stored))


def _shown_to(check_caller: Callable[[], None]) -> Callable[[Stored], Response]:
    """The same for somebody who has waited: the key may have ended meanwhile."""

    def shown(stored: Stored) -> Response:
        check_caller()
        return _shown(stored)

    return shown


def _submitted(job_id: str, body: dict[str, Any], *, bind: bool) -> Response | Deferred:
    asked = JobBody.model_validate(body)
    caller().demand(asked.restaurant)
    check_model(asked.model)
    ctx = context()
    wait = wait_seconds(request.headers.getlist("Prefer"))
    if not wait:
        created = _submit(ctx, asked, job_id, bind=bind)
        stored = Stored(job=created.job) if created.new else ctx.store.get(tenant(), created.job.id)
        return accepted(ctx, created, stored, place=created.place)

    def answer(stored: Stored) -> Response:
        response = accepted(ctx, created, stored)
        if stored.job.status.terminal:
            response.headers["Preference-Applied"] = f"wait={wait}"
        return response

    with ExitStack() as stack:
        ending = stack.enter_context(expect_end(ctx.hub, tenant(), job_id))
        created = _submit(ctx, asked, job_id, bind=bind, waiter=ending.waiter)
        if created.new:
            return told(ctx.store, ending, stack.pop_all(), tenant(), job_id, wait, answer)
    # The key or the id was used before: wait for that job, which may have ended.
    return when_ended(ctx.store, ctx.hub, tenant(), created.job.id, wait, answer)


def _submit(ctx: Context, asked: JobBody, job_id: str, *, bind: bool, waiter: str = "") -> Created:
    if asked.webhook is not None:
        # One that may be called, and that something can sign.
        checked_url(asked.webhook.url, "#/webhook/url")
        if ctx.webhooks.endpoints.once(tenant()) is None:
            raise InvalidRequest("#/webhook", "needs a secret that signs it: make one by POST /v1/webhook-secret")
    sent = asked.to_request()
    # Who shows no key, where none is asked for, may use every priority.
    wanted = sent if caller().key_id is None else prioritized(sent, named="priority" in asked.model_fields_set)
    text, key = checked_text(asked.text), idempotency_key()
    if bind and conditional():
        # What would be refused without conditions is refused as without them (RFC 9110, 13.2.1).
        demand(_version(job_id))
    try:
        created = submit(
            ctx.store, ctx.settings, text, wanted, tenant=tenant(), job_id=job_id, idempotency=key, bind=bind,
            sent=sent, trace=current_span().place, waiter=waiter,
        )  # fmt: skip
    except (Gone, IdempotencyMismatch):
        if bind:
            _check_own(job_id)
        raise
    if bind and not created.new and conditional():
        # It may have come since it was looked for.
        demand(created.job.version)
    return created


def _check_own(job_id: str) -> None:
    """Raises Conflict when the id is that of another restaurant's job, or one that is gone and may have been: of it no
    more is told than that it is taken."""
    try:
        check_job(job_id)
    except NotFound:
        raise Conflict("This id is taken: choose another one.") from None


def accepted(ctx: Context, created: Created, stored: Stored, *, place: Place | None = None) -> Response:
    """202 with the job's address and when to look again, or 200 when it has ended already.

    `place` is where it waits, when it has only just been stored.
    """
    headers = {"Location": link(job_path(stored.job.id))}
    if not created.new:
        headers["Idempotent-Replayed"] = "true"
    if stored.job.status.terminal:
        return job_response(stored, 200, headers)
    return job_response(stored, 202, headers, _eta(ctx, stored, place))


def _eta(ctx: Context, stored: Stored, place: Place | None = None) -> Eta | None:
    """When a job that waits will be done; None for any other."""
    if stored.job.status is not Status.QUEUED:
        return None
    return ctx.etas.eta(place or ctx.store.place(stored.job))
