"""The cookie of a session, and what a page has to show beside it to change something."""

import hmac
from collections.abc import Mapping

from flask import Response, request
from werkzeug.http import parse_cookie

from access.session import csrf_token, looks_like_session
from api.http.origin import SAFE_METHODS
from api.http.problems import CsrfMissing
from jobs.settings import Settings

#: The cookie of a session; under https with a name that browsers take from nobody else.
COOKIE, SECURE_COOKIE = "kritiq_session", "__Host-kritiq_session"


def cookie_name(settings: Settings) -> str:
    """The name of the session's cookie."""
    return SECURE_COOKIE if settings.public_url.startswith("https:") else COOKIE


def session_cookie(settings: Settings) -> str | None:
    """What the current request has as its session's cookie, if it may be one."""
    return _session(request.cookies, settings)


def session_cookie_in(header: str, settings: Settings) -> str | None:
    """The same of a `Cookie` header."""
    return _session(parse_cookie(header), settings)


def _session(cookies: Mapping[str, str], settings: Settings) -> str | None:
    cookie = cookies.get(cookie_name(settings))
    return cookie if cookie is not None and looks_like_session(cookie) else None


def check_csrf(cookie: str) -> None:
    """Raises CsrfMissing when the current request, for which only this session's cookie speaks, changes something
    without showing its token."""
    if request.method in SAFE_METHODS:
        return
    shown = request.headers.get("X-CSRF-Token", "")
    if not hmac.compare_digest(csrf_token(cookie).encode(), shown.encode()):
        raise CsrfMissing


def give_cookie(answer: Response, settings: Settings, value: str, seconds: int) -> Response:
    """`answer` with the session's cookie, which no script reads and no other site sends; 0 s takes it back."""
    name = cookie_name(settings)
    answer.set_cookie(
        name, value, max_age=seconds, path="/", secure=name == SECURE_COOKIE, httponly=True, samesite="Strict"
    )
    return answer
