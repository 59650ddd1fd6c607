"""Who may come in: whether a request's caller has the scope that its route needs."""

import hmac

from flask import Flask, after_this_request, g, request

from access.digests import open_digests
from access.scope import Scope
from api.http.gatekeeper import Gatekeeper
from api.http.measures import admitted
from api.http.operation import operation_of
from api.http.origin import Origins
from api.http.problems import ScopeMissing
from api.http.rates import RateLimiter
from api.http.session_cookie import check_csrf, session_cookie
from jobs.errors import SettingsError
from jobs.settings import Settings
from store.api_keys import ApiKeyStore

#: Blueprints whose pages and files anybody may load: what they then show, they ask of /v1 with the reader's own key.
OPEN = frozenset({"docs", "console", "embed"})
#: The route that Prometheus reads.
METRICS = "/metrics"


def register(app: Flask, gate: Gatekeeper, limiter: RateLimiter, settings: Settings) -> None:
    """Let no request of `app` pass that the route's scope, `Host` or `Origin` forbids, nor more than may come."""

    origins = Origins.of(settings)
    scopes: dict[str, Scope | None] = {}

    def admit() -> None:
        environ, endpoint = request.environ, request.endpoint
        origins.check(environ)
        if endpoint is None:
            return
        if endpoint not in scopes:
            scopes[endpoint] = _scope_of(app, endpoint)
        needed = scopes[endpoint]
        if needed is None:
            return
        header = environ.get("HTTP_AUTHORIZATION")
        if needed is Scope.ADMIN and environ["PATH_INFO"] == METRICS and _is_prometheus(header, settings):
            return
        entry = gate.entry(header, session_cookie(settings) if "HTTP_COOKIE" in environ else None)
        g.entry, g.caller = entry, entry.caller
        if entry.caller.key_id is not None and (standing := limiter.admit(entry.caller)) is not None:
            after_this_request(standing.tell)
            standing.check()
        if not entry.caller.may(needed):
            raise ScopeMissing(needed)
        if entry.cookie is not None:
            check_csrf(entry.cookie)
        admitted()

    app.before_request(admit)


def _is_prometheus(header: str | None, settings: Settings) -> bool:
    """Whether `header` has the token that KRITIQ_METRICS_TOKEN sets for /metrics."""
    token = settings.metrics_token.get_secret_value()
    return bool(token) and hmac.compare_digest(f"Bearer {token}".encode(), (header or "").encode())


def _scope_of(app: Flask, endpoint: str) -> Scope | None:
    """What a route needs; one that says nothing and is no page is nobody's."""
    operation = operation_of(app.view_functions[endpoint])
    if operation is not None:
        return operation.scope
    return None if endpoint.partition(".")[0] in OPEN else Scope.ADMIN


def demand_keys_beyond_loopback(settings: Settings, store: ApiKeyStore) -> None:
    """Raises SettingsError when others than this machine would reach an API that asks nobody for a key, and for a
    KRITIQ_KEY_SECRET with which no key could be checked."""
    if settings.on_loopback:
        if settings.key_secret.get_secret_value():
            open_digests(settings)
        return
    if settings.auth == "off":
        raise SettingsError(f"KRITIQ_AUTH=off: only for an API on loopback, and KRITIQ_HOST is {settings.host}.")
    if not store.any():
        raise SettingsError(
            f"No API key exists, and others could reach the API on {settings.host}. Make the first one:\n"
            "  kritiq keys create --tenant acme --scope jobs:read --scope jobs:write"
        )
    # Without it no key could be checked.
    open_digests(settings)
