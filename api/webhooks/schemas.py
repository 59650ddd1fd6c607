"""What clients send and get about webhooks."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from access.api_key import MAX_RESTAURANTS
from api.http.fields import WHOLE, LookedBackTo, Moment, RestaurantId, Strict, Url, once_each
from webhooks.delivery import DeliveryStatus, Trigger
from webhooks.event import DEFAULT_EVENTS, EventType

#: A client writes the value; JSON knows no enum.
Event = Annotated[EventType, Field(strict=False)]


Events = Annotated[list[Event], Field(min_length=1, json_schema_extra={"uniqueItems": True}), AfterValidator(once_each)]
Restaurants = Annotated[
    list[RestaurantId],
    Field(
        max_length=MAX_RESTAURANTS,
        description="The only restaurants whose events are sent, and none without a restaurant. Empty: all.",
    ),
]
Description = Annotated[str, StringConstraints(max_length=200), Field(description="For you.")]
Grace = Annotated[
    int,
    Field(ge=0, le=604_800, description="Seconds that the old secret signs beside the new one (0 to 7 days)."),
    WHOLE,
]


ProgressLines = Annotated[
    int,
    Field(
        ge=1,
        le=10_000,
        description="Of `batch.progress`: an event whenever so many more lines of a batch have ended; at most one for "
        "each of its chunks, and none while one waits to be sent.",
    ),
]

LinesPerEvent = Annotated[
    int,
    Field(
        ge=1,
        le=100,
        description="Of `batch.lines`: most lines that one event tells. The lines of one chunk follow each other, each "
        "event when the one before it has been tried.",
    ),
]


class EndpointRequest(Strict):
    """Where to tell of webhook events, and of which."""

    url: Url
    events: Annotated[
        Events,
        Field(default_factory=lambda: list(DEFAULT_EVENTS), description="Which events are sent. Pings are, anyway."),
    ]
    restaurants: Annotated[Restaurants, Field(default_factory=list)]
    description: Description = ""
    include_text: Annotated[
        bool, Field(description="Send the sentences' texts too, not offsets only. Not by a link to webhooks.")
    ] = False
    progress_lines: Annotated[ProgressLines, WHOLE] = 1000
    lines_per_event: Annotated[LinesPerEvent, WHOLE] = 10
    signature: Annotated[
        Literal["hmac", "ed25519"],
        Field(description="`hmac`: a secret that you keep. `ed25519`: a public key, nothing to keep secret."),
    ] = "hmac"


class EndpointChange(Strict):
    """What to change; what is left out or null stays."""

    url: Url | None = None
    events: Events | None = None
    restaurants: Restaurants | None = None
    description: Description | None = None
    include_text: bool | None = None
    progress_lines: Annotated[ProgressLines | None, WHOLE] = None
    lines_per_event: Annotated[LinesPerEvent | None, WHOLE] = None
    enabled: Annotated[
        bool | None, Field(description="False: nothing is sent any more, and what waits is dropped.")
    ] = None


class RotateRequest(Strict):
    """How long the old secret goes on signing."""

    grace_seconds: Grace = 86_400


class RecoverRequest(Strict):
    """From when on, and until when."""

    since: Annotated[Moment, Field(description="Events at or after this time (RFC 3339 with an offset).")]
    until: Annotated[Moment | None, Field(description="Events at or before this time; left out: all since then.")] = (
        None
    )


class HealthOfEndpoint(BaseModel):
    """What the last attempts showed."""

    consecutive_failures: int
    failing_since: datetime | None
    last_success_at: datetime | None
    last_failure_at: datetime | None
    held_until: Annotated[datetime | None, Field(description="After many failures nothing is sent until then.")]
    pending: Annotated[int, Field(description="Deliveries that have not ended.")]


class EndpointAnswer(BaseModel):
    """An endpoint. Its secret is not here: it is shown once, when it is made."""

    id: str
    url: str
    events: list[EventType]
    restaurants: list[str]
    description: str
    include_text: bool
    progress_lines: int
    lines_per_event: int
    enabled: bool
    disabled_reason: Annotated[
        Literal["owner", "gone", "failing"] | None,
        Field(description="`gone`: it answered 410. `failing`: nothing but failures for five days."),
    ]
    disabled_at: datetime | None
    signature: Literal["hmac", "ed25519"]
    public_keys: Annotated[list[str], Field(description="What verifies the signatures, for ed25519.")]
    created_at: datetime
    updated_at: datetime
    version: int
    health: HealthOfEndpoint | None = None


class NewEndpointAnswer(EndpointAnswer):
    """An endpoint with its new secret, which is never shown again."""

    secret: Annotated[str | None, Field(description="`whsec_…`; null for ed25519, where you need no secret.")]


class SecretAnswer(BaseModel):
    """A new secret, which is never shown again."""

    secret: str


class EndpointList(BaseModel):
    """All endpoints, oldest first."""

    endpoints: list[EndpointAnswer]


class RecoverAnswer(BaseModel):
    """How many deliveries are sent again."""

    recovered: int


class AttemptAnswer(BaseModel):
    """One attempt."""

    number: int
    trigger: Trigger
    started_at: datetime
    duration_ms: int | None
    status: Annotated[int | None, Field(description="HTTP status; null when there was no complete answer.")]
    error: Annotated[str | None, Field(description="Error class, such as `timeout`; null after a success.")]
    next_attempt_at: datetime | None
    answer: Annotated[str, Field(description="The first 2 kB of what the receiver answered.")]


class DeliveryAnswer(BaseModel):
    """One webhook event on its way to one endpoint. `id` is the `webhook-id` of all its attempts."""

    id: str
    type: EventType
    subject: Annotated[str, Field(description="Id of the job, batch or endpoint that the event is about.")]
    endpoint: str
    status: DeliveryStatus
    reason: Annotated[
        str | None,
        Field(
            description="Why the last attempt failed, those apart that were asked for by hand, or why nothing is sent."
            " Null while one that has ended is sent again."
        ),
    ]
    attempts: int
    event_at: datetime
    created_at: datetime
    next_attempt_at: datetime | None
    ended_at: datetime | None
    log: Annotated[list[AttemptAnswer] | None, Field(description="Oldest first; in lists it is left out.")] = None


class DeliveryRequestAnswer(BaseModel):
    """What the receiver is sent."""

    method: Literal["POST"]
    headers: Annotated[list[str], Field(description="Names; the signature is made anew for each attempt.")]
    body: Annotated[str, Field(description="JSON, byte for byte what is signed, unless texts are left out.")]
    texts_left_out: Annotated[
        bool, Field(description="Whether sentences' texts that are sent are not shown: to whoever opened a link.")
    ]


class DeliveryListAnswer(BaseModel):
    """Deliveries, newest first."""

    deliveries: list[DeliveryAnswer]
    next_page_token: str | None
    looked_back_to: LookedBackTo
