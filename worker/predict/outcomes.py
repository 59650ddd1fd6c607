"""What the model found in a claim's reviews, as the outcome that the store keeps."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from jobs.choice import DEFAULT
from jobs.job import TEXT_ERASED, Claim, JobError, Outcome, Status, Tally
from jobs.line import Line, decode_chunk, encode_results, error_line, success_line, unjudged_line
from jobs.request import Form, JobRequest
from jobs.timings import Timings
from jobs.usage import Used, summed
from model.predictions import ReviewPrediction
from model.scheme import NONE

#: Why nothing judged a review whose alias was forgotten.
UNKNOWN_MODEL = "unknown_model"
#: What the model found in a review, or why it found nothing.
Judged = ReviewPrediction | JobError


def outcome_of(
    claim: Claim, judged: Sequence[tuple[Line | None, Judged]], model: Mapping[str, Any], timings: Timings
) -> Outcome:
    """The outcome of a single review, or of a chunk with a result line for each of its lines."""
    if claim.erased:
        return Outcome(claim=claim, status=Status.FAILED, error=TEXT_ERASED)
    if claim.choice is None and claim.request.model not in (None, DEFAULT):
        # It named an alias that was forgotten since: the API knew it. The default is the worker's own while unmoved.
        why = JobError(code=UNKNOWN_MODEL, message=f"There is no model {claim.request.model!r} any more.")
        judged = [(line, why) for line, _ in judged]
    if claim.chunk:
        return _of_chunk(claim, {line.number: what for line, what in judged if line}, model, timings)
    what = judged[0][1]
    if isinstance(what, JobError):
        return Outcome(claim=claim, status=Status.FAILED, error=what, model=model, timings=timings, broken=1)
    return Outcome(
        claim=claim,
        status=Status.SUCCEEDED,
        result=_result(what, claim.request),
        model=model,
        timings=timings,
        tally=_tally(claim, [(claim.request, what)]),
        used=(_used(claim.request, claim.text, what),),
    )


def _of_chunk(claim: Claim, judged: Mapping[int, Judged], model: Mapping[str, Any], timings: Timings) -> Outcome:
    rows: list[bytes] = []
    good: list[tuple[JobRequest, ReviewPrediction]] = []
    used: list[Used] = []
    of_all, skipped = claim.request, 0
    for line in decode_chunk(claim.text):
        what = judged.get(line.number)
        if isinstance(what, ReviewPrediction):
            asked = line.asked(of_all)
            good.append((asked, what))
            used.append(_used(asked, line.text, what))
            rows.append(success_line(line, of_all, _result(what, of_all), model))
        elif what is not None:
            failed_on = None if what.code == UNKNOWN_MODEL else model
            rows.append(error_line(line, of_all, what.code, what.message, failed_on))
        elif line.number in claim.culprits:
            text = "The review was lost with its worker and is not tried again."
            rows.append(error_line(line, of_all, "worker_lost", text))
        else:
            rows.append(unjudged_line(line, of_all))
            skipped += line.skipped
    return Outcome(
        claim=claim,
        status=Status.SUCCEEDED,
        result=encode_results(rows),
        model=model,
        timings=timings,
        tally=_tally(claim, good),
        good=len(good),
        bad=len(rows) - len(good) - skipped,
        skipped=skipped,
        broken=sum(isinstance(what, JobError) for what in judged.values()),
        used=summed(used),
    )


def _used(request: JobRequest, text: str, review: ReviewPrediction) -> Used:
    return Used(restaurant=request.restaurant, reviews=1, sentences=len(review.sentences), characters=len(text))


def _result(review: ReviewPrediction, request: JobRequest) -> bytes:
    if request.form is Form.LEGACY:
        return orjson.dumps(review.to_legacy())
    return orjson.dumps(review.to_dict(include_none=request.include_none))


def _tally(claim: Claim, reviews: Iterable[tuple[JobRequest, ReviewPrediction]]) -> Tally | None:
    """What reviews add to the summaries of their restaurants; what was not mentioned does not count."""
    tally: dict[str, dict[str, Counter[str]]] = {}
    for asked, review in reviews:
        day = (asked.reviewed_at or claim.day or "")[:10]
        if asked.restaurant and day:
            counted = tally.setdefault(asked.restaurant, {}).setdefault(day, Counter())
            for sentence in review.sentences:
                for aspect, judged in sentence.aspects.items():
                    if judged.polarity != NONE:
                        counted[f"{aspect}|{judged.polarity}"] += 1
    return tally or None
