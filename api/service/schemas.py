"""What clients get about the service itself."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from jobs.activity import Window


class EndedAnswer(BaseModel):
    """Jobs by how they ended, and how long single reviews took from when they could have begun."""

    succeeded: int
    failed: int
    canceled: int
    expired: int
    p50_ms: Annotated[int | None, Field(description="Half took no longer; null when none ended.")]
    p95_ms: int | None


class EndedPartAnswer(EndedAnswer):
    """The same of a part of the window."""

    at: Annotated[datetime, Field(description="When that part ended.")]


class ActivityAnswer(BaseModel):
    """What ended lately."""

    window: Window
    oldest_s: Annotated[
        dict[str, float], Field(description="How long the next one of each queue that has any has waited, in seconds.")
    ]
    totals: EndedAnswer
    buckets: Annotated[
        list[EndedPartAnswer], Field(description="Oldest first; parts of which nothing is known are left out.")
    ]
