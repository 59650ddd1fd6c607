"""A socket that an answer is written to: a thread waits for whoever reads slowly only while others are left."""

import contextlib
import errno
import os
import socket
from threading import Semaphore
from typing import Any


def readers(threads: int) -> Semaphore:
    """What those threads of a process have that wait for a client to read: three of four, and one at least."""
    return Semaphore(max(1, threads * 3 // 4))


class Outgoing:
    """As gunicorn's response writes to it. Its socket has a time limit, so that the system never waits in a call."""

    def __init__(self, sock: socket.socket, places: Semaphore) -> None:
        self._sock, self._places = sock, places

    def sendall(self, data: bytes) -> None:
        """See `socket.sendall`. Raises BrokenPipeError when as many threads as may wait for clients already: the answer
        ends there."""
        rest = memoryview(data)
        with contextlib.suppress(BlockingIOError):
            rest = rest[os.write(self._sock.fileno(), rest) :]
        if not rest:
            return
        if not self._places.acquire(blocking=False):
            raise BrokenPipeError(errno.EPIPE, "Too many clients read slowly.")
        try:
            self._sock.sendall(rest)
        finally:
            self._places.release()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)
