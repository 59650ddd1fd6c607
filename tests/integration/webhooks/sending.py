"""What the sender's tests share: targets, certificates, deadlines short enough for a test."""

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
import trustme

from tests.integration.webhooks import receivers as r
from webhooks.ssrf import Policy, Target
from worker.delivery.response import Response, SendFailed
from worker.delivery.sender import send, trust

#: Seconds; what a test waits for a hostile receiver, which has heard of it by then on a busy machine, too.
SHORT_S = 1.0
#: Seconds beyond the deadline that a busy machine may take. Without a deadline each of these would take forever.
SLACK_S = 5.0
BODY = b'{"type":"job.succeeded"}'
HEADERS = {"webhook-id": "msg_1", "webhook-timestamp": "1", "webhook-signature": "v1,x"}
DEVELOPMENT = Policy(allow_insecure=True)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def trusted(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    path: Path = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return trust(str(path))


def served_by(authority: trustme.CA, *names: str, not_after: datetime | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names, not_after=not_after).configure_cert(context)
    return context


@pytest.fixture
def certified(authority: trustme.CA) -> ssl.SSLContext:
    return served_by(authority, "hooks.test")


def target(port: int, scheme: str = "http") -> Target:
    return Target(scheme=scheme, host="hooks.test", port=port, address="127.0.0.1", path="/hook?a=b")


def post(here: r.Receiver, tls: ssl.SSLContext | None = None, deadline_s: float = 5, body: bytes = BODY) -> Response:
    return send(target(here.port, "https" if tls else "http"), HEADERS, body, deadline_s=deadline_s, tls=tls)


def failure(here: r.Receiver, tls: ssl.SSLContext | None = None, deadline_s: float = 5) -> SendFailed:
    with pytest.raises(SendFailed) as raised:
        post(here, tls, deadline_s)
    return raised.value


@contextmanager
def within(deadline_s: float, *, at_least: bool = True) -> Iterator[None]:
    started = time.monotonic()
    yield
    took_s = time.monotonic() - started
    assert took_s < deadline_s + SLACK_S
    assert took_s >= deadline_s * 0.9 or not at_least


@pytest.fixture
def bytes_read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What each read of the sender's plain sockets brought."""
    counts: list[int] = []
    original = socket.socket.recv

    def counting(self: socket.socket, size: int) -> bytes:
        data = original(self, size)
        if self.getpeername()[1] in ports:
            counts.append(len(data))
        return data

    ports: set[int] = set()
    monkeypatch.setattr(socket.socket, "recv", counting)
    create = socket.create_server

    def noting(*args: object, **kwargs: object) -> socket.socket:
        listener = create(*args, **kwargs)  # type: ignore[arg-type]
        ports.add(listener.getsockname()[1])
        return listener

    monkeypatch.setattr(socket, "create_server", noting)
    return counts
