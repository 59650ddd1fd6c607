"""Who may come in: the caller of every request, by its API key, and whether its scopes are enough for the route."""

import hmac
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from flask import Flask, current_app, g, request

from access.api_key import ApiKey
from access.caller import Caller
from access.digests import TokenDigests, open_digests
from access.scope import Scope
from access.token import Token, parse
from api.http.openapi import operation_of
from api.http.origin import check_host, check_origin
from api.http.problems import InvalidToken, ScopeMissing
from jobs.errors import SettingsError, Unauthenticated, Unavailable
from jobs.settings import Settings
from store.api_keys import ApiKeyStore

log = logging.getLogger(__name__)

#: A key that was read is believed for so long, in seconds: how late a revocation may act.
BELIEVED_S = 5.0
#: Keys that a process remembers.
MOST_KNOWN = 1024
#: How often the last use of a key is written, in milliseconds.
USE_MS = 60_000
#: The route that Prometheus reads.
METRICS = "/metrics"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """A key as it was read: when by this process' clock (seconds), and when by Redis' (milliseconds)."""

    key: ApiKey
    read_at: float
    read_ms: int

    def now_ms(self, now: float) -> int:
        return self.read_ms + round((now - self.read_at) * 1000)


class Gatekeeper:
    """Knows callers by the `Authorization` of their requests. May be shared by threads."""

    def __init__(self, settings: Settings, store: ApiKeyStore, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._store, self._clock = settings, store, clock
        self._digests: TokenDigests | None = None
        self._known: dict[str, _Known] = {}
        #: Until when no key existed; `inf`, once one did: is asked for from then on.
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
        scheme, _, text = header.strip().partition(" ")
        token = parse(text.strip()) if scheme.lower() == "bearer" else None
        if token is None:
            raise InvalidToken
        key = self._key(token)
        return Caller(
            tenant=key.tenant, scopes=frozenset(key.scopes), restaurants=frozenset(key.restaurants), key_id=key.id
        )

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

    def _key(self, token: Token) -> ApiKey:
        now = self._clock()
        known = self._known.get(token.key_id)
        if known is not None and now - known.read_at < BELIEVED_S and self._fits(token, known, now):
            return known.key
        # One that was rotated a moment ago is not turned away, either.
        fresh = self._read(token.key_id)
        if fresh is None or not self._fits(token, fresh, now):
            if fresh is not None and fresh.key.tokens:
                log.warning("%s was shown with a wrong secret, or made under another KRITIQ_KEY_SECRET", fresh.key.id)
            raise InvalidToken
        return fresh.key

    def _read(self, key_id: str) -> _Known | None:
        found = self._store.look_up(key_id)
        if found.key is None:
            self._known.pop(key_id, None)
            return None
        known = _Known(key=found.key, read_at=self._clock(), read_ms=found.now_ms)
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[key_id] = known
        return known

    def _fits(self, token: Token, known: _Known, now: float) -> bool:
        if self._digests is None:
            self._digests = open_digests(self._settings)
        now_ms, key = known.now_ms(now), known.key
        tokens = [each for each in key.tokens if each.until_ms is None or now_ms < each.until_ms]
        if self._digests.find(token, tokens) is None or not key.good_at(now_ms):
            return False
        if now_ms - (key.last_used_at or 0) >= USE_MS:
            # A full Redis takes no more writes; what can be read is read.
            with suppress(Unavailable):
                used = self._store.touch(key)
                self._known[key.id] = _Known(key=used, read_at=known.read_at, read_ms=known.read_ms)
        return True


def register(app: Flask, gate: Gatekeeper, settings: Settings) -> None:
    """Let no request of `app` pass that the route's scope, `Host` or `Origin` forbids."""

    def admit() -> None:
        check_host(settings)
        check_origin(settings)
        if request.endpoint is None:
            return
        operation = operation_of(current_app.view_functions[request.endpoint])
        # A route that says nothing and is no documentation is nobody's.
        needed = operation.scope if operation is not None else None if request.blueprint == "docs" else Scope.ADMIN
        if needed is None:
            return
        header = request.headers.get("Authorization")
        if request.path == METRICS and gate.is_prometheus(header):
            return
        caller = gate.caller(header)
        if not caller.may(needed):
            raise ScopeMissing(needed)
        g.caller = caller

    app.before_request(admit)


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
