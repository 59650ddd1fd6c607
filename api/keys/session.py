"""`/v1/session`: a browser logs in with an API key, and shows a cookie instead of it from then on."""

from typing import Any

import orjson
from flask import Blueprint, Response, g, request

from access.session import csrf_token
from api.http.context import context
from api.http.gatekeeper import Entry
from api.http.operation import operation
from api.http.priorities import usable_by
from api.http.problem_schemas import ProblemAnswer
from api.http.session_cookie import check_csrf, give_cookie, session_cookie
from api.keys.schemas import SessionAnswer
from jobs.timestamp import rfc3339

blueprint = Blueprint("session", __name__, url_prefix="/v1/session")

REFUSED: dict[int, Any] = {401: ProblemAnswer, 503: ProblemAnswer}


# What these three need is no scope but a key of any kind, or nothing at all to end a session: they look themselves.
@blueprint.post("")
@operation("Log in", scope=None, answers={201: SessionAnswer, 403: ProblemAnswer, **REFUSED})
def log_in() -> Response:
    """Show an API key in `Authorization`, and get a session for it: a cookie that no script can read.

    Whatever changes something by the cookie also shows the answer's `csrf_token` as `X-CSRF-Token`. The session whose
    cookie came with this call ends: the browser forgets it for the new one.
    """
    ctx = context()
    entry = ctx.gate.log_in(request.headers.get("Authorization"))
    g.caller = entry.caller
    if (before := session_cookie(ctx.settings)) is not None:
        ctx.gate.log_out(before)
    return give_cookie(_answer(entry, 201), ctx.settings, entry.cookie or "", ctx.settings.session_s)


@blueprint.get("")
@operation("Who am I?", scope=None, answers={200: SessionAnswer, **REFUSED})
def get_session() -> Response:
    """What the key or session of this request may do; without either, where none is asked for, what everybody may."""
    ctx = context()
    return _answer(ctx.gate.entry(request.headers.get("Authorization"), session_cookie(ctx.settings)), 200)


@blueprint.delete("")
@operation("Log out", scope=None, answers={204: None, 403: ProblemAnswer, 503: ProblemAnswer})
def log_out() -> Response:
    """End the session of the cookie, and take the cookie back."""
    ctx = context()
    cookie = session_cookie(ctx.settings)
    if cookie is not None:
        check_csrf(cookie)
        g.caller = ctx.gate.log_out(cookie)
    return give_cookie(Response(status=204), ctx.settings, "", 0)


def _answer(entry: Entry, status: int) -> Response:
    body = {
        "tenant": entry.caller.tenant,
        "key_id": entry.caller.key_id,
        "scopes": sorted(entry.caller.scopes),
        "restaurants": sorted(entry.caller.restaurants),
        "priorities": usable_by(entry.caller),
        "csrf_token": csrf_token(entry.cookie) if entry.cookie else None,
        "expires_at": rfc3339(entry.ends_at),
    }
    answer = Response(orjson.dumps(body), status, content_type="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer
