"""A link to the webhooks of some restaurants: opened once, for a session that ends by itself and may do nothing else.

Its address is no secret but for the code behind `#`, which browsers send to nobody: the page that it opens shows the
code to the API once, and has a token of its own from then on, in its memory alone. So the view works inside another
site's page, where browsers keep cookies back, and no log has anything that opens it.
"""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

#: How long a link may wait to be opened, and the session then last, in seconds: least, most, unless said.
OPEN_S = (10, 3600, 300)
SESSION_S = (60, 86_400, 3600)
#: Origins of pages that one link may be framed by.
MAX_ORIGINS = 10
_TOKEN = re.compile(r"krt_link_([0-9A-Z]{26})_([0-9A-Za-z_-]{43})")


@dataclass(frozen=True, kw_only=True, slots=True)
class WebhookLink:
    """A link's record. Times are milliseconds since the epoch, by Redis' clock."""

    #: `link_…`. No secret.
    id: str
    tenant: str
    #: The only restaurants whose endpoints and deliveries it shows; at least one.
    restaurants: tuple[str, ...]
    #: Origins of pages that may frame it, beside those of KRITIQ_FRAME_ORIGINS.
    frame_origins: tuple[str, ...] = ()
    #: How long the session lasts that it is opened for, in seconds.
    session_s: int = SESSION_S[2]
    #: The key that it was made with, and the digest of that key's text: when these are good no more, neither is the
    #: link. None where no key was asked for.
    key_id: str | None = None
    token_digest: str | None = None
    created_at: int = 0
    opened_at: int | None = None
    #: Until when it can be opened; once it was, when its session ends.
    ends_at: int = 0


def new_secret() -> str:
    """A fresh code of a link, or the secret part of a session's token, with 256 random bits."""
    return secrets.token_urlsafe(32)


def secret_digest(secret: str) -> str:
    """What the store knows a code or a token's secret by, in hexadecimal digits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def session_token(link_id: str, secret: str) -> str:
    """What the page shows as `Authorization: Bearer …`: `krt_link_`, what names the link, and the secret."""
    return f"krt_link_{link_id.removeprefix('link_')}_{secret}"


def parse_session(text: str) -> tuple[str, str] | None:
    """The link's id and the secret of the token written as `text`; None for what is none."""
    found = _TOKEN.fullmatch(text)
    return (f"link_{found.group(1)}", found.group(2)) if found else None


def frame_ancestors(origins: Sequence[str]) -> str:
    """Whom a page's Content-Security-Policy lets frame it."""
    return " ".join(sorted(set(origins))) or "'none'"
