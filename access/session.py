"""A browser's session: a random text in a cookie that stands for an API key, so that no page has to keep the key.

A page of another site can make a browser send the cookie, but read neither it nor an answer. So whatever changes
something shows a second text beside it, which follows from the cookie's and is told in answers alone.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

_TEXT = re.compile(r"[0-9A-Za-z_-]{43}")
_CSRF = b"kritiq csrf token"


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """What a session stands for. Times are milliseconds since the epoch, by Redis' clock."""

    key_id: str
    #: Of the key's tokens the one that was shown: when that is good no more, neither is the session.
    token_digest: str
    expires_at: int


def new_session_text() -> str:
    """A fresh text for a cookie, with 256 random bits."""
    return secrets.token_urlsafe(32)


def looks_like_session(text: str) -> bool:
    """Whether `text` may be one."""
    return _TEXT.fullmatch(text) is not None


def session_digest(text: str) -> str:
    """What the store knows the session by, in hexadecimal digits."""
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def csrf_token(text: str) -> str:
    """What a page shows in `X-CSRF-Token` beside the cookie with this text."""
    return hmac.digest(text.encode("ascii"), _CSRF, hashlib.sha256).hex()
