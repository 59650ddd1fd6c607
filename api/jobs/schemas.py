"""What clients send. The same classes validate requests and generate the OpenAPI document."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator

from api.http.fields import NOT_BLANK, URL_SCHEMA, WHOLE, NotBefore, ReviewFields, Strict, not_blank
from jobs.request import JobRequest, Priority
from jobs.timestamp import rfc3339


class WebhookRequest(Strict):
    """A URL that is told of one job's end."""

    url: Annotated[
        str,
        StringConstraints(min_length=1, max_length=2048),
        Field(
            description="An https URL, all of whose addresses are public. `/v1/webhook-secret` gives the secret.",
            json_schema_extra=URL_SCHEMA,
        ),
    ]


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
    priority: Annotated[Literal["high", "normal", "bulk"], Field(description="Which queue it waits in.")] = "normal"
    language: Annotated[
        str,
        StringConstraints(pattern=r"^(auto|[a-z]{2,3})$"),
        Field(description="ISO 639 code of the text, or `auto`."),
    ] = "auto"
    include_none: Annotated[bool, Field(description="List aspects that are not mentioned, as `none`.")] = False
    deadline_s: Annotated[
        float | None,
        Field(gt=0, le=86_400, allow_inf_nan=False, description="Seconds after which the job is `expired`."),
    ] = None
    not_before: NotBefore = None
    ttl_s: Annotated[
        int | None, Field(ge=60, le=2_592_000, description="Seconds that the finished job is kept."), WHOLE
    ] = None
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
        asked = {name: getattr(self, name) for name in self.model_fields_set - {"text", "priority", "webhook"}}
        if self.reviewed_at:
            asked["reviewed_at"] = self.reviewed_at.isoformat()
        if self.not_before:
            asked["not_before"] = rfc3339(round(self.not_before.timestamp() * 1000))
        url = self.webhook.url if self.webhook else None
        return JobRequest(**asked, priority=Priority(self.priority), webhook=url)


class LegacyRequest(Strict):
    """What the old synchronous call took."""

    text: Annotated[
        str,
        Field(min_length=1, description="The review.", json_schema_extra=NOT_BLANK),
        AfterValidator(not_blank),
    ]
