"""What clients get about restaurants."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

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
