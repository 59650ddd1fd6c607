"""What the service answers about API keys."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiKey:
    """A key of your organisation."""

    id: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    #: The only restaurants that it is for; empty: all.
    restaurants: tuple[str, ...] = ()
    #: The only priorities of its jobs; None: all.
    priorities: tuple[str, ...] | None = None
    #: Requests within a second; None: as all keys.
    rate: int | None = None
    expires_at: datetime | None = None
    #: To the minute.
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    #: `krt_…`: shown once, when it is made or rotated: keep it. Never printed.
    key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiKeys:
    """All keys, oldest first."""

    keys: tuple[ApiKey, ...]
