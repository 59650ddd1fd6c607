"""What clients send and get about feedback."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from api.http.fields import WHOLE, Strict
from api.http.result_schemas import ModelAnswer
from jobs.feedback import BY, Correction, Feedback, JudgedSentence
from jobs.timestamp import rfc3339

#: Longest name of an aspect or a polarity that is looked up.
_MOST_NAME = 200


class FeedbackRequest(Strict):
    """Which polarity an aspect of a sentence has. The same as was judged is feedback, too: somebody has checked it."""

    sentence: Annotated[int, Field(ge=0, le=2**31, description="The sentence's `index` in the job's result."), WHOLE]
    aspect: Annotated[
        str, StringConstraints(min_length=1, max_length=_MOST_NAME), Field(description="One of the model's aspects.")
    ]
    polarity: Annotated[
        str,
        StringConstraints(min_length=1, max_length=_MOST_NAME),
        Field(
            description="The right one of the model's polarities; `none`: the sentence does not speak of the aspect."
        ),
    ]
    by: Annotated[
        str | None,
        StringConstraints(pattern=f"^{BY.pattern}$"),
        Field(description="Your id of who says so, at most 200 characters."),
    ] = None


class CorrectionAnswer(BaseModel):
    """What somebody said of one aspect of one sentence; the last word counts."""

    sentence: int
    text: Annotated[str, Field(description="The sentence.")]
    aspect: str
    polarity: Annotated[str, Field(description="The right one, as was said.")]
    judged: Annotated[str, Field(description="What the model had said; `none` when it had found nothing.")]
    confidence: Annotated[float | None, Field(description="How sure it was; null when it had found nothing.")]
    by: str | None
    at: datetime


class FeedbackAnswer(BaseModel):
    """What was said of one job, or of one line of a batch, by sentence and aspect. It may be kept longer than these."""

    job_id: Annotated[str | None, Field(description="Null of a line.")]
    batch_id: Annotated[str | None, Field(description="Of a line; null of a job.")]
    line: Annotated[int | None, Field(description="Which line of the batch it is, from 1.")]
    custom_id: str | None
    restaurant: str | None
    external_author: str | None
    language: Annotated[str | None, Field(description="Null while nothing was said.")]
    model: ModelAnswer | None
    created_at: Annotated[datetime | None, Field(description="When the first was said; null while nothing was.")]
    expires_at: Annotated[datetime | None, Field(description="Until when all of it is kept; null while nothing was.")]
    corrections: list[CorrectionAnswer]


class FeedbackPage(BaseModel):
    """What was said of some jobs and lines, newest first."""

    feedback: list[FeedbackAnswer]
    next_page_token: Annotated[str | None, Field(description="Pass it as `page_token`; null at the end.")]


class ExampleCorrection(BaseModel):
    """What somebody said of one of the aspects."""

    aspect: str
    judged: Annotated[str, Field(description="What the model had said; `none` when it had found nothing.")]
    by: str | None
    at: Annotated[int, Field(description="When, in milliseconds since the epoch.")]


class ExampleSource(BaseModel):
    """Where an example is from: a job, or a line of a batch."""

    job_id: Annotated[str | None, Field(description="Left out for a line.")] = None
    batch_id: Annotated[str | None, Field(description="Of a line alone.")] = None
    line: Annotated[int | None, Field(description="Of a line alone: which of the batch it is, from 1.")] = None
    sentence: Annotated[int, Field(description="The sentence's `index` in the result.")]
    language: str
    model: Annotated[ModelAnswer | None, Field(description="The one that judged it.")]
    corrections: list[ExampleCorrection]


class FeedbackExample(BaseModel):
    """One line: a sentence that something was said of, as training data."""

    text: Annotated[str, Field(description="The sentence.")]
    aspects: Annotated[
        dict[str, str],
        Field(
            description="Its polarity by aspect: as was said, otherwise as was judged. Without those that are `none`."
        ),
    ]
    source: ExampleSource


def feedback_dict(found: Feedback) -> dict[str, Any]:
    """The feedback as `FeedbackAnswer` describes it."""
    sentences: dict[int, JudgedSentence] = {sentence.index: sentence for sentence in found.sentences}
    return {
        "job_id": found.job_id,
        "batch_id": found.batch_id,
        "line": found.line,
        "custom_id": found.custom_id,
        "restaurant": found.restaurant,
        "external_author": found.external_author,
        "language": found.language or None,
        "model": found.model,
        "created_at": rfc3339(found.created_at),
        "expires_at": rfc3339(found.expires_at),
        "corrections": [
            correction_dict(correction, sentences[correction.sentence]) for correction in found.corrections
        ],
    }


def correction_dict(correction: Correction, sentence: JudgedSentence) -> dict[str, Any]:
    """What was said of a sentence as `CorrectionAnswer` describes it."""
    return {
        "sentence": correction.sentence,
        "text": sentence.text,
        "aspect": correction.aspect,
        "polarity": correction.polarity,
        "judged": sentence.polarity(correction.aspect),
        "confidence": sentence.aspects.get(correction.aspect, (None, None))[1],
        "by": correction.by,
        "at": rfc3339(correction.at),
    }
