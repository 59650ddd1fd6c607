"""What clients get about restaurants."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field

from api.http.fields import ReviewEcho
from api.http.result_schemas import ModelAnswer, ResultAnswer
from jobs.judgements import Step


class SummaryAnswer(BaseModel):
    """Sentences by aspect and polarity over a restaurant's succeeded jobs."""

    restaurant: str
    since: Annotated[date, Field(alias="from")]
    to: date
    aspects: dict[str, dict[str, int]]


class PeriodAnswer(BaseModel):
    """The same of some days of it, both included."""

    since: Annotated[date, Field(alias="from")]
    to: date
    aspects: dict[str, dict[str, int]]


class TrendAnswer(BaseModel):
    """A restaurant's periods, oldest first; those without a sentence too."""

    restaurant: str
    since: Annotated[date, Field(alias="from")]
    to: date
    by: Step
    periods: list[PeriodAnswer]


class RestaurantItem(BaseModel):
    """A restaurant that something was found about."""

    restaurant: str


class RestaurantPage(BaseModel):
    """Some of them, by name."""

    restaurants: list[RestaurantItem]
    next_page_token: Annotated[str | None, Field(description="Pass it as `page_token`; null at the end.")]


class JudgedReview(ReviewEcho):
    """A review with what was found in it: of a job, or a line of a batch."""

    job_id: str | None
    batch_id: str | None
    line: Annotated[int | None, Field(description="Which line of the batch it is, from 1.")]
    custom_id: str | None
    created_at: datetime
    model: ModelAnswer | None
    result: ResultAnswer


class ReviewPage(BaseModel):
    """Some reviews, those sent last first."""

    reviews: list[JudgedReview]
    next_page_token: str | None
