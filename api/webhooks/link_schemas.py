"""What clients send and get about links to webhooks."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from access.api_key import MAX_RESTAURANTS
from access.webhook_link import MAX_ORIGINS, OPEN_S, SESSION_S
from api.http.fields import WHOLE, RestaurantId, Strict, once_each
from jobs.page_origin import MAX_ORIGIN, ORIGIN, is_origin


def _origin(value: str) -> str:
    if not is_origin(value):
        raise ValueError("should be an origin such as https://app.example.com")
    return value


Origin = Annotated[
    str, StringConstraints(max_length=MAX_ORIGIN, pattern=f"^{ORIGIN.pattern}$"), AfterValidator(_origin)
]


class WebhookLinkRequest(Strict):
    """A link to the endpoints and deliveries of some restaurants, for somebody without a key."""

    restaurants: Annotated[
        list[RestaurantId],
        Field(
            min_length=1,
            max_length=MAX_RESTAURANTS,
            json_schema_extra={"uniqueItems": True},
            description="The only ones whose endpoints and deliveries it shows, and whose endpoints it may make.",
        ),
        AfterValidator(once_each),
    ]
    frame_origins: Annotated[
        list[Origin],
        Field(
            default_factory=list,
            max_length=MAX_ORIGINS,
            json_schema_extra={"uniqueItems": True},
            description="Origins of pages that may show it in a frame, beside those of KRITIQ_FRAME_ORIGINS.",
        ),
        AfterValidator(once_each),
    ]
    open_s: Annotated[
        int, Field(ge=OPEN_S[0], le=OPEN_S[1], description="Seconds that it may wait to be opened."), WHOLE
    ] = OPEN_S[2]
    session_s: Annotated[
        int, Field(ge=SESSION_S[0], le=SESSION_S[1], description="Seconds that what it opens then lasts."), WHOLE
    ] = SESSION_S[2]


class WebhookLinkOpening(Strict):
    """What opens a link."""

    code: Annotated[
        str,
        StringConstraints(min_length=1, max_length=200),
        Field(description="What stands behind `#` in the link's `url`."),
    ]


class WebhookLinkAnswer(BaseModel):
    """A link. What opens it is not here: it is shown once, when it is made."""

    id: str
    restaurants: list[str]
    frame_origins: list[str]
    session_s: int
    key_id: Annotated[str | None, Field(description="The key that it was made with, and ends with.")]
    created_at: datetime
    opened_at: datetime | None
    expires_at: Annotated[datetime, Field(description="Until when it can be opened; once it was, when that ends.")]


class NewWebhookLinkAnswer(WebhookLinkAnswer):
    """A link with its address, which is never shown again."""

    url: Annotated[
        str,
        Field(
            description="To be opened once, by a browser or as the `src` of a frame. The code behind `#` opens it: "
            "send it to nobody else."
        ),
    ]


class WebhookLinkList(BaseModel):
    """Links that can be opened, or whose sessions last: those first that end last."""

    links: list[WebhookLinkAnswer]
    next_page_token: str | None


class WebhookLinkSession(BaseModel):
    """What a link was opened for."""

    token: Annotated[str, Field(description="`krt_link_…`: send it as `Authorization: Bearer krt_link_…`.")]
    restaurants: list[str]
    expires_at: datetime
