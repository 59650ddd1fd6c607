"""What the archive has of a single job, as the job that it was."""

from typing import Any

import orjson

from archive.details import read_details
from archive.review import NONE, Review, Sentence
from archive.times import ms_of
from jobs.job import Job, JobError, Status
from jobs.request import JobRequest, Priority


def job_of(review: Review) -> Job:
    """The job that a review was. What is not kept of it, as of one that was imported, is as at first."""
    details, code = read_details(review.details), review.error_code
    model = {"name": review.model, "version": review.model_version, **(details.choice or {})}
    return Job(
        id=review.job_id,
        tenant=review.tenant,
        status=Status(review.status),
        version=review.version,
        request=JobRequest(
            priority=Priority(review.priority or Priority.NORMAL),
            not_before=details.not_before,
            reviewed_at=review.reviewed_at,
            retry_of=details.retry_of,
            restaurant=review.restaurant,
            external_author=review.author,
            metadata=None if review.metadata is None else orjson.loads(review.metadata),
        ),
        attempt=review.attempt or 1,
        created_at=ms_of(review.created_at),
        started_at=None if review.started_at is None else ms_of(review.started_at),
        finished_at=ms_of(review.finished_at),
        expires_at=None if review.forget_at is None else ms_of(review.forget_at),
        deadline_at=details.deadline_at,
        due_at=details.due_at,
        cancel_requested=details.cancel_requested,
        model=None if review.model is None else model,
        error=None if code is None else JobError(code=code, message=review.error_message or ""),
        timings=details.timings,
    )


def result_of(review: Review) -> bytes | None:
    """What was found in it, as clients get it, without what is not kept; None where there was nothing to keep."""
    if review.language is None:
        return None
    told: dict[str, Any] = {"language": review.language}
    if review.overall is not None:
        told["overall"] = {"polarity": review.overall, "confidence": review.overall_confidence}
    elif review.attempt is not None:
        told["overall"] = None
    told["sentences"] = [_sentence(each) for each in review.sentences]
    if not read_details(review.details).language_known:
        told["language_known"] = False
    return orjson.dumps(told)


def _sentence(sentence: Sentence) -> dict[str, Any]:
    return {
        "index": sentence.number,
        "start": sentence.begin,
        "end": sentence.end,
        "text": sentence.text or "",
        "truncated": bool(sentence.truncated),
        "aspects": {
            **{opinion.aspect: opinion.told() for opinion in sentence.opinions},
            **{aspect: {"polarity": NONE, "confidence": sure} for aspect, sure in sentence.unmentioned.items()},
        },
    }
