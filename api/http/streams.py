"""Answers that go on for a while: they keep their connection alive and let go of what they hold, however they end."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Response, request

from api.http.pauses import Signal, pause, stopping
from api.http.waiting import STREAM_LOOKS_S
from jobs.errors import KritiqError

#: Something is sent this often, so that proxies keep the connection and dead ones are noticed; in seconds.
HEARTBEAT_S = 10.0
#: A stream of events ends after this many seconds, and with its server; the client comes back with `Last-Event-ID`.
EVENTS_S = 300.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """Something whose changes are told, as it is now."""

    version: int
    #: What clients see of it.
    body: dict[str, Any]
    #: Whether nothing follows.
    ended: bool


def streamed(parts: Iterator[bytes], media: str, held: ExitStack) -> Response:
    """An answer made of `parts` as they come. It lets go of what is `held`, also when no part was ever asked for."""
    response = Response(parts, content_type=media)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    # A generator that was never begun, as the answer to HEAD, runs no `finally`.
    response.call_on_close(held.close)
    return response


def server_sent(name: str, look: Callable[[], Seen], watch: AbstractContextManager[Signal]) -> Response:
    """Server-sent events: `name` at every change behind `Last-Event-ID`, then `end`.

    Raises what `look` raises at the first time; later that is the end. `watch` is set when there may be news.
    """
    seen = request.headers.get("Last-Event-ID", "0")
    version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0
    # Errors must be answered before the stream begins.
    if look().version < version:
        # Of something else, or of a Kritiq that was put back to what it was before: nothing of this was told.
        version = 0
    held = ExitStack()
    events = _events(name, look, held.enter_context(watch), version, request.environ)
    return streamed(events, "text/event-stream", held)


def _events(
    name: str, look: Callable[[], Seen], changed: Signal, version: int, environ: Mapping[str, Any]
) -> Iterator[bytes]:
    until, heard = time.monotonic() + EVENTS_S, time.monotonic()
    yield b"retry: 1000\n\n"
    while time.monotonic() < until and not stopping(environ):
        changed.clear()
        try:
            seen = look()
        except KritiqError as error:
            yield ending(str(error))
            return
        if seen.version > version:
            version, heard = seen.version, time.monotonic()
            yield b"id: %d\n" % version + event(name, seen.body)
        if seen.ended:
            yield ending("Nothing follows.")
            return
        yield from pause(environ, changed, STREAM_LOOKS_S)
        if time.monotonic() - heard >= HEARTBEAT_S:
            heard = time.monotonic()
            yield b": still here\n\n"


def event(name: str, body: Mapping[str, Any]) -> bytes:
    """A server-sent event without an id."""
    return b"event: %s\ndata: %s\n\n" % (name.encode(), orjson.dumps(body))


def ending(detail: str) -> bytes:
    """The event behind which a stream ends, and why it does."""
    return event("end", {"detail": detail})
