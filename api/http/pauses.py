"""Parts of an answer, between which nobody has to hold a thread: a stream that waits for news says so.

`api.server` takes the thread away at a pause, and gives one back when there is something to say. With any other WSGI
server, and in tests, the thread waits where it is.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

#: In the environment of a request whose server understands a `Pause`.
PAUSES = "kritiq.pauses"


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

    def __new__(cls, signal: Signal, seconds: float) -> "Pause":
        """An empty part."""
        made = super().__new__(cls)
        made.signal, made.seconds = signal, seconds
        return made


def pause(environ: Mapping[str, Any], signal: Signal, seconds: float) -> Iterator[Pause]:
    """Wait in the midst of an answer for the signal, for at most so many seconds: `yield from` it."""
    if PAUSES in environ:
        yield Pause(signal, seconds)
    else:
        signal.wait(seconds)
