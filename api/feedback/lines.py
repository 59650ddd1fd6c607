"""`/v1/batches/{id}/lines/{line}/feedback`: what people say of how a line of a batch was judged."""

from contextlib import suppress

from flask import Blueprint, Response

from access.scope import Scope
from api.feedback.saying import answer, check_named, keep, named, seen
from api.feedback.schemas import FeedbackAnswer, FeedbackRequest
from api.http.context import check_batch, context, json_body, tenant
from api.http.operation import operation
from api.http.problem_schemas import ProblemAnswer
from jobs.errors import Gone, NotFound, NothingJudged, Unavailable
from jobs.feedback import Feedback, JudgedLine, line_id
from store.feedback import Changed

blueprint = Blueprint("line_feedback", __name__, url_prefix="/v1/batches")

MISSING = {404: ProblemAnswer, 410: ProblemAnswer, 503: ProblemAnswer}
#: A line's chunk changes when somebody in it is erased: a few times in its life.
MOST_LOOKS = 20


@blueprint.post("/<batch_id>/lines/<int:line>/feedback")
@operation(
    "Say how a sentence of a line was meant",
    scope=Scope.JOBS_WRITE,
    body=FeedbackRequest,
    answers={200: FeedbackAnswer, 400: ProblemAnswer, 409: ProblemAnswer, 413: ProblemAnswer, 415: ProblemAnswer,
             422: ProblemAnswer, **MISSING},
)  # fmt: skip
def give_line_feedback(batch_id: str, line: int) -> Response:
    """Which polarity an aspect of one of the line's sentences has, as somebody says: as for a job.

    It may be said as soon as the line has its result, also while its batch goes on. It is kept for
    `KRITIQ_FEEDBACK_TTL_S`, longer than the batch; of a batch with a `ttl_s` of its own no longer than the batch.
    Deleting the batch deletes it, at any time, and so does erasing the line's author.
    """
    asked = FeedbackRequest.model_validate(json_body())
    check_batch(batch_id)
    for _ in range(MOST_LOOKS):
        found = _judged(batch_id, line)
        try:
            keep(found, found.result, asked)
        except Changed:
            continue
        return answer(seen(found.id))
    raise Unavailable("The line's batch changed again and again.")


@blueprint.get("/<batch_id>/lines/<int:line>/feedback")
@operation("Get a line's feedback", scope=Scope.JOBS_READ, answers={200: FeedbackAnswer, 409: ProblemAnswer, **MISSING})
def get_line_feedback(batch_id: str, line: int) -> Response:
    """All that was said of the line, by sentence and aspect; also when the batch itself is past its time.

    409 while the line has no result.
    """
    found = seen(line_id(batch_id, line))
    if found is None:
        check_batch(batch_id)
        judged = _judged(batch_id, line)
        about = judged.request
        found = Feedback(
            batch_id=batch_id, line=line, custom_id=judged.custom_id, restaurant=about.restaurant,
            external_author=about.external_author,
        )  # fmt: skip
    return answer(found)


@blueprint.delete("/<batch_id>/lines/<int:line>/feedback")
@operation(
    "Delete a line's feedback",
    scope=Scope.JOBS_WRITE,
    answers={204: None, 422: ProblemAnswer, **MISSING},
    query={
        "sentence": "Only what was said of this sentence's `aspect`.",
        "aspect": "Of which aspect; with `sentence`.",
    },
)
def delete_line_feedback(batch_id: str, line: int) -> Response:
    """Take back what was said of the line, or of one aspect of one of its sentences, as of a job."""
    of, id = named(), line_id(batch_id, line)
    kept = seen(id)
    if kept is None:
        check_batch(batch_id)
        if not context().batches.get(tenant(), batch_id).has_line(line):
            raise NotFound("The batch has no such line.")
    if of is not None:
        judged: JudgedLine | None = None
        # Else there is no more of it than what was said, and of what waits nothing.
        with suppress(NotFound, Gone, NothingJudged):
            judged = _judged(batch_id, line)
        check_named(of, kept, judged, judged.result if judged else None)
    context().feedback.delete(tenant(), id, of)
    return Response(status=204)


def _judged(batch_id: str, line: int) -> JudgedLine:
    """Raises NotFound, Gone, NothingJudged."""
    batches = context().batches
    return batches.judged_line(batches.get(tenant(), batch_id), line)
