"""`/v1/feedback/queue`: what a person should label next."""

import orjson
from flask import Blueprint, Response

from access.scope import Scope
from api.feedback.queue_schemas import FeedbackQueueAnswer, queued_dict
from api.http.context import caller, context, tenant
from api.http.operation import operation
from api.http.paging import wanted_number, wanted_restaurant
from api.http.parameters import LARGEST_PAGE, MOST_REVIEWS, PAGE, REVIEWS
from api.http.problem_schemas import ProblemAnswer
from api.http.problems import ScopeMissing
from jobs.doubt import DoubtFilter
from store.doubts import most_doubtful

blueprint = Blueprint("feedback_queue", __name__, url_prefix="/v1/feedback")


@blueprint.get("/queue")
@operation(
    "What should be labelled next?",
    scope=Scope.JOBS_WRITE,
    answers={200: FeedbackQueueAnswer, 422: ProblemAnswer, 503: ProblemAnswer},
    query={
        "restaurant": "Only sentences of reviews of this restaurant.",
        "count": f"Sentences, at most {LARGEST_PAGE} (default {PAGE}).",
        "reviews": f"Reviews that are looked through, those sent last; at most {MOST_REVIEWS} (default {REVIEWS}).",
    },
)
def list_queue() -> Response:
    """The sentences that most need a person: what is said of them is feedback, and a model can learn most from it.

    First those of which two versions of a rollout or a split, or a model and its shadow, said different things, the
    newest first; then those of whose judgement the model is least sure, in the reviews that were sent last, lines of
    batches included. A sentence is here until somebody has spoken of each aspect that is in question: with
    `POST /v1/jobs/{job_id}/feedback`, or of a line under its batch and number.

    It shows reviews: a key needs `jobs:read`, too. For a key for certain restaurants lines are here only if all of
    their batch is theirs.
    """
    if not caller().may(Scope.JOBS_READ):
        raise ScopeMissing(Scope.JOBS_READ)
    count = wanted_number("count", PAGE, LARGEST_PAGE)
    wanted = DoubtFilter(
        reviews=wanted_number("reviews", REVIEWS, MOST_REVIEWS),
        restaurant=wanted_restaurant(),
        restaurants=caller().restaurants,
    )
    found = most_doubtful(context().batches.client, tenant(), wanted, most=count)
    body = {"sentences": [queued_dict(each) for each in found]}
    return Response(orjson.dumps(body), content_type="application/json")
