"""What a model found in a review, as answers and webhooks tell it; tests hold real ones against it."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

ASPECTS = ("service", "style", "food", "quality", "price", "restaurant", "ambience", "drinks", "location")


class SpanAnswer(BaseModel):
    """A part of the review, in Unicode code points."""

    start: int
    end: int


class AspectAnswer(BaseModel):
    """How one aspect was judged."""

    polarity: Literal["positive", "neutral", "negative", "conflict", "none"]
    confidence: Annotated[float, Field(ge=0, le=1, description="Calibrated probability of the polarity.")]
    low_confidence: Annotated[
        bool | None,
        Field(description="Whether it is less sure than those of which at least 95 % are right; see the model's card."),
    ] = None
    evidence: Annotated[
        list[SpanAnswer] | None, Field(description="The words that carry it, where `evidence` was asked for.")
    ] = None


class SentenceAnswer(BaseModel):
    """One sentence of the review. `text` is the review from `start` to `end`, in Unicode code points."""

    index: int
    start: int
    end: int
    text: str
    truncated: Annotated[bool, Field(description="The sentence was longer than the model reads.")]
    aspects: Annotated[dict[str, AspectAnswer], Field(description="By aspect: " + ", ".join(ASPECTS) + ".")]


class OverallAnswer(BaseModel):
    """How the review judges as a whole, by a rule over what its sentences say: `neutral` when three quarters of it take
    no side, else the side on which three quarters of the rest are, else `conflict`."""

    polarity: Literal["positive", "neutral", "negative", "conflict"]
    confidence: Annotated[
        float, Field(ge=0, le=1, description="The share of that polarity, doubts counted against it.")
    ]


class ResultAnswer(BaseModel):
    """What the model found."""

    language: str
    overall: Annotated[OverallAnswer | None, Field(description="Null when no sentence speaks of any aspect.")] = None
    language_known: Annotated[bool, Field(description="Present and false when the model does not know it.")] = True
    sentences: list[SentenceAnswer]


class ErrorAnswer(BaseModel):
    """Why a job failed."""

    code: str
    message: str


class ModelAnswer(BaseModel):
    """Which model judged it, and why that one: where the job named an exact version, and where nobody has moved the
    alias `default`, there is neither alias nor share."""

    name: str
    version: str
    alias: Annotated[str | None, Field(description="The alias that stood for it.")] = None
    share: Annotated[int | None, Field(description="Its share of the alias, where that is split.")] = None
