"""Who may come in: the caller of every request, by its API key, and whether its scopes are enough for the route."""

import hashlib
import hmac
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from flask import Flask, g, request

from access.caller import Caller
from access.digests import TokenDigests, open_digests
from access.scope import Scope
from access.token import parse
from api.http.openapi import operation_of
from api.http.origin import Origins
from api.http.problems import InvalidToken, ScopeMissing
from jobs.errors import SettingsError, Unauthenticated, Unavailable
from jobs.settings import Settings
from store.api_keys import ApiKeyStore

log = logging.getLogger(__name__)

#: A key that was read is believed for so long, in seconds: how late a revocation may act.
BELIEVED_S = 5.0
#: Callers that a process remembers.
MOST_BELIEVED = 1024
#: How often the last use of a key is written, in milliseconds.
USE_MS = 60_000
#: The route that Prometheus reads.
METRICS = "/metrics"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Believed:
    """A caller that was found good, and until when, by this process' clock, nobody asks again."""

    caller: Caller
    until: float


class Gatekeeper:
    """Knows callers by the `Authorization` of their requests. May be shared by threads."""

    def __init__(self, settings: Settings, store: ApiKeyStore, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._store, self._clock = settings, store, clock
        self._digests: TokenDigests | None = None
        #: By the SHA-256 of what they showed.
        self._believed: dict[bytes, _Believed] = {}
        #: Until when nobody asks whether there is a key by now.
        self._open_until = float("-inf")
        self._asks = settings.auth == "on" or not settings.on_loopback

    def caller(self, header: str | None) -> Caller:
        """Whose request it is that has this `Authorization`.

        Raises Unauthenticated, InvalidToken, Unavailable, and SettingsError when keys cannot be checked here.
        """
        if self._settings.auth == "off":
            return Caller()
        if header is None:
            if self._asks_for_keys():
                raise Unauthenticated
            return Caller()
        shown = hashlib.sha256(header.encode()).digest()
        known = self._believed.get(shown)
        if known is None or self._clock() >= known.until:
            known = self._examined(header)
            if len(self._believed) >= MOST_BELIEVED:
                self._believed.clear()
            self._believed[shown] = known
        return known.caller

    def is_prometheus(self, header: str | None) -> bool:
        """Whether `header` has the token that KRITIQ_METRICS_TOKEN sets for /metrics."""
        token = self._settings.metrics_token.get_secret_value()
        return bool(token) and hmac.compare_digest(f"Bearer {token}".encode(), (header or "").encode())

    def _asks_for_keys(self) -> bool:
        """Whether a request needs a key. Where nobody said so, it does once there is one."""
        if not self._asks and self._clock() >= self._open_until:
            self._asks = self._store.any()
            self._open_until = self._clock() + BELIEVED_S
        return self._asks

    def _examined(self, header: str) -> _Believed:
        """The caller whose key this is. Raises as `caller` does."""
        scheme, _, text = header.strip().partition(" ")
        token = parse(text.strip()) if scheme.lower() == "bearer" else None
        if token is None:
            raise InvalidToken
        if self._digests is None:
            self._digests = open_digests(self._settings)
        asked_at, found = self._clock(), self._store.look_up(token.key_id)
        key, now_ms = found.key, found.now_ms
        if key is None or not key.good_at(now_ms):
            raise InvalidToken
        match = self._digests.find(
            token, [each for each in key.tokens if each.until_ms is None or now_ms < each.until_ms]
        )
        if match is None:
            log.warning("%s was shown with a wrong secret, or made under another KRITIQ_KEY_SECRET", key.id)
            raise InvalidToken
        if now_ms - (key.last_used_at or 0) >= USE_MS:
            # A full Redis takes no more writes; what can be read is read.
            with suppress(Unavailable):
                self._store.touch(key)
        caller = Caller(
            tenant=key.tenant, scopes=frozenset(key.scopes), restaurants=frozenset(key.restaurants), key_id=key.id
        )
        ends = [end for end in (key.expires_at, match.until_ms) if end is not None]
        return _Believed(caller=caller, until=asked_at + min([BELIEVED_S, *((end - now_ms) / 1000 for end in ends)]))


def register(app: Flask, gate: Gatekeeper, settings: Settings) -> None:
    """Let no request of `app` pass that the route's scope, `Host` or `Origin` forbids."""

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
        if needed is Scope.ADMIN and environ["PATH_INFO"] == METRICS and gate.is_prometheus(header):
            return
        caller = gate.caller(header)
        if not caller.may(needed):
            raise ScopeMissing(needed)
        g.caller = caller

    app.before_request(admit)


def _scope_of(app: Flask, endpoint: str) -> Scope | None:
    """What a route needs; one that says nothing and is no documentation is nobody's."""
    operation = operation_of(app.view_functions[endpoint])
    if operation is not None:
        return operation.scope
    return None if endpoint.partition(".")[0] == "docs" else Scope.ADMIN


def demand_keys_beyond_loopback(settings: Settings, store: ApiKeyStore) -> None:
    """Raises SettingsError when others than this machine would reach an API that asks nobody for a key."""
    if settings.on_loopback:
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
