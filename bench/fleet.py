"""HTTP clients that cost little: keep-alive connections on loopback, answers read by Content-Length.

One thread drives all of a fleet's connections: the client shares the cores with what it measures, and 64 threads under
one interpreter lock would measure themselves.
"""

import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes


def request(method: str, path: str, body: bytes = b"", *, kind: str = "application/json", more: str = "") -> bytes:
    """A request's bytes; `more` are further header lines, each with its line end."""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n{more}\r\n".encode() + body


def complete(data: bytes | bytearray) -> Answer | None:
    """The answer in `data` once all of it is there."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = bytes(data[:end])
    lengths = [line[15:] for line in head.split(b"\r\n") if line[:15].lower() == b"content-length:"]
    if not lengths:
        raise ValueError(f"an answer without Content-Length: {head[:80]!r}")
    if len(data) < end + 4 + int(lengths[0]):
        return None
    return Answer(status=int(head[9:12]), body=bytes(data[end + 4 :]))


class Client:
    """One connection, one request at a time. `timeout_s` bounds each wait for bytes."""

    def __init__(self, port: int, *, timeout_s: float = 60.0) -> None:
        self._port, self._timeout_s = port, timeout_s
        self._socket: socket.socket | None = None

    def __call__(self, sent: bytes) -> Answer:
        """Send a request and wait for its answer. Raises ConnectionError, TimeoutError."""
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), self._timeout_s)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(sent)
        data = bytearray()
        while (answer := complete(data)) is None:
            more = self._socket.recv(262_144)
            if not more:
                raise ConnectionError("closed in the middle of an answer")
            data += more
        return answer

    def close(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def fleet(port: int, requests: Sequence[bytes], *, clients: int, expect: int, timeout_s: float = 300.0) -> float:
    """Send `requests` over `clients` connections, each sending its next as soon as it has its answer.

    Returns the seconds that all of it took. Raises RuntimeError at the first answer that has another status.
    """
    waiting: Iterator[bytes] = iter(requests)
    started = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for sent in [sent for _, sent in zip(range(clients), waiting, strict=False)]:
            sock = socket.create_connection(("127.0.0.1", port), 10)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.sendall(sent)
            selector.register(sock, selectors.EVENT_READ, bytearray())
        try:
            while selector.get_map():
                if time.perf_counter() - started > timeout_s:
                    raise TimeoutError(f"the fleet was not done after {timeout_s:.0f} s")
                for key, _ in selector.select(1.0):
                    _receive(selector, key, waiting, expect)
        finally:
            for key in list(selector.get_map().values()):
                key.fileobj.close()  # type: ignore[union-attr]
    return time.perf_counter() - started


def _receive(
    selector: selectors.BaseSelector, key: selectors.SelectorKey, waiting: Iterator[bytes], expect: int
) -> None:
    sock, data = key.fileobj, key.data
    assert isinstance(sock, socket.socket)
    more = sock.recv(65_536)
    if not more:
        raise ConnectionError("closed in the middle of an answer")
    data += more
    answer = complete(data)
    if answer is None:
        return
    if answer.status != expect:
        raise RuntimeError(f"{answer.status} instead of {expect}: {answer.body[:300]!r}")
    data.clear()
    following = next(waiting, None)
    if following is None:
        selector.unregister(sock)
        sock.close()
    else:
        sock.sendall(following)
