"""What the calls about feedback on jobs and on lines of batches share."""

from collections.abc import Sequence

import orjson
from flask import Response, request

from api.feedback.schemas import FeedbackRequest, feedback_dict
from api.http.context import caller, context, tenant
from api.http.problems import InvalidRequest
from jobs.errors import FeedbackFull, Gone, NothingJudged
from jobs.feedback import Answers, Correction, Feedback, JudgedLine, JudgedSentence, judged_sentences, language_of
from jobs.job import Job
from jobs.request import Form
from store.traffic import model_key


def keep(about: Job | JudgedLine, result: bytes, asked: FeedbackRequest) -> None:
    """Keep what is said of the result. Raises InvalidRequest, NothingJudged, Gone, FeedbackFull, Changed."""
    what = "line" if isinstance(about, JudgedLine) else "job"
    sentence = _sentence(judged_sentences(result), asked.sentence, "#/sentence", what)
    known = _answers(about, what)
    _check_aspect(known, asked.aspect, "#/aspect")
    if asked.polarity not in known.polarities:
        raise InvalidRequest("#/polarity", f"should be one of {', '.join(known.polarities)}")
    correction = Correction(
        sentence=asked.sentence, aspect=asked.aspect, polarity=asked.polarity, by=asked.by, key_id=caller().key_id
    )
    ctx = context()
    kept = ctx.feedback.put(
        about, language_of(result), sentence, correction, most=ctx.settings.feedback_jobs,
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


def check_named(
    of: tuple[int, str], feedback: Feedback | None, about: Job | JudgedLine | None, result: bytes | None
) -> None:
    """Refuse to take back what nobody can have said, as of a misspelled aspect: the correction that was meant stays.

    `feedback` is what was said of it, `about` and `result` what is there of it still: feedback outlives them, and is
    then believed. Raises InvalidRequest.
    """
    if feedback is not None and any((each.sentence, each.aspect) == of for each in feedback.corrections):
        return
    model = (feedback.model if feedback is not None else None) or (about.model if about is not None else None)
    known = context().answers.get(model_key(model["name"], model["version"])) if model else None
    if known is not None:
        _check_aspect(known, of[1], "?aspect")
    if about is not None and result is not None and about.request.form is Form.V1:
        what = "line" if isinstance(about, JudgedLine) else "job"
        _sentence(judged_sentences(result), of[0], "?sentence", what)


def _sentence(sentences: Sequence[JudgedSentence], index: int, pointer: str, what: str) -> JudgedSentence:
    found = next((each for each in sentences if each.index == index), None)
    if found is None:
        raise InvalidRequest(pointer, f"is no sentence of the {what}, which has {len(sentences)}, counted from 0")
    return found


def _check_aspect(known: Answers, aspect: str, pointer: str) -> None:
    if aspect not in known.aspects:
        raise InvalidRequest(pointer, f"should be one of {', '.join(known.aspects)}")


def _answers(about: Job | JudgedLine, what: str) -> Answers:
    """What the model that judged it may say. Raises NothingJudged when no worker has told it."""
    model = about.model or {}
    found = context().answers.get(model_key(model.get("name", ""), model.get("version", "")))
    if found is None:
        raise NothingJudged(f"No worker of this version of Kritiq has had the model that judged the {what}.")
    return found
