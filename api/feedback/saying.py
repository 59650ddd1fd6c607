"""What the calls about feedback on jobs and on lines of batches share."""

import orjson
from flask import Response, request

from api.feedback.schemas import FeedbackRequest, feedback_dict
from api.http.context import caller, context, tenant
from api.http.problems import InvalidRequest
from jobs.errors import FeedbackFull, Gone, NothingJudged
from jobs.feedback import Answers, Correction, Feedback, JudgedLine, judged_sentences, language_of
from jobs.job import Job
from store.traffic import model_key


def keep(about: Job | JudgedLine, result: bytes, asked: FeedbackRequest) -> None:
    """Keep what is said of the result. Raises InvalidRequest, NothingJudged, Gone, FeedbackFull, Changed."""
    what = "line" if isinstance(about, JudgedLine) else "job"
    sentences = judged_sentences(result)
    sentence = next((each for each in sentences if each.index == asked.sentence), None)
    if sentence is None:
        raise InvalidRequest("#/sentence", f"the {what} has no such sentence; it has {len(sentences)}, from 0")
    known = _answers(about, what)
    if asked.aspect not in known.aspects:
        raise InvalidRequest("#/aspect", f"should be one of {', '.join(known.aspects)}")
    if asked.polarity not in known.polarities:
        raise InvalidRequest("#/polarity", f"should be one of {', '.join(known.polarities)}")
    said = Correction(
        sentence=asked.sentence, aspect=asked.aspect, polarity=asked.polarity, by=asked.by, key_id=caller().key_id
    )
    ctx = context()
    kept = ctx.feedback.put(
        about, language_of(result), sentence, said, most=ctx.settings.feedback_jobs,
        ttl_ms=ctx.settings.feedback_ttl_s * 1000,
    )  # fmt: skip
    if kept is None:
        # It was deleted, or its time came, in this moment.
        raise Gone
    if not kept:
        raise FeedbackFull


def seen(id: str) -> Feedback | None:
    """What was said of what the caller may see, whether or not its time is over; None when nothing was."""
    found = context().feedback.of(tenant(), id)
    return found if found is not None and caller().sees(found.restaurant) else None


def answer(found: Feedback | None) -> Response:
    """Raises Gone when it was deleted in this moment."""
    if found is None:
        raise Gone
    return Response(orjson.dumps(feedback_dict(found)), content_type="application/json")


def named() -> tuple[int, str] | None:
    """The sentence and the aspect of the query; None when it names neither. Raises InvalidRequest."""
    sentence, aspect = request.args.get("sentence"), request.args.get("aspect")
    if sentence is None and aspect is None:
        return None
    if sentence is None or not (sentence.isascii() and sentence.isdigit() and len(sentence) < 10):
        raise InvalidRequest("?sentence", "should be a sentence's index, and stand beside its aspect")
    if not aspect:
        raise InvalidRequest("?aspect", "should be an aspect, and stand beside its sentence")
    return int(sentence), aspect


def _answers(about: Job | JudgedLine, what: str) -> Answers:
    """What the model that judged it may say. Raises NothingJudged when no worker has told it."""
    model = about.model or {}
    found = context().answers.get(model_key(model.get("name", ""), model.get("version", "")))
    if found is None:
        raise NothingJudged(f"No worker of this version of Kritiq has had the model that judged the {what}.")
    return found
