"""What the request schemas share: strict models, and members that several of them have."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar

import orjson
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from api.http.parameters import WRITTEN
from jobs.choice import MODEL
from jobs.request import AUTHOR, LANGUAGE, MAX_METADATA_BYTES, RESTAURANT, TTL_S
from jobs.timestamp import moment, rfc3339, written

Named = TypeVar("Named", bound=str)
#: How far ahead work may be scheduled, in days.
MOST_DAYS_AHEAD = 30

#: Of a page of a list that is looked through.
LookedBackTo = Annotated[
    datetime | None,
    Field(description="All that was created after this time has been looked at by now; null at the end."),
]


def not_blank(value: str) -> str:
    """Refuses nothing but white space."""
    if not value.strip():
        raise ValueError("should have at least one character that is not white space")
    return value


def once_each(value: list[Named]) -> list[Named]:
    """Refuses what names something twice."""
    if len(set(value)) < len(value):
        raise ValueError("should name each once")
    return value


def small(value: dict[str, Any]) -> dict[str, Any]:
    """Refuses metadata of more than `MAX_METADATA_BYTES` as JSON."""
    size = len(orjson.dumps(value))
    if size > MAX_METADATA_BYTES:
        raise ValueError(f"should be at most {MAX_METADATA_BYTES} bytes as JSON, is {size}")
    return value


def _whole(value: Any) -> Any:
    """In JSON 60.0 is the integer 60."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _moment(value: Any) -> datetime:
    if not isinstance(value, str):
        raise ValueError("should be an RFC 3339 time, such as 2026-11-14T09:30:00+01:00")
    return moment(value)


def _written(value: Any) -> datetime:
    if not isinstance(value, str):
        raise ValueError("should be a day such as 2026-11-14, or an RFC 3339 time")
    return written(value)


def _near(value: datetime | None) -> datetime | None:
    if value is not None and value > datetime.now(UTC) + timedelta(days=MOST_DAYS_AHEAD):
        raise ValueError(f"should be at most {MOST_DAYS_AHEAD} days from now")
    return value


#: Behind an `int`: any spelling that JSON has for it.
WHOLE = BeforeValidator(_whole)
#: A time as every member takes it: RFC 3339 text with an offset, which it keeps; no number of seconds.
Moment = Annotated[datetime, BeforeValidator(_moment)]
#: The same, or a day.
Written = Annotated[datetime, BeforeValidator(_written), WithJsonSchema(WRITTEN)]
#: A client's own id of a restaurant.
RestaurantId = Annotated[str, StringConstraints(pattern=f"^{RESTAURANT.pattern}$")]
#: Something that is not white space, and an absolute URL, for the document.
NOT_BLANK: dict[str, Any] = {"pattern": r"\S"}
URL_SCHEMA: dict[str, Any] = {"format": "uri", "pattern": r"^https?://\S+$"}


class Strict(BaseModel):
    """Takes what it names, as the type it names, and nothing else."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


#: When work may begin.
NotBefore = Annotated[
    Moment | None,
    Field(
        description="Begin no earlier than this (RFC 3339 with an offset, at most 30 days from now); until then it is "
        "`scheduled`. A time that has passed means now.",
    ),
    AfterValidator(_near),
]


Language = Annotated[
    str, StringConstraints(pattern=f"^({LANGUAGE.pattern})$"), Field(description="ISO 639 code of the text, or `auto`.")
]
IncludeNone = Annotated[bool, Field(description="List aspects that are not mentioned, as `none`.")]
#: Which model judges.
Model = Annotated[
    str | None,
    StringConstraints(pattern=f"^({MODEL.pattern})$"),
    Field(
        description="An alias of a model, or an exact version (`kritiq-mini/1`), of those that `GET /v1/models` lists."
    ),
]
#: How long what has ended is kept.
Ttl = Annotated[
    int | None, Field(ge=TTL_S[0], le=TTL_S[1], description="Seconds that it is kept once it has ended."), WHOLE
]
Restaurant = Annotated[
    str | None,
    StringConstraints(pattern=f"^{RESTAURANT.pattern}$"),
    Field(description="Your id of the restaurant, for grouping."),
]
Author = Annotated[
    str | None,
    StringConstraints(pattern=f"^{AUTHOR.pattern}$"),
    Field(description="Your id of who wrote it, at most 200 characters: what there is of an author is found by it."),
]
Metadata = Annotated[
    dict[str, Any] | None,
    Field(description="Your own data, up to 2 kB, returned as it came."),
    AfterValidator(lambda value: value if value is None else small(value)),
]
#: Where webhooks go.
Url = Annotated[
    str,
    StringConstraints(min_length=1, max_length=2048),
    Field(
        description="An https URL on a port that the operator allows, all of whose addresses are public.",
        json_schema_extra=URL_SCHEMA,
    ),
]


class ReviewFields(Strict):
    """What a client may tell of a review beside its text: `jobs.request.JobRequest.described`."""

    restaurant: Restaurant = None
    reviewed_at: Annotated[
        Written | None,
        Field(description="When the review was written: RFC 3339 with an offset, or a day, which begins in UTC then."),
    ] = None
    external_author: Author = None
    metadata: Metadata = None


def asked(model: ReviewFields, *others: str) -> dict[str, Any]:
    """The members of `jobs.request.JobRequest` that a client gave, as records keep them; `others` are none."""
    found = {name: getattr(model, name) for name in model.model_fields_set if name not in others}
    if found.get("reviewed_at"):
        found["reviewed_at"] = found["reviewed_at"].isoformat()
    if found.get("not_before"):
        found["not_before"] = rfc3339(round(found["not_before"].timestamp() * 1000))
    return found


class ReviewEcho(BaseModel):
    """The same, as answers give it back."""

    restaurant: str | None
    reviewed_at: str | None
    external_author: str | None
    metadata: dict[str, Any] | None
