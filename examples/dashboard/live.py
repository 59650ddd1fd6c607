"""`GET /events`: tells open pages, by server-sent events, that there is something new."""

import threading
from collections.abc import Iterator
from time import monotonic
from typing import TYPE_CHECKING

from flask import Blueprint, Response

from examples.dashboard.problem import problem

if TYPE_CHECKING:
    from examples.dashboard.app import Dashboard
    from examples.dashboard.store import Store

#: Streams that a process holds at once (each holds a thread); a page that gets none polls instead.
MAX_STREAMS = 24
#: A page that hears nothing for longer than two of these knows that the line is dead, in seconds.
HEARTBEAT_S = 15.0
#: How often the file is looked at for what another process has written, in seconds.
LOOK_S = 1.0


class Signal:
    """Wakes the streams of this process the moment a review arrives."""

    def __init__(self) -> None:
        self._rung = threading.Condition()
        self._count = 0
        self._free = threading.BoundedSemaphore(MAX_STREAMS)

    @property
    def count(self) -> int:
        """How often it was rung. Taken before looking, it lets `wait` miss nothing that comes in between."""
        return self._count

    def ring(self) -> None:
        """Something has changed."""
        with self._rung:
            self._count += 1
            self._rung.notify_all()

    def wait(self, count: int, timeout_s: float) -> None:
        """Return once it was rung more often than `count`, or after the time."""
        with self._rung:
            self._rung.wait_for(lambda: self._count != count, timeout_s)

    def enter(self) -> bool:
        """Take one of the places for streams; False when there is none."""
        return self._free.acquire(blocking=False)

    def leave(self) -> None:
        """Give the place back."""
        self._free.release()


class Stream:
    """The body of one stream. It gives its place back when the server closes it, even if it was never read."""

    def __init__(self, store: "Store", signal: Signal) -> None:
        self._signal = signal
        self._parts = _parts(store, signal)
        self._open = True

    def __iter__(self) -> Iterator[str]:
        return self._parts

    def close(self) -> None:
        """Called by the WSGI server at the end, however it came."""
        if self._open:
            self._open = False
            self._signal.leave()


def _parts(store: "Store", signal: Signal) -> Iterator[str]:
    # Only the revision travels; the page then asks for what its own filter shows. So an event missed while the
    # line was down costs nothing: the first line after a reconnect carries all there is to know.
    yield "retry: 2000\n\n"
    told, spoke = None, monotonic()
    while True:
        count = signal.count
        revision = store.revision()
        if revision != told:
            yield f"id: {revision}\nevent: revision\ndata: {revision}\n\n"
            told, spoke = revision, monotonic()
        elif monotonic() - spoke >= HEARTBEAT_S:
            yield "event: heartbeat\ndata: \n\n"
            spoke = monotonic()
        signal.wait(count, LOOK_S)


def routes(dashboard: "Dashboard") -> Blueprint:
    """The stream's route."""
    blueprint = Blueprint("live", __name__)

    @blueprint.get("/events")
    def events() -> Response:
        if not dashboard.signal.enter():
            return problem(503, "All streams are taken; poll /view.json instead.")
        answer = Response(Stream(dashboard.store, dashboard.signal), mimetype="text/event-stream")
        answer.headers["X-Accel-Buffering"] = "no"
        return answer

    return blueprint
