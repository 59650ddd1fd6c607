"""What the archive has of a single job, as the job that it was."""

import orjson

from archive.review import Review
from archive.times import ms_of
from jobs.job import Job, JobError, Status
from jobs.request import JobRequest


def job_of(review: Review) -> Job:
    """The job that a review was. What is not kept of it is as at first."""
    model = {"name": review.model, "version": review.model_version}
    return Job(
        id=review.job_id,
        tenant=review.tenant,
        status=Status(review.status),
        version=review.version,
        request=JobRequest(
            restaurant=review.restaurant,
            external_author=review.author,
            metadata=None if review.metadata is None else orjson.loads(review.metadata),
        ),
        created_at=ms_of(review.created_at),
        finished_at=ms_of(review.finished_at),
        expires_at=None if review.forget_at is None else ms_of(review.forget_at),
        model=None if review.model is None else model,
        error=None if review.error_code is None else JobError(code=review.error_code, message=""),
    )


def result_of(review: Review) -> bytes | None:
    """What was found in it, as clients get it, without what is not kept; None where there was nothing to keep."""
    if review.language is None:
        return None
    found = [
        {
            "index": sentence.number,
            "start": sentence.begin,
            "end": sentence.end,
            "text": sentence.text or "",
            "truncated": False,
            "aspects": {
                opinion.aspect: {"polarity": opinion.polarity, "confidence": opinion.confidence}
                for opinion in sentence.opinions
            },
        }
        for sentence in review.sentences
    ]
    return orjson.dumps({"language": review.language, "sentences": found})
