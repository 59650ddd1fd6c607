"""What clients send. The same classes validate requests and generate the OpenAPI document."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

import orjson
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

MAX_METADATA_BYTES = 2048
RESTAURANT = re.compile(r"[A-Za-z0-9._~-]{1,100}")


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("should have at least one character that is not white space")
    return value


def _small(value: dict[str, Any]) -> dict[str, Any]:
    size = len(orjson.dumps(value))
    if size > MAX_METADATA_BYTES:
        raise ValueError(f"should be at most {MAX_METADATA_BYTES} bytes as JSON, is {size}")
    return value


def _whole(value: Any) -> Any:
    """In JSON 60.0 is the integer 60."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _written(value: Any) -> Any:
    if not isinstance(value, str | None):
        raise ValueError("should be a time such as 2026-11-14T09:30:00Z")
    return value


#: Behind an `int`: any spelling that JSON has for it.
WHOLE = BeforeValidator(_whole)
#: Behind a `datetime`: RFC 3339 text, and no number of seconds.
WRITTEN = BeforeValidator(_written)
#: Something that is not white space, and an absolute URL, for the document.
NOT_BLANK: dict[str, Any] = {"pattern": r"\S"}
URL_SCHEMA: dict[str, Any] = {"format": "uri", "pattern": r"^https?://\S+$"}


class Strict(BaseModel):
    """Takes what it names, as the type it names, and nothing else."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


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


class JobRequest(Strict):
    """A review to judge."""

    text: Annotated[
        str,
        Field(
            min_length=1,
            description="The review, in Unicode.",
            examples=["Das Essen war super."],
            json_schema_extra=NOT_BLANK,
        ),
        AfterValidator(_not_blank),
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
        AfterValidator(lambda value: value if value is None else _small(value)),
    ] = None
    webhook: Annotated[
        WebhookRequest | None, Field(description="Tell this URL when the job ends, beside the endpoints.")
    ] = None


class BatchRequest(Strict):
    """Many reviews at once. Each is `{"text": …, "custom_id": …}`; a bad one fails alone."""

    reviews: Annotated[
        list[Any],
        Field(
            description="1 to 10,000 reviews, each with a text and an id of yours.",
            json_schema_extra={"minItems": 1, "maxItems": 10_000},
        ),
    ]
    language: Annotated[str, StringConstraints(pattern=r"^(auto|[a-z]{2,3})$")] = "auto"
    include_none: bool = False
    ttl_s: Annotated[int | None, Field(ge=60, le=2_592_000), WHOLE] = None
    restaurant: Annotated[str | None, StringConstraints(pattern=f"^{RESTAURANT.pattern}$")] = None
    metadata: Annotated[
        dict[str, Any] | None, AfterValidator(lambda value: value if value is None else _small(value))
    ] = None


class LegacyRequest(Strict):
    """What the old synchronous call took."""

    text: Annotated[
        str,
        Field(min_length=1, description="The review.", json_schema_extra=NOT_BLANK),
        AfterValidator(_not_blank),
    ]
