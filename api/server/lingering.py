"""Connections that were answered for the last time, until the other side has closed them."""

import socket
import time
from collections.abc import Callable
from functools import partial
from selectors import EVENT_READ, BaseSelector

from api.server.connection import AT_ONCE, Connection

#: How long a client has to close a connection after the last answer, in seconds, and what it may send meanwhile, in
#: bytes: closed at once with something unread, the answer's end might not reach it.
LINGER_S, MOST_LINGERING = 2.0, 1_048_576


class Lingering:
    """In the server's loop: gunicorn would wait for each of them there, and all others with it. `drop` closes one."""

    def __init__(self, drop: Callable[[Connection], None]) -> None:
        self._drop = drop
        #: Until when the other side has to close it, and how much it may still send.
        self._waiting: dict[Connection, tuple[float, int]] = {}

    def add(self, conn: Connection, poller: BaseSelector) -> None:
        """Nothing more is sent on it."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
        except OSError:
            self._drop(conn)
            return
        self._waiting[conn] = (time.monotonic() + LINGER_S, MOST_LINGERING)
        poller.register(conn.sock, EVENT_READ, partial(self._on_readable, conn, poller))

    def look_over(self, now: float, poller: BaseSelector) -> None:
        """Close those whose time is over."""
        for conn, (until, _) in list(self._waiting.items()):
            if until <= now:
                self._end(conn, poller)

    def _on_readable(self, conn: Connection, poller: BaseSelector, _: socket.socket) -> None:
        until, most = self._waiting[conn]
        try:
            come = len(conn.sock.recv(AT_ONCE))
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            come = 0
        self._waiting[conn] = (until, most - come)
        if not come or come > most:
            self._end(conn, poller)

    def _end(self, conn: Connection, poller: BaseSelector) -> None:
        del self._waiting[conn]
        poller.unregister(conn.sock)
        self._drop(conn)
