"""`/v1/jobs/{id}/feedback` and `/v1/feedback`: what people say of judgements."""

import orjson
from flask import Blueprint, Response, request

from access.scope import Scope
from api.feedback.schemas import FeedbackAnswer, FeedbackPage, FeedbackRequest, feedback_dict
from api.http.context import caller, check_job, context, json_body, tenant
from api.http.operation import operation
from api.http.paging import CREATED, PAGES, moment, page_size, place, token_of, wanted_author, wanted_restaurant
from api.http.problem_schemas import ProblemAnswer
from api.http.problems import InvalidRequest
from jobs.errors import FeedbackFull, Gone, NothingJudged
from jobs.feedback import Answers, Correction, Feedback, FeedbackFilter, JudgedSentence, judged_sentences, language_of
from jobs.job import Job
from jobs.request import Form
from jobs.stored import Stored
from store.traffic import model_key

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
    ctx = context()
    check_job(job_id)
    stored = ctx.store.get(tenant(), job_id)
    language, sentences = _judged(stored)
    sentence = next((each for each in sentences if each.index == asked.sentence), None)
    if sentence is None:
        raise InvalidRequest("#/sentence", f"the job has no such sentence; it has {len(sentences)}, from 0")
    known = _answers(stored.job)
    if asked.aspect not in known.aspects:
        raise InvalidRequest("#/aspect", f"should be one of {', '.join(known.aspects)}")
    if asked.polarity not in known.polarities:
        raise InvalidRequest("#/polarity", f"should be one of {', '.join(known.polarities)}")
    said = Correction(
        sentence=asked.sentence, aspect=asked.aspect, polarity=asked.polarity, by=asked.by, key_id=caller().key_id
    )
    kept = ctx.feedback.put(
        stored.job, language, sentence, said, most=ctx.settings.feedback_jobs,
        ttl_ms=ctx.settings.feedback_ttl_s * 1000,
    )  # fmt: skip
    if kept is None:
        # It was deleted, or its time came, in this moment.
        raise Gone
    if not kept:
        raise FeedbackFull
    return _answer(_of_job(job_id))


@blueprint.get("/jobs/<job:job_id>/feedback")
@operation("Get a job's feedback", scope=Scope.JOBS_READ, answers={200: FeedbackAnswer, **MISSING})
def get_feedback(job_id: str) -> Response:
    """All that was said of the job, by sentence and aspect; also when the job itself is past its time."""
    found = _of_job(job_id)
    if found is None:
        check_job(job_id)
        request_ = context().store.get(tenant(), job_id).job.request
        found = Feedback(job_id=job_id, restaurant=request_.restaurant, external_author=request_.external_author)
    return _answer(found)


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
    of = _named()
    if _of_job(job_id) is None:
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
        "restaurant": "Only on jobs of this restaurant.",
        "external_author": "Only on jobs of this author's reviews.",
        **CREATED,
    },
)
def list_feedback() -> Response:
    """What was said, job by job, those first of which something was said last for the first time."""
    wanted = FeedbackFilter(
        restaurant=wanted_restaurant(),
        external_author=wanted_author(),
        restaurants=caller().restaurants,
        since_ms=moment("since"),
        until_ms=moment("until"),
    )
    page = context().feedback.page(tenant(), wanted, size=page_size(), before=place())
    body = {"feedback": [feedback_dict(each) for each in page.found], "next_page_token": token_of(page.next)}
    return Response(orjson.dumps(body), content_type="application/json")


def _of_job(job_id: str) -> Feedback | None:
    """What was said of a job that the caller may see, whether or not its time is over; None when nothing was."""
    found = context().feedback.of_job(tenant(), job_id)
    return found if found is not None and caller().sees(found.restaurant) else None


def _judged(stored: Stored) -> tuple[str, list[JudgedSentence]]:
    """The language and the sentences of a job's result. Raises NothingJudged."""
    if stored.result is None:
        raise NothingJudged(
            f"The job is {stored.job.status}: something can be said of the result of one that succeeded."
        )
    if stored.job.request.form is not Form.V1:
        raise NothingJudged("The job's result has the form of the old call.")
    return language_of(stored.result), judged_sentences(stored.result)


def _answers(job: Job) -> Answers:
    """What the model that judged the job may say. Raises NothingJudged when no worker has told it."""
    model = job.model or {}
    found = context().answers.get(model_key(model.get("name", ""), model.get("version", "")))
    if found is None:
        raise NothingJudged("No worker of this version of Kritiq has had the model that judged the job.")
    return found


def _named() -> tuple[int, str] | None:
    """The sentence and the aspect of the query; None when it names neither. Raises InvalidRequest."""
    sentence, aspect = request.args.get("sentence"), request.args.get("aspect")
    if sentence is None and aspect is None:
        return None
    if sentence is None or not (sentence.isascii() and sentence.isdigit() and len(sentence) < 10):
        raise InvalidRequest("?sentence", "should be a sentence's index, and stand beside its aspect")
    if not aspect:
        raise InvalidRequest("?aspect", "should be an aspect, and stand beside its sentence")
    return int(sentence), aspect


def _answer(found: Feedback | None) -> Response:
    """Raises Gone when it was deleted in this moment."""
    if found is None:
        raise Gone
    return Response(orjson.dumps(feedback_dict(found)), content_type="application/json")
