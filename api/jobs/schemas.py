"""What clients send. The same classes validate requests and generate the OpenAPI document."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from api.http.fields import NOT_BLANK, RESTAURANT, URL_SCHEMA, WHOLE, WRITTEN, Strict, not_blank, small


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


class JobBody(Strict):
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
    ttl_s: Annotated[
        int | None, Field(ge=60, le=2_592_000, description="Seconds that the finished job is kept."), WHOLE
    ] = None
    restaurant: Annotated[
        str | None,
        StringConstraints(pattern=f"^{RESTAURANT.pattern}$"),
        Field(description="Your id of the restaurant, for grouping."),
    ] = None
    reviewed_at: Annotated[
        datetime | None, Field(strict=False, description="When the review was written (RFC 3339)."), WRITTEN
    ] = None
    metadata: Annotated[
        dict[str, Any] | None,
        Field(description="Your own data, up to 2 kB, returned as it came."),
        AfterValidator(lambda value: value if value is None else small(value)),
    ] = None
    webhook: Annotated[
        WebhookRequest | None, Field(description="Tell this URL when the job ends, beside the endpoints.")
    ] = None


class LegacyRequest(Strict):
    """What the old synchronous call took."""

    text: Annotated[
        str,
        Field(min_length=1, description="The review.", json_schema_extra=NOT_BLANK),
        AfterValidator(not_blank),
    ]
