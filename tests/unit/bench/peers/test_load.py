"""The load that every peer gets: what is timed, what is counted, and what is not answered."""

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench.fleet import Answer, request
from bench.peers.load import Target, alone, at_rate, in_turns, through_a_kill


class Server:
    """Answers each body with itself, `bad` with 500 and `later` with 202; none of those that are held, and none at all
    once it is dead."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.connections: set[object] = set()
        self.held: set[bytes] = set()
        self.dead, self._released = threading.Event(), threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                server.bodies.append(body)
                server.connections.add(self.client_address)
                if body in server.held:
                    server._released.wait()
                if server.dead.is_set():
                    self.close_connection = True
                    return
                if body == b"chunks":
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
                    return
                self._answer({b"bad": 500, b"later": 202}.get(body, 200), body)

            def do_GET(self) -> None:
                self._answer(200, b"now")

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        class Threads(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

        self._http = Threads(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        self.target = Target(port=self._http.server_address[1])

    def die(self) -> None:
        self.dead.set()
        self._released.set()

    def close(self) -> None:
        self.die()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


def _requests(count: int) -> list[bytes]:
    return [request("POST", "/", b"%d" % number) for number in range(count)]


def test_reviews_that_come_one_after_the_other_are_timed_each(server: Server) -> None:
    assert len(asyncio.run(alone(server.target, _requests(5)))) == 5
    assert server.bodies == [b"0", b"1", b"2", b"3", b"4"]
    assert len(server.connections) == 1


def test_clients_in_turns_share_the_requests_and_keep_their_connections(server: Server) -> None:
    assert asyncio.run(in_turns(server.target, _requests(50), clients=4)) > 0
    assert sorted(map(int, server.bodies)) == list(range(50))
    assert len(server.connections) <= 4


def test_at_a_rate_every_request_is_sent_and_timed(server: Server) -> None:
    assert len(asyncio.run(at_rate(server.target, _requests(30), per_s=1000))) == 30
    assert sorted(map(int, server.bodies)) == list(range(30))


def test_an_answer_other_than_200_ends_the_measurement(server: Server) -> None:
    with pytest.raises(RuntimeError, match="500: b'bad'"):
        asyncio.run(in_turns(server.target, [request("POST", "/", b"bad")], clients=2))


def test_an_answer_without_a_length_ends_the_measurement(server: Server) -> None:
    with pytest.raises(ValueError, match="without Content-Length"):
        asyncio.run(alone(server.target, [request("POST", "/", b"chunks")]))


def test_an_answer_that_says_later_is_followed(server: Server) -> None:
    def follow(answer: Answer) -> bytes | None:
        return request("GET", "/") if answer.status == 202 else None

    target = Target(port=server.target.port, follow=follow)
    assert len(asyncio.run(alone(target, [request("POST", "/", b"later")]))) == 1


def test_after_a_kill_only_what_was_answered_counts(server: Server) -> None:
    killed = []

    def kill() -> None:
        killed.append("once")
        server.die()

    # On their way at the kill, and answered by nobody.
    server.held = {b"%d" % number for number in range(10, 60)}
    answered = asyncio.run(through_a_kill(server.target, _requests(60), kill=kill, after=10, quiet_s=30))
    assert (killed, answered) == (["once"], 10)


def test_without_a_fault_all_are_answered_through_a_kill(server: Server) -> None:
    assert asyncio.run(through_a_kill(server.target, _requests(60), kill=lambda: None, after=10, quiet_s=30)) == 60


def test_a_peer_that_dies_before_its_worker_is_killed_is_no_figure(server: Server) -> None:
    server.dead.set()
    with pytest.raises(RuntimeError, match="only 0 of 5"):
        asyncio.run(through_a_kill(server.target, _requests(5), kill=lambda: None, after=3, quiet_s=30))


def test_what_goes_wrong_with_the_kill_itself_is_told(server: Server) -> None:
    def kill() -> None:
        raise LookupError("nobody to kill")

    with pytest.raises(LookupError, match="nobody to kill"):
        asyncio.run(through_a_kill(server.target, _requests(5), kill=kill, after=2, quiet_s=30))


def test_clients_that_are_never_answered_are_not_waited_for_longer_than_is_said(server: Server) -> None:
    server.held, now = {b"1", b"2"}, [0.0]

    def kill() -> None:
        # However long the first answer took, 31 s pass after it.
        now[0] += 31

    answered = through_a_kill(server.target, _requests(3), kill=kill, after=1, quiet_s=30, clock=lambda: now[0])
    assert asyncio.run(answered) == 1
