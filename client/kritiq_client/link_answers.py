"""What the service answers about links to webhooks."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class WebhookLink:
    """The webhooks of some restaurants for somebody without a key."""

    id: str
    restaurants: tuple[str, ...]
    #: Origins of pages that may show it in a frame.
    frame_origins: tuple[str, ...]
    #: Seconds that what it opens lasts.
    session_s: int
    created_at: datetime
    #: Until when it can be opened; once it was, when that ends.
    expires_at: datetime
    #: The key that it was made with, and ends with.
    key_id: str | None = None
    opened_at: datetime | None = None
    #: To be opened once; shown once, when it is made. Never printed, as its part behind `#` opens it.
    url: str | None = field(default=None, repr=False)
