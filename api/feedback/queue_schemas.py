"""What clients get of the sentences that most need a person."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from api.feedback.schemas import CorrectionAnswer, correction_dict
from api.http.result_schemas import ModelAnswer
from jobs.doubt import Doubt
from jobs.feedback import JudgedLine


class OpinionAnswer(BaseModel):
    """What the model says of an aspect."""

    polarity: str
    confidence: Annotated[float, Field(ge=0, le=1, description="Calibrated probability of the polarity.")]


class QueuedSentence(BaseModel):
    """A sentence of a job, or of a line of a batch, with what is said of it. Of at least one of the aspects that it has
    in `aspects` or in `other` nobody has spoken."""

    job_id: Annotated[str | None, Field(description="Null of a line.")]
    batch_id: Annotated[str | None, Field(description="Of a line; null of a job.")]
    line: Annotated[int | None, Field(description="Which line of the batch it is, from 1.")]
    custom_id: str | None
    restaurant: str | None
    language: str
    model: Annotated[ModelAnswer | None, Field(description="Which model judged it.")]
    sentence: Annotated[int, Field(description="Its `index` in the result.")]
    text: str
    aspects: Annotated[
        dict[str, OpinionAnswer],
        Field(description="What the model says, by aspect, those it does not mention left out."),
    ]
    version: Annotated[
        str | None,
        Field(description="The other version of the model that says something else; null where none is known to."),
    ]
    other: Annotated[
        dict[str, str], Field(description="What that one says of the aspects on which they differ; `none`: nothing.")
    ]
    corrections: Annotated[list[CorrectionAnswer], Field(description="What people have said of it so far, by aspect.")]


class FeedbackQueueAnswer(BaseModel):
    """The sentences that most need a person, those first that need one most."""

    sentences: list[QueuedSentence]


def queued_dict(doubt: Doubt) -> dict[str, Any]:
    """The sentence as `QueuedSentence` describes it."""
    about, sentence = doubt.job, doubt.sentence
    line = about if isinstance(about, JudgedLine) else None
    return {
        "job_id": about.id if line is None else None,
        "batch_id": line.batch_id if line else None,
        "line": line.line if line else None,
        "custom_id": line.custom_id if line else None,
        "restaurant": about.request.restaurant,
        "language": doubt.language,
        "model": about.model,
        "sentence": sentence.index,
        "text": sentence.text,
        "aspects": {
            aspect: {"polarity": polarity, "confidence": sure} for aspect, (polarity, sure) in sentence.aspects.items()
        },
        "version": doubt.version,
        "other": doubt.other,
        "corrections": [correction_dict(correction, sentence) for correction in doubt.corrections],
    }
