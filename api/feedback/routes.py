"""`/v1/jobs/{id}/feedback` and `/v1/feedback`: what people say of judgements; `api.feedback.lines`: of lines."""

import orjson
from flask import Blueprint, Response

from access.scope import Scope
from api.feedback.saying import answer, keep, named, seen
from api.feedback.schemas import FeedbackAnswer, FeedbackPage, FeedbackRequest, feedback_dict
from api.http.context import caller, check_job, context, json_body, tenant
from api.http.operation import operation
from api.http.paging import (
    CREATED,
    PAGES,
    moment,
    page_size,
    place,
    token_of,
    wanted_author,
    wanted_batch,
    wanted_restaurant,
)
from api.http.problem_schemas import ProblemAnswer
from jobs.errors import NothingJudged
from jobs.feedback import Feedback, FeedbackFilter
from jobs.request import Form

blueprint = Blueprint("feedback", __name__, url_prefix="/v1")

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
    answers={204: None, **MISSING},
    query={
        "sentence": "Only what was said of this sentence's `aspect`.",
        "aspect": "Of which aspect; with `sentence`.",
    },
)
def delete_feedback(job_id: str) -> Response:
    """Take back what was said of the job, or of one aspect of one of its sentences. What is not there is no error."""
    of = named()
    if seen(job_id) is None:
        check_job(job_id)
        context().store.get(tenant(), job_id)
    context().feedback.delete(tenant(), job_id, of)
    return Response(status=204)


@blueprint.get("/feedback")
@operation(
    "List feedback",
    scope=Scope.JOBS_READ,
    answers={200: FeedbackPage, 422: ProblemAnswer, 503: ProblemAnswer},
    query={
        **PAGES,
        "restaurant": "Only on reviews of this restaurant.",
        "external_author": "Only on this author's reviews.",
        "batch": "Only on lines of this batch.",
        **CREATED,
    },
)
def list_feedback() -> Response:
    """What was said, by job and by line of a batch, those first of which something was said last for the first time."""
    wanted = FeedbackFilter(
        restaurant=wanted_restaurant(),
        external_author=wanted_author(),
        batch_id=wanted_batch(),
        restaurants=caller().restaurants,
        since_ms=moment("since"),
        until_ms=moment("until"),
    )
    page = context().feedback.page(tenant(), wanted, size=page_size(), before=place())
    body = {"feedback": [feedback_dict(each) for each in page.found], "next_page_token": token_of(page.next)}
    return Response(orjson.dumps(body), content_type="application/json")
