"""An answer that pauses: its thread goes back to the pool, and any thread goes on with it later."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from api.http.pauses import PAUSES, STOPS, Pause
from api.server.outgoing import Outgoing, readers


class Paused(OSError):
    """The answer has nothing to say for now.

    An OSError, since gunicorn lets those through, and takes any other error behind a head for a broken answer.
    """

    def __init__(self, answer: "Answer", pause: Pause) -> None:
        super().__init__("paused")
        self.answer, self.pause = answer, pause


class Answer:
    """The parts of one answer, and gunicorn's response that they are written to."""

    def __init__(self, parts: Iterable[bytes], response: Any) -> None:
        self._source, self._parts = parts, iter(parts)
        self._response = response
        self._paused = False

    def __iter__(self) -> Iterator[bytes]:
        """The parts up to the next pause. Raises Paused there."""
        self._paused = False
        for part in self._parts:
            if isinstance(part, Pause):
                self._paused = True
                raise Paused(self, part)
            yield part

    def go_on(self) -> bool:
        """Write what follows, up to the end: whether the connection may be kept. Raises Paused, OSError."""
        for part in self:
            self._response.write(part)
        self._response.close()
        return not self._response.should_close()

    def close(self) -> None:
        """Let go of what it holds, unless it only pauses."""
        if not self._paused:
            self.abandon()

    def abandon(self) -> None:
        """Let go of what it holds: nobody waits for it any more."""
        if (close := getattr(self._source, "close", None)) is not None:
            close()


def pausing(
    application: Callable[..., Iterable[bytes]], threads: int, stops: Callable[[], bool]
) -> Callable[..., Iterable[bytes]]:
    """The WSGI application, told that it may pause, of a process with so many threads that says whether it `stops`."""
    places = readers(threads)

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ[PAUSES], environ[STOPS] = True, stops
        parts = application(environ, start_response)
        response = start_response.__self__
        response.sock = Outgoing(response.sock, places)
        # Of a file, too: the system would send it whole, however slowly it is read.
        return Answer(parts, response)

    return answer
