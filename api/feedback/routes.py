"""`/v1/jobs/{id}/feedback` and `/v1/feedback`: what people say of judgements; `api.feedback.lines`: of lines."""

from contextlib import ExitStack
from itertools import chain

import orjson
from flask import Blueprint, Response

from access.scope import Scope
from api.feedback.saying import answer, check_named, keep, named, seen
from api.feedback.schemas import FeedbackAnswer, FeedbackExample, FeedbackPage, FeedbackRequest, feedback_dict
from api.http.context import caller, check_job, context, json_body, tenant, while_in
from api.http.operation import operation
from api.http.paging import (
    CREATED,
    PAGES,
    page_size,
    place,
    times,
    token_of,
    wanted_author,
    wanted_batch,
    wanted_restaurant,
)
from api.http.problem_schemas import ProblemAnswer
from api.http.streams import streamed
from jobs.errors import Gone, NotFound, NothingJudged
from jobs.feedback import Feedback, FeedbackFilter
from jobs.request import Form
from store.feedback import example_lines

blueprint = Blueprint("feedback", __name__, url_prefix="/v1")

NDJSON = "application/x-ndjson"
MISSING = {404: ProblemAnswer, 410: ProblemAnswer, 503: ProblemAnswer}


@blueprint.post("/jobs/<job:job_id>/feedback")
@operation(
    "Say how a sentence was meant",
    scope=Scope.JOBS_WRITE,
    body=FeedbackRequest,
    answers={200: FeedbackAnswer, 400: ProblemAnswer, 409: ProblemAnswer, 413: ProblemAnswer, 415: ProblemAnswer,
             422: ProblemAnswer, **MISSING},
)  # fmt: skip
def give_feedback(job_id: str) -> Response:
    """Which polarity an aspect of one of the job's sentences has, as somebody says. Answers all that was said so far.

    Said again it is the same, and of an aspect the last word counts. It is kept with the sentence for
    `KRITIQ_FEEDBACK_TTL_S` from the first of it on, longer than the job, to be learned from (`kritiq feedback export`);
    of a job with a `ttl_s` of its own only as long as the job. Deleting the job deletes it, at any time.
    """
    asked = FeedbackRequest.model_validate(json_body())
    check_job(job_id)
    stored = context().store.get(tenant(), job_id)
    if stored.result is None:
        raise NothingJudged(
            f"The job is {stored.job.status}: something can be said of the result of one that succeeded."
        )
    if stored.job.request.form is Form.BUNDLE:
        raise NothingJudged("The job is a list of reviews, each of which has a job of its own.")
    if stored.job.request.form is not Form.V1:
        raise NothingJudged("The job's result has the form of the old call.")
    keep(stored.job, stored.result, asked)
    return answer(seen(job_id))


@blueprint.get("/jobs/<job:job_id>/feedback")
@operation("Get a job's feedback", scope=Scope.JOBS_READ, answers={200: FeedbackAnswer, **MISSING})
def get_feedback(job_id: str) -> Response:
    """All that was said of the job, by sentence and aspect; also when the job itself is past its time."""
    found = seen(job_id)
    if found is None:
        check_job(job_id)
        request_ = context().store.get(tenant(), job_id).job.request
        found = Feedback(job_id=job_id, restaurant=request_.restaurant, external_author=request_.external_author)
    return answer(found)


@blueprint.delete("/jobs/<job:job_id>/feedback")
@operation(
    "Delete a job's feedback",
    scope=Scope.JOBS_WRITE,
    answers={204: None, 422: ProblemAnswer, **MISSING},
    query={
        "sentence": "Only what was said of this sentence's `aspect`.",
        "aspect": "Of which aspect; with `sentence`.",
    },
)
def delete_feedback(job_id: str) -> Response:
    """Take back what was said of the job, or of one aspect of one of its sentences. What was not said, or is taken back
    already, is no error; a sentence or an aspect that there is not is one."""
    of, kept = named(), seen(job_id)
    if kept is None:
        check_job(job_id)
    try:
        stored = context().store.get(tenant(), job_id) if kept is None or of is not None else None
    except (NotFound, Gone):
        if kept is None:
            raise
        stored = None
    if of is not None:
        check_named(of, kept, stored.job if stored else None, stored.result if stored else None)
    context().feedback.delete(tenant(), job_id, of)
    return Response(status=204)


WHICH = {
    "restaurant": "Only on reviews of this restaurant.",
    "external_author": "Only on this author's reviews.",
    "batch": "Only on lines of this batch.",
    **CREATED,
}


@blueprint.get("/feedback")
@operation(
    "List feedback",
    scope=Scope.JOBS_READ,
    answers={200: FeedbackPage, 422: ProblemAnswer, 503: ProblemAnswer},
    query={**PAGES, **WHICH},
)
def list_feedback() -> Response:
    """What was said, by job and by line of a batch, those first of which something was said last for the first time."""
    page = context().feedback.page(tenant(), _wanted(), size=page_size(), before=place())
    body = {"feedback": [feedback_dict(each) for each in page.found], "next_page_token": token_of(page.next)}
    return Response(orjson.dumps(body), content_type="application/json")


@blueprint.get("/feedback/examples")
@operation(
    "Export feedback as training data",
    scope=Scope.JOBS_READ,
    answers={200: FeedbackExample, 422: ProblemAnswer, 503: ProblemAnswer},
    media={200: NDJSON},
    query=WHICH,
)
def list_examples() -> Response:
    """Every sentence that something was said of, as a JSON object on a line, in the order of the list: with all of its
    aspects as people left them, and where it is from. `kritiq train --train` reads it; `kritiq feedback export` writes
    the same.

    All come in one answer. One that breaks off, without the last chunk, has not all of them: begin it anew. The
    sentences are parts of reviews, so personal data: whoever keeps the file sees to its end.
    """
    lines = example_lines(context().feedback, tenant(), _wanted())
    # Errors must be answered before the stream begins.
    first = next(lines, None)
    # Nobody takes an answer that breaks off for a whole one; a last line that says so would be taken for an example.
    return streamed(while_in(lines if first is None else chain([first], lines)), NDJSON, ExitStack())


def _wanted() -> FeedbackFilter:
    """Which feedback is asked for. Raises InvalidRequest, Forbidden."""
    since_ms, until_ms = times()
    return FeedbackFilter(
        restaurant=wanted_restaurant(),
        external_author=wanted_author(),
        batch_id=wanted_batch(),
        restaurants=caller().restaurants,
        since_ms=since_ms,
        until_ms=until_ms,
    )
