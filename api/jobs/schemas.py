"""What clients send. The same classes validate requests and generate the OpenAPI document."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from api.http.fields import (
    NOT_BLANK,
    IncludeNone,
    Language,
    Model,
    NotBefore,
    ReviewFields,
    Strict,
    Ttl,
    Url,
    asked,
    not_blank,
)
from jobs.request import JobRequest, Priority


class WebhookRequest(Strict):
    """A URL that is told of one job's end. `POST /v1/webhook-secret` makes the secret that signs it."""

    url: Url


class JobBody(ReviewFields):
    """A review to judge."""

    text: Annotated[
        str,
        Field(
            min_length=1,
            description="The review, in Unicode.",
            examples=["Das Essen war super."],
            json_schema_extra=NOT_BLANK,
        ),
        AfterValidator(not_blank),
    ]
    priority: Annotated[
        Literal["high", "normal", "bulk"],
        Field(description="Which queue it waits in. The default is another where a key is not for it."),
    ] = "normal"
    language: Language = "auto"
    model: Model = None
    include_none: IncludeNone = False
    evidence: Annotated[
        bool,
        Field(
            description="Also the words that carry each opinion. Each sentence is read some thirty times more, "
            "and counts as so many in queues and limits; the job waits behind other single reviews, whatever its "
            "`priority`."
        ),
    ] = False
    deadline_s: Annotated[
        float | None,
        Field(
            gt=0,
            le=86_400,
            allow_inf_nan=False,
            description="Seconds from now after which the job is `expired`, whether it waits or is being judged,"
            " unless its result is there first.",
        ),
    ] = None
    not_before: NotBefore = None
    ttl_s: Ttl = None
    webhook: Annotated[
        WebhookRequest | None, Field(description="Tell this URL when the job ends, beside the endpoints.")
    ] = None

    @field_validator("not_before")
    @classmethod
    def _before_the_deadline(cls, value: datetime | None, info: ValidationInfo) -> datetime | None:
        deadline_s = info.data.get("deadline_s")
        if value is not None and deadline_s and value >= datetime.now(UTC) + timedelta(seconds=deadline_s):
            raise ValueError("should be before the deadline, which counts from now")
        return value

    def to_request(self) -> JobRequest:
        """All of it but the text."""
        url = self.webhook.url if self.webhook else None
        return JobRequest(**asked(self, "text", "priority", "webhook"), priority=Priority(self.priority), webhook=url)


class LegacyRequest(BaseModel):
    """What the old synchronous call took: of all that it was sent, the text."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    text: Annotated[str, Field(description="The review; without one in it, the answer is `{}`.")]
