"""Answers that pause in the server's loop: whatever comes at once, the loop goes on, and none is lost."""

import logging
import os
import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from gunicorn.config import Config

from api.http.pauses import Pause, Signal
from api.server.connection import Connection
from api.server.large_bodies import LargeBodies
from api.server.paused import Answer, Paused
from api.server.worker import BufferingWorker, worker_for
from tests.support.factories import make_settings
from tests.support.waiting import wait_for

SELF = ("127.0.0.1", 1)


@dataclass
class Written:
    """What gunicorn's response was given."""

    parts: list[bytes] = field(default_factory=list)
    closed: bool = False

    def write(self, part: bytes) -> None:
        self.parts.append(part)

    def close(self) -> None:
        self.closed = True

    def should_close(self) -> bool:
        return True


@pytest.fixture
def worker() -> Iterator[BufferingWorker]:
    """A worker as it is when its loop begins."""
    made = worker_for(make_settings())(0, os.getpid(), [], None, 30, Config(), logging.getLogger("test"))
    made.tpool = made.get_thread_pool()
    made.poller = selectors.DefaultSelector()
    made.method_queue.init()
    made.poller.register(made.method_queue.fileno(), selectors.EVENT_READ, made.method_queue.run_callbacks)
    yield made
    made.tpool.shutdown()
    made.poller.close()
    made.method_queue.close()
    made.tmp.close()


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A connection's two ends: the server's and the client's."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        client = stack.enter_context(socket.create_connection(listener.getsockname()))
        yield stack.enter_context(listener.accept()[0]), client


def resting(worker: BufferingWorker, sock: socket.socket, pause: Pause) -> Written:
    """An answer that pauses on this connection, and what is written of it afterwards."""
    written = Written()
    conn = Connection(worker.cfg, sock, SELF, SELF, LargeBodies(1))
    worker.nr_conns += 1
    conn.paused = Paused(Answer(iter([b"the rest"]), written), pause)
    worker._rest(conn, pause)
    return written


@pytest.mark.parametrize("client_does", ["leaves", "asks for more"])
def test_what_the_client_does_in_the_moment_of_the_signal_does_not_end_the_loop(
    worker: BufferingWorker, ends: tuple[socket.socket, socket.socket], client_does: str
) -> None:
    signal = Signal()
    written = resting(worker, ends[0], Pause(signal, 30.0))
    signal.set()
    if client_does == "leaves":
        ends[1].close()
    else:
        ends[1].sendall(b"GET /livez HTTP/1.1\r\n")
    wait_for(lambda: len(worker.poller.select(0)) == 2, "both are to be seen at once")
    worker.wait_for_and_dispatch_events(1.0)
    wait_for(lambda: written.closed, "the answer went on")
    assert written.parts == [b"the rest"]


def test_a_pause_that_ends_by_its_time_ends_soon_after_it(
    worker: BufferingWorker, ends: tuple[socket.socket, socket.socket]
) -> None:
    """The loop would else sleep for as long as it is told to, and nothing else happens here."""
    resting(worker, ends[0], Pause(Signal(), 0.0))
    began = time.monotonic()
    worker.wait_for_and_dispatch_events(20.0)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("ends_with_server", [True, False])
def test_a_stream_ends_with_the_server_and_a_wait_goes_on(
    worker: BufferingWorker, ends: tuple[socket.socket, socket.socket], ends_with_server: bool
) -> None:
    written = resting(worker, ends[0], Pause(Signal(), 300.0, ends_with_server=ends_with_server))
    worker.murder_pending()
    assert len(worker._resting) == 1, "while the server goes on both wait"
    worker.alive = False
    worker.murder_pending()
    assert len(worker._resting) == (0 if ends_with_server else 1)
    if ends_with_server:
        wait_for(lambda: written.closed, "the answer went on")
