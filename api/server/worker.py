"""gunicorn's worker with threads, which gives a request a thread only when all of it has come.

Whoever sends slowly, or nothing, or does not close, costs a file descriptor and no thread: 1,000 of them delay nobody
else (tests/integration/way/test_slow_clients.py). A file longer than a batch has one of a few threads while it comes.
"""

import contextlib
import logging
import selectors
import socket
import time
from functools import partial
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from api.http.pauses import Pause
from api.server.arriving import Arriving
from api.server.connection import AT_ONCE, STALLED_S, Connection
from api.server.incoming import Incoming, remembering
from api.server.large_bodies import LargeBodies
from api.server.lingering import Lingering
from api.server.paused import Answer, Paused, pausing
from api.server.refusals import Refusing, too_slow
from jobs.settings import Settings

log = logging.getLogger(__name__)

#: How often all who are waited for are looked over, in seconds: gunicorn asks after every event, and a thousand slow
#: clients would cost every request a millisecond.
LOOK_OVER_S = 0.1


class BufferingWorker(ThreadWorker):  # type: ignore[misc]
    """See the module; `worker_for` makes the class that a server runs."""

    #: Longest body that is waited for, in bytes, and connections of one address whose requests are on their way.
    most_body: int
    most_of_address: int

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: Connections whose request is on its way in.
        self._arrivals: dict[Connection, Arriving] = {}
        self._incoming = Incoming(lambda header, cookie: None)
        self._bodies = LargeBodies(self.cfg.threads)
        self._lingering = Lingering(self._drop)
        #: Connections whose answer pauses, until when.
        self._resting: dict[Connection, float] = {}
        self._look_over_at = 0.0

    def load_wsgi(self) -> None:
        """The application may pause."""
        super().load_wsgi()
        application: Any = self.wsgi
        self._incoming = Incoming(remembering(application))
        self.wsgi: Any = pausing(application, self.cfg.threads, stops=lambda: not self.alive)

    def accept(self, listener: socket.socket) -> None:
        """A new connection waits for its request in the loop, and not in a thread."""
        try:
            sock, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.nr_conns += 1
        conn = Connection(self.cfg, sock, address, listener.getsockname(), self._bodies)
        if self._incoming.of_address(conn.address) >= self.most_of_address:
            self._drop(conn)
        else:
            self._await_request(conn)

    def on_client_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """The next request on a connection that was kept."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._await_request(conn)

    def finish_request(self, conn: Connection, fs: Any) -> None:
        """What came behind the request is the beginning of the next one; the last one's connection is closed."""
        if conn.paused is not None:
            self._rest(conn, conn.paused.pause)
            return
        rest = conn.parser.unreader.take_buffered() + conn.replayed.take() if conn.initialized else b""
        if fs.cancelled() or fs.exception() is not None or not fs.result():
            self._lingering.add(conn, self.poller)
        elif rest:
            conn.sock.setblocking(False)
            self._await_request(conn, rest)
        else:
            super().finish_request(conn, fs)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """A pause that ends by its time ends soon after it, also where nothing else happens."""
        super().wait_for_and_dispatch_events(min(timeout, LOOK_OVER_S) if self._resting else timeout)

    def murder_pending(self) -> None:
        """Whoever takes too long is not waited for."""
        now = time.monotonic()
        if now < self._look_over_at and self.alive:
            return
        self._look_over_at = now + LOOK_OVER_S
        for conn, arriving in list(self._arrivals.items()):
            come = len(arriving)
            # A server that stops waits for requests that have begun, and for no others.
            if arriving.until > now and (come or self.alive):
                continue
            self._leave(conn)
            self._drop(conn, too_slow() if come else b"")
        for conn, until in list(self._resting.items()):
            # A stream ends with its server, whatever it waits for.
            if until <= now or not (self.alive or conn.paused is None or not conn.paused.pause.ends_with_server):
                self._wake(conn)
        self._lingering.look_over(now, self.poller)

    def handle_request(self, req: Any, conn: Connection) -> Any:
        """An answer that nobody reads holds its thread for a while only, and what is left of a body does not."""
        conn.sock.settimeout(STALLED_S)
        try:
            return super().handle_request(req, conn)
        except Paused as paused:
            conn.paused = paused
            return False
        finally:
            conn.replayed.answer()

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: BaseException) -> None:
        """What is no request gets a problem document, too."""
        super().handle_error(req, Refusing(client, self.cfg), addr, exc)

    def _rest(self, conn: Connection, pause: Pause) -> None:
        """An answer pauses: the connection waits in the loop for its signal, its time, or for the client to go."""
        conn.sock.setblocking(False)
        self._resting[conn] = time.monotonic() + pause.seconds
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._on_resting, conn))
        pause.signal.tell(partial(self.method_queue.defer, self._wake, conn))

    def _on_resting(self, conn: Connection, _: socket.socket) -> None:
        if conn not in self._resting:
            # What it was readable for came together with its signal, which was first: a thread goes on with it.
            return
        try:
            gone = not conn.sock.recv(1, socket.MSG_PEEK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            gone = True
        if gone:
            paused = self._take_up(conn)
            # It says so to Redis, for which nobody else should wait.
            self.tpool.submit(paused.answer.abandon)
            self._drop(conn)
        else:
            # A next request, whose time comes after this answer.
            self.poller.unregister(conn.sock)

    def _wake(self, conn: Connection) -> None:
        """The answer goes on, if it still rests."""
        if conn in self._resting:
            going_on = self.tpool.submit(self._go_on, conn, self._take_up(conn).answer)
            going_on.add_done_callback(partial(self.method_queue.defer, self.finish_request, conn))

    def _take_up(self, conn: Connection) -> Paused:
        del self._resting[conn]
        with contextlib.suppress(KeyError):
            # Unless it was the client that had more to say.
            self.poller.unregister(conn.sock)
        paused, conn.paused = conn.paused, None
        assert paused is not None
        paused.pause.signal.tell(None)
        return paused

    def _go_on(self, conn: Connection, answer: Answer) -> bool:
        """In a thread: what follows of an answer, and whether the connection may be kept."""
        conn.sock.setblocking(True)
        conn.sock.settimeout(STALLED_S)
        kept = False
        try:
            kept = answer.go_on()
        except Paused as paused:
            conn.paused = paused
            return False
        except OSError as error:
            log.debug("an answer ends before its time: %s", error)
        except Exception:
            log.exception("an answer ends before its time")
        answer.close()
        return bool(self._keepalive_after(conn, kept))

    def _await_request(self, conn: Connection, data: bytes = b"") -> None:
        self._arrivals[conn] = arriving = Arriving(time.monotonic(), most_body=self.most_body)
        self._incoming.begin(arriving, conn.address)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._on_arriving, conn))
        if data:
            self._feed(conn, data)

    def _on_arriving(self, conn: Connection, _: socket.socket) -> None:
        try:
            data = conn.sock.recv(AT_ONCE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if data:
            self._feed(conn, data)
        else:
            self._leave(conn)
            self._drop(conn)

    def _feed(self, conn: Connection, data: bytes) -> None:
        arriving = self._arrivals[conn]
        told = arriving.expects
        arriving.feed(data)
        if arriving.complete:
            self._leave(conn)
            conn.replayed.put(arriving.take())
            conn.data_ready = True
            self.enqueue_req(conn)
        elif refused := self._incoming.grow(arriving):
            self._leave(conn)
            self._drop(conn, refused)
        elif arriving.expects and not told:
            self._say(conn, b"HTTP/1.1 100 Continue\r\n\r\n")

    def _leave(self, conn: Connection) -> None:
        """Its request is whole, or given up."""
        self.poller.unregister(conn.sock)
        self._incoming.end(self._arrivals.pop(conn), conn.address)

    def _drop(self, conn: Connection, word: bytes = b"") -> None:
        if word:
            self._say(conn, word)
        self.nr_conns -= 1
        conn.close()

    @staticmethod
    def _say(conn: Connection, words: bytes) -> None:
        # It may not listen, or no longer.
        with contextlib.suppress(OSError):
            conn.sock.send(words)


def worker_for(settings: Settings) -> type[BufferingWorker]:
    """The class of the processes that serve these settings."""
    limits = {"most_body": settings.max_batch_bytes, "most_of_address": settings.max_address_connections}
    return type("Worker", (BufferingWorker,), limits)
