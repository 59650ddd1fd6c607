"""One name and one password before the page (RFC 7617), for a dashboard that others can reach. Put TLS before it."""

import hmac

from flask import Flask, Response, request

from examples.dashboard.problem import problem

#: What has a signature of its own, or tells nothing.
OPEN = frozenset({"webhook.receive", "pages.alive"})


def demand_login(app: Flask, login: str) -> None:
    """Answer 401 to whoever does not show `login`, `name:password`; Kritiq's webhooks show their signature instead."""

    @app.before_request
    def demand() -> Response | None:
        if request.endpoint in OPEN:
            return None
        shown = request.authorization
        given = f"{shown.username}:{shown.password}" if shown is not None and shown.type == "basic" else ""
        if hmac.compare_digest(given.encode(), login.encode()):
            return None
        refusal = problem(401, "This dashboard wants a name and a password.")
        refusal.headers["WWW-Authenticate"] = 'Basic realm="Kritiq", charset="UTF-8"'
        return refusal
