"""`POST /api/`: the synchronous call that Kritiq replaces, so that its clients keep working."""

from contextlib import ExitStack

from flask import Blueprint, Response, request

from access.scope import Scope
from api.http.context import caller, checked_text, context, json_body, link, tenant
from api.http.measures import current_span
from api.http.operation import operation
from api.http.pauses import Deferred
from api.http.priorities import prioritized
from api.http.problem_schemas import ProblemAnswer
from api.http.problems import problem
from api.http.waiting import expect_end, told, when_ended
from api.jobs.answer_schemas import LegacyAnswer
from api.jobs.forms import FORMS, form_body
from api.jobs.schemas import LegacyRequest
from jobs.address import job_path
from jobs.errors import Unavailable
from jobs.job import Status, new_id
from jobs.request import Form, JobRequest, Priority
from jobs.stored import Stored
from jobs.submission import submit

blueprint = Blueprint("legacy", __name__)

#: The old call answered after about 35 s a sentence, so its clients are patient.
WAIT_S = 60


@blueprint.get("/home/")
@operation("The old service's page", scope=None, answers={200: str}, media={200: "text/plain"})
def home() -> Response:
    """Always 200, for whoever looked here for the old service; `/readyz` says whether reviews can be judged."""
    return Response("Kritiq\n", content_type="text/plain; charset=utf-8")


# A client that left out the slash is not sent elsewhere with its review.
@blueprint.post("/api")
@blueprint.post("/api/")
@operation(
    "The old synchronous call",
    scope=Scope.JOBS_WRITE,
    body=LegacyRequest,
    answers={
        200: LegacyAnswer,
        400: ProblemAnswer,
        413: ProblemAnswer,
        415: ProblemAnswer,
        422: ProblemAnswer,
        500: ProblemAnswer,
        503: ProblemAnswer,
    },
)
def predict() -> Deferred | Response:
    """Judge a review while the client waits; the answer is the old service's, with its sentences and numbers.

    Members other than `text` are passed over. A text without a character that is not white space is `{}` at once.
    """
    body = form_body() if request.mimetype in FORMS else json_body(also=FORMS)
    text = checked_text(LegacyRequest.model_validate(body).text)
    # Its jobs belong to no restaurant.
    caller().demand(None)
    if not text.strip():
        return Response(b"{}", content_type="application/json")
    ctx = context()
    # Somebody waits for it: the most urgent priority that there is for the key.
    asked = prioritized(
        JobRequest(priority=Priority.HIGH, form=Form.LEGACY, deadline_s=WAIT_S), named=False, instead=tuple(Priority)
    )
    job_id = new_id()
    with ExitStack() as stack:
        ending = stack.enter_context(expect_end(ctx.hub, tenant(), job_id))
        created = submit(
            ctx.store, ctx.settings, text, asked, tenant=tenant(), job_id=job_id, trace=current_span().place,
            waiter=ending.waiter,
        )  # fmt: skip
        if created.new:
            return told(ctx.store, ending, stack.pop_all(), tenant(), job_id, WAIT_S, _answer)
    # The answer of Redis was lost, and it was asked again.
    return when_ended(ctx.store, ctx.hub, tenant(), job_id, WAIT_S, _answer)


def _answer(stored: Stored) -> Response:
    if stored.job.status is Status.SUCCEEDED and stored.result is not None:
        # Where the job is: to be looked at, or deleted.
        return Response(
            stored.result, content_type="application/json", headers={"Location": link(job_path(stored.job.id))}
        )
    if stored.job.status is Status.FAILED and stored.job.error is not None:
        return problem(500, stored.job.error.code, stored.job.error.message)
    raise Unavailable("No worker has answered in time.", retry_after_s=10)
