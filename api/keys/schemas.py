"""What clients send and get about API keys."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from access.api_key import MAX_NAME_CHARS, MAX_RESTAURANTS
from access.scope import Scope
from api.http.fields import WHOLE, RestaurantId, Strict, once_each
from jobs.allowance import MAX_RATE
from jobs.request import Priority
from jobs.retention import LONGEST_S

#: A client writes the value; JSON knows no enum.
AScope = Annotated[Scope, Field(strict=False)]
APriority = Annotated[Priority, Field(strict=False)]


#: An admin that is restricted could make itself another key.
_NO_BOUND_ADMIN: dict[str, Any] = {
    "required": ["scopes"],
    "properties": {"scopes": {"contains": {"const": "admin"}}},
    "anyOf": [
        {"required": ["restaurants"], "properties": {"restaurants": {"minItems": 1}}},
        {"required": ["priorities"], "properties": {"priorities": {"type": "array"}}},
    ],
}


class KeyRequest(Strict):
    """A new key of your organisation. One with the scope `admin` is restricted to no restaurants and no priorities."""

    model_config = ConfigDict(json_schema_extra={"not": _NO_BOUND_ADMIN})

    scopes: Annotated[
        list[AScope], Field(min_length=1, json_schema_extra={"uniqueItems": True}), AfterValidator(once_each)
    ]
    name: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=MAX_NAME_CHARS), Field(description="For you.")
    ] = ""
    restaurants: Annotated[
        list[RestaurantId],
        Field(
            default_factory=list,
            max_length=MAX_RESTAURANTS,
            description="The only restaurants that it is for: it sends, reads and sums up no other's reviews, and none "
            "without a restaurant. Left out: no restriction.",
        ),
    ]
    priorities: Annotated[
        Annotated[
            list[APriority], Field(min_length=1, json_schema_extra={"uniqueItems": True}), AfterValidator(once_each)
        ]
        | None,
        Field(
            description="The only priorities that its jobs may have. Batches are `bulk`. A job that names none gets "
            "`normal`, or what the key may use instead. Left out: no restriction."
        ),
    ] = None
    rate: Annotated[
        int | None,
        Field(ge=0, le=MAX_RATE, description="Requests that it may make within a second; 0: any number."),
        WHOLE,
    ] = None
    kind: Annotated[Literal["live", "test"], Field(description="How it begins: `krt_live_`, `krt_test_`.")] = "live"
    expires_in_s: Annotated[
        int | None, Field(ge=60, le=LONGEST_S, description="Seconds from now that it is good for."), WHOLE
    ] = None


class KeyRotation(Strict):
    """How long the old text of the key goes on being good."""

    grace_seconds: Annotated[
        int,
        Field(ge=0, le=604_800, description="Seconds that the old text is good beside the new one (0 to 7 days)."),
        WHOLE,
    ] = 86_400


class KeyAnswer(BaseModel):
    """A key. Its text is not here: it is shown once, when it is made."""

    id: str
    name: str
    scopes: list[Scope]
    restaurants: list[str]
    priorities: Annotated[list[Priority] | None, Field(description="The only ones of its jobs; null: all.")]
    rate: Annotated[int | None, Field(description="Requests within a second; null: as all keys.")]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: Annotated[datetime | None, Field(description="To the minute.")]
    revoked_at: datetime | None


class NewKeyAnswer(KeyAnswer):
    """A key with its new text, which is never shown again."""

    key: Annotated[str, Field(description="`krt_…`: send it as `Authorization: Bearer krt_…`.")]


class KeyList(BaseModel):
    """All keys of the organisation, oldest first; those that ended for 30 days more (KRITIQ_ENDED_KEY_TTL_S)."""

    keys: list[KeyAnswer]


class SessionAnswer(BaseModel):
    """Who makes this request. Of a session also what changes something by it, and until when it is good."""

    tenant: str
    key_id: Annotated[str | None, Field(description="null where no key is asked for.")]
    scopes: list[Scope]
    restaurants: Annotated[list[str], Field(description="The only ones that it may see and touch; none: all.")]
    priorities: Annotated[
        list[Priority], Field(description="Those that its jobs may have, as its key and its organisation say.")
    ]
    csrf_token: Annotated[str | None, Field(description="To be sent as `X-CSRF-Token`; null without a session.")]
    expires_at: Annotated[datetime | None, Field(description="When the session ends; null without one.")]
