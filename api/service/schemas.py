"""What clients get about the service itself."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from api.http.reasons import ReasonAnswer
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


class CountAnswer(BaseModel):
    """How many there are."""

    count: int
    at_least: Annotated[bool, Field(description="Whether there may be more: not all were looked at.")]


class AttentionAnswer(BaseModel):
    """What waits for a person."""

    since: Annotated[datetime, Field(description="What was made before counts as failed no more.")]
    failed_jobs: Annotated[CountAnswer, Field(description="Single jobs, of those that are not only in the archive.")]
    failed_deliveries: Annotated[CountAnswer | None, Field(description="Webhooks that were given up.")]
    overdue_deliveries: Annotated[
        CountAnswer | None, Field(description="Webhooks that should have been sent, or tried again, a minute ago.")
    ]
    disabled_endpoints: Annotated[CountAnswer | None, Field(description="Those that nobody disabled on purpose.")]


class DriftOfVersion(BaseModel):
    """Whether what a version of a model is asked, or answers, has become something else than in its reference."""

    version: str
    drifted: bool
    reasons: Annotated[
        list[str],
        Field(
            description="What has become of it, the worst first, and which restaurants it mostly comes from, if any."
        ),
    ]
    reason_codes: Annotated[list[ReasonAnswer], Field(description="What each of `reasons` says.")]
    reviews: Annotated[
        int, Field(description="Reviews of your organisation that were looked at, the last 500 at most.")
    ]
    indices: Annotated[
        dict[str, float],
        Field(description="Population stability index by feature: below 0.1 nothing to speak of, above 0.25 much."),
    ]
    expected_right: Annotated[
        float | None,
        Field(description="About the share of answers that are right, by how sure the model is. No labels are needed."),
    ]
    reference_right: Annotated[float | None, Field(description="The same in the reference.")]
    unknown_tokens: Annotated[
        float | None,
        Field(description="Share of the tokens that the model does not know, such as emoji or another script."),
    ]
    reference_unknown_tokens: Annotated[
        float | None, Field(description="The same in the reference; null for one of an earlier release.")
    ]
    reference: Annotated[bool, Field(description="Whether the model has a reference; without one nothing can be told.")]


class DriftAnswer(BaseModel):
    """The versions of a model that are loaded."""

    name: str
    versions: list[DriftOfVersion]
