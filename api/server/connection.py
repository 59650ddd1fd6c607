"""A client's connection, whose request has come, or looked whole, before a thread reads it."""

import socket
import time
from typing import Any

from gunicorn import http
from gunicorn.workers.gthread import TConn

from api.http.context import sender
from api.server.arriving import BODY_RATE, HEAD_S
from api.server.large_bodies import LargeBodies
from api.server.paused import Paused
from api.server.shares import Place

#: What one read of a socket gives at most, in bytes.
AT_ONCE = 262_144
#: How long an answer may make no progress, and the rest of a request that looked whole and was not; in seconds.
STALLED_S = 30.0


class Replayed:
    """A socket as gunicorn's parser reads it: first what has come already."""

    def __init__(self, sock: socket.socket, bodies: LargeBodies) -> None:
        self._sock, self._bodies = sock, bodies
        #: Where its thread waits for the rest of the request, if it does.
        self._place: Place | None = None
        self.put(bytearray())

    def put(self, data: bytearray) -> None:
        """What is to be read next, of a new request."""
        self._data, self._at = data, 0
        #: Whether the request has its answer: then nobody waits for the rest of it.
        self.answered = False
        #: Bytes of the rest, and seconds that were spent waiting for them.
        self._come, self._waited = 0, 0.0

    def take(self) -> bytes:
        """What was not read: the beginning of a next request."""
        rest = bytes(self._data[self._at :])
        self.put(bytearray())
        return rest

    def recv(self, size: int) -> bytes:
        """See `socket.recv`; whoever stalls, or sends too slowly, has closed. Raises TimeoutError behind an answer, and
        as `LargeBodies.take` does."""
        if self._at < len(self._data):
            piece = bytes(self._data[self._at : self._at + size])
            self._at += len(piece)
            if self._at == len(self._data):
                self._data, self._at = bytearray(), 0
            return piece
        if self.answered:
            raise TimeoutError("the request is answered")
        if self._place is None:
            self._place = self._bodies.take(sender())
        left = 2 * HEAD_S + self._come / BODY_RATE - self._waited
        if left <= 0:
            return b""
        self._sock.settimeout(min(STALLED_S, left))
        began = time.monotonic()
        try:
            piece = self._sock.recv(size)
        except TimeoutError:
            return b""
        self._come, self._waited = self._come + len(piece), self._waited + time.monotonic() - began
        return piece

    def answer(self) -> None:
        """The request has its answer: nobody waits for the rest of it any more."""
        self.answered = True
        if self._place is not None:
            self._bodies.leave(self._place)
            self._place = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


class Connection(TConn):  # type: ignore[misc]
    """A client's connection, with what has come of its request."""

    initialized: bool

    def __init__(self, cfg: Any, sock: socket.socket, client: Any, server: Any, bodies: LargeBodies) -> None:
        super().__init__(cfg, sock, client, server)
        self.replayed = Replayed(sock, bodies)
        #: The answer that has nothing to say for now.
        self.paused: Paused | None = None
        #: The client's address; None of one on a Unix socket.
        self.address = client[0] if isinstance(client, tuple) else None

    def init(self) -> None:
        """Called in the request's thread."""
        if not self.initialized:
            self.initialized = True
            self.parser = http.get_parser(self.cfg, self.replayed, self.client)
