"""The benchmarks' own HTTP client: it reads answers, counts none twice, and takes no wrong one for a right one."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench.fleet import Answer, Client, complete, fleet, request


class Echo(BaseHTTPRequestHandler):
    """Answers the body it got; 500 for `bad`."""

    protocol_version = "HTTP/1.1"
    seen: list[bytes]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append(body)
        self.send_response(500 if body == b"bad" else 202)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def seen() -> list[bytes]:
    return []


@pytest.fixture
def port(seen: list[bytes]) -> object:
    handler = type("Handler", (Echo,), {"seen": seen})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_answer_is_complete_with_its_last_byte() -> None:
    whole = b"HTTP/1.1 202 ACCEPTED\r\ncontent-length: 5\r\n\r\nhello"
    assert [complete(whole[:end]) for end in range(len(whole))] == [None] * len(whole)
    assert complete(whole) == Answer(status=202, body=b"hello")


def test_an_answer_without_a_length_is_refused() -> None:
    with pytest.raises(ValueError, match="Content-Length"):
        complete(b"HTTP/1.1 200 OK\r\n\r\n")


def test_a_client_keeps_its_connection(port: int) -> None:
    client = Client(port)
    bodies = [b"a", b"", b"c" * 300_000]
    assert [client(request("POST", "/", body)).body for body in bodies] == bodies
    client.close()


@pytest.mark.parametrize("clients", [1, 3, 50])
def test_a_fleet_sends_every_request_once(port: int, seen: list[bytes], clients: int) -> None:
    bodies = [str(number).encode() for number in range(20)]
    assert fleet(port, [request("POST", "/", body) for body in bodies], clients=clients, expect=202) > 0
    assert sorted(seen) == sorted(bodies)


def test_a_fleet_stops_at_a_wrong_answer(port: int) -> None:
    with pytest.raises(RuntimeError, match="500 instead of 202"):
        fleet(port, [request("POST", "/", b"bad")], clients=1, expect=202)
