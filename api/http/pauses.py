"""Answers that pause, for which nobody has to hold a thread: a stream between its parts, while it waits for news, and
one that is made when something has happened (`Prefer: wait`).

`api.server` takes the thread away at a pause, and gives one back when there is something to say. With any other WSGI
server, and in tests, the thread waits where it is.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from flask import Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

#: In the environment of a request whose server understands a `Pause`.
PAUSES = "kritiq.pauses"
#: And whether that server stops, as a function: a stream, which its client opens again, ends then.
STOPS = "kritiq.stops"
#: Who waits looks by itself after this many seconds, should an announcement have been lost; a lost connection to Redis
#: wakes everybody.
LOOK_AGAIN_S = 15.0


class Signal(threading.Event):
    """An event that can also call somebody, so that nobody has to hold a thread to wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self._told: Callable[[], None] | None = None

    def set(self) -> None:
        """See `threading.Event.set`."""
        super().set()
        if (told := self._told) is not None:
            told()

    def tell(self, told: Callable[[], None] | None) -> None:
        """Call `told` whenever it is set, from any thread, and at once when it is set already; None: nobody."""
        self._told = told
        if told is not None and self.is_set():
            told()


class Pause(bytes):
    """Nothing to send, until a signal comes or so many seconds are over."""

    signal: Signal
    seconds: float
    #: Whether a server that stops does not wait for the signal.
    ends_with_server: bool

    def __new__(cls, signal: Signal, seconds: float, *, ends_with_server: bool = False) -> "Pause":
        """An empty part."""
        made = super().__new__(cls)
        made.signal, made.seconds, made.ends_with_server = signal, seconds, ends_with_server
        return made


def pause(
    environ: Mapping[str, Any], signal: Signal, seconds: float, *, ends_with_server: bool = True
) -> Iterator[Pause]:
    """Wait in the midst of an answer for the signal, for at most so many seconds: `yield from` it.

    A stream waits no longer once its server stops: see `stopping`.
    """
    if PAUSES in environ:
        yield Pause(signal, seconds, ends_with_server=ends_with_server)
    else:
        signal.wait(seconds)


def stopping(environ: Mapping[str, Any]) -> bool:
    """Whether the request's server stops, as far as it tells."""
    return bool(STOPS in environ and environ[STOPS]())


class Deferred:
    """What a view returns in place of an answer that it cannot give yet.

    `look(last)` gives the answer, or None while there is none; with `last` it has to. It runs in the context of the
    request, may raise what a view may, and is called when `signal` was set, or the time is over. `held` is let go of
    at the end.
    """

    def __init__(
        self, signal: Signal, seconds: float, look: Callable[[bool], Response | None], held: ExitStack
    ) -> None:
        self._signal, self._look, self._held = signal, look, held
        self._until = time.monotonic() + seconds
        #: Looks, as `look` does, in the context of the request, which has ended meanwhile; who can make it says how.
        self.resume: Callable[[bool], Response | None] = self.look

    def close(self) -> None:
        """Nobody waits any more."""
        self._held.close()

    def look(self, last: bool = False) -> Response | None:
        """The answer, if it is there or must be: at the end of the time, and at the `last` look."""
        self._signal.clear()
        return self._look(last or time.monotonic() >= self._until)

    def wait(self) -> Response:
        """The answer, for which this thread waits."""
        try:
            while True:
                self._signal.wait(self._seconds())
                if (found := self.look()) is not None:
                    return found
        finally:
            self.close()

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterator[bytes]:
        """The answer as a WSGI application gives it, with pauses before."""
        try:
            while True:
                yield from pause(environ, self._signal, self._seconds(), ends_with_server=False)
                if (response := self.resume(False)) is not None:
                    break
        except GeneratorExit:
            # The client has left. What it asked for was done, and is noted as if it had been answered now.
            self.resume(True)
            raise
        finally:
            self.close()
        parts = response(environ, start)
        try:
            yield from parts
        finally:
            if (close := getattr(parts, "close", None)) is not None:
                close()

    def _seconds(self) -> float:
        return max(0.0, min(self._until - time.monotonic(), LOOK_AGAIN_S))
