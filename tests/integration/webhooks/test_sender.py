"""The sender against real receivers: what is sent, and what their answers mean. Nothing leaves 127.0.0.0/8."""

import socket
import ssl
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import trustme

from tests.integration.webhooks import receivers as r
from tests.integration.webhooks.sending import (
    BODY,
    DEVELOPMENT,
    HEADERS,
    PROXIES,
    SHORT_S,
    authority,
    certified,
    failure,
    post,
    served_by,
    target,
    trusted,
    within,
)
from tests.support.http import headers_and_body
from tests.unit.webhooks.guard import socket_guard
from tests.unit.webhooks.test_ssrf import HOSTILE
from webhooks.ssrf import Policy, addresses_of
from worker.delivery.response import Failure, SendFailed
from worker.delivery.sender import attempt, send

__all__ = ["authority", "certified", "socket_guard", "trusted"]


# What works.


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_healthy_receiver_gets_exactly_one_whole_request(
    scheme: str, trusted: ssl.SSLContext, certified: ssl.SSLContext
) -> None:
    secure = scheme == "https"
    with r.receiver(r.says(r.OK), tls=certified if secure else None) as here:
        answer = post(here, trusted if secure else None)
    assert (answer.status, answer.body, answer.truncated, answer.retry_after_s) == (200, "ok", False, None)
    assert 0 <= answer.duration_ms < 5000
    assert here.connections == 1
    [request] = here.requests
    headers, body = headers_and_body(request)
    assert body == BODY
    assert request.startswith(b"POST /hook?a=b HTTP/1.1\r\n")
    assert {name: value.lower() for name, value in headers.items()} == {
        "host": f"hooks.test:{here.port}",
        "content-length": str(len(BODY)),
        "connection": "close",
        "accept-encoding": "identity",
        "user-agent": "kritiq-webhooks",
        "webhook-id": "msg_1",
        "webhook-timestamp": "1",
        "webhook-signature": "v1,x",
    }
    assert here.names == (["hooks.test"] if secure else [])


@pytest.mark.parametrize(
    ("raw", "code", "text"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, ""),
        (b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", 202, ""),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", 200, "until the end"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", 200, "abcde"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\xff\x00a", 200, "\ufffd\x00a"),
    ],
)
def test_every_2xx_answer_is_a_success(raw: bytes, code: int, text: str) -> None:
    with r.receiver(r.says(raw)) as here:
        answer = post(here)
    assert (answer.status, answer.body, answer.truncated) == (code, text, False)


def test_two_kilobytes_of_the_body_are_kept() -> None:
    with r.receiver(r.says(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 5000)) as here:
        answer = post(here)
    assert answer.body == "x" * 2048
    assert answer.truncated


def test_a_slow_receiver_is_waited_for() -> None:
    with r.receiver(r.slow(r.OK, 0.2)) as here:
        answer = post(here)
    assert answer.status == 200
    assert answer.duration_ms >= 200


def test_a_large_body_arrives_unchanged(trusted: ssl.SSLContext, certified: ssl.SSLContext) -> None:
    body = bytes(range(256)) * 4096
    with r.receiver(r.says(r.OK), tls=certified) as here:
        assert post(here, trusted, body=body).status == 200
    assert here.requests[0].endswith(b"\r\n\r\n" + body)


def test_a_server_that_is_not_ours_understands_the_request() -> None:
    received: list[tuple[str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            received.append((self.headers["webhook-id"], self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(201)
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"done")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        answer = send(target(server.server_port), HEADERS, BODY, deadline_s=5)
        server.shutdown()
        thread.join()
    assert (answer.status, answer.body) == (201, "done")
    assert received == [("msg_1", BODY)]


# Answers that are failures.


@pytest.mark.parametrize("code", [300, 301, 304, 307, 400, 404, 410, 429, 500, 503, 599])
def test_any_other_status_is_a_failure_with_its_answer(code: int) -> None:
    with r.receiver(r.status(f"{code} Whatever")) as here:
        failed = failure(here)
    assert failed.kind is Failure.HTTP_STATUS
    assert failed.response is not None
    assert failed.response.status == code
    assert failed.duration_ms == failed.response.duration_ms
    assert here.connections == 1


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(code: int) -> None:
    with r.receiver(r.says(r.OK)) as elsewhere:
        for place in (f"http://127.0.0.1:{elsewhere.port}/", "http://169.254.169.254/latest/meta-data/"):
            with r.receiver(r.status(f"{code} Moved", f"Location: {place}")) as here:
                failed = failure(here)
            assert failed.kind is Failure.HTTP_STATUS
            assert here.connections == 1
        assert elsewhere.connections == 0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120), ("0", 0), ("-1", None), ("1e9", None), ("1000000000", None), ("NaN", None), ("junk", None)],
)
def test_a_retry_after_is_read_in_seconds_or_as_a_date(value: str, seconds: float | None) -> None:
    with r.receiver(r.status("429 Too Many Requests", f"Retry-After: {value}")) as here:
        failed = failure(here)
    assert failed.response is not None
    assert failed.response.retry_after_s == seconds


def test_a_retry_after_date_is_measured_against_the_injected_time() -> None:
    moment = datetime(2026, 11, 14, 9, 30, tzinfo=UTC).timestamp()
    header = "Retry-After: Sat, 14 Nov 2026 09:31:30 GMT"
    with r.receiver(r.status("503 Busy", header)) as here, pytest.raises(SendFailed) as raised:
        send(target(here.port), HEADERS, BODY, deadline_s=5, now=lambda: moment)
    assert raised.value.response is not None
    assert raised.value.response.retry_after_s == 90


# TLS.


def test_a_certificate_that_is_not_right_gets_no_request(authority: trustme.CA, trusted: ssl.SSLContext) -> None:
    yesterday = datetime.now(tz=UTC) - timedelta(days=1)
    wrong = {
        "unknown authority": served_by(trustme.CA(), "hooks.test"),
        "wrong host": served_by(authority, "other.test"),
        "wrong wildcard": served_by(authority, "*.hooks.test"),
        "the address, not the name": served_by(authority, "127.0.0.1"),
        "expired": served_by(authority, "hooks.test", not_after=yesterday),
    }
    for what, context in wrong.items():
        with r.receiver(r.says(r.OK), tls=context) as here:
            assert failure(here, trusted).kind is Failure.TLS_ERROR, what
        assert here.requests == [], what


def test_the_systems_authorities_are_the_default(certified: ssl.SSLContext) -> None:
    with r.receiver(r.says(r.OK), tls=certified) as here, pytest.raises(SendFailed) as raised:
        send(target(here.port, "https"), HEADERS, BODY, deadline_s=5)
    assert raised.value.kind is Failure.TLS_ERROR
    assert here.requests == []


@pytest.mark.parametrize("nonsense", [r.OK, b"", b"\x15\x03\x03\x00\x02\x02\x28"], ids=["http", "nothing", "alert"])
def test_a_port_without_tls_is_a_tls_error(nonsense: bytes, trusted: ssl.SSLContext) -> None:
    def behave(sock: socket.socket) -> None:
        sock.recv(65536)
        sock.sendall(nonsense)

    with r.receiver(behave, raw=True) as here:
        assert failure(here, trusted).kind in {Failure.TLS_ERROR, Failure.RESET}


# Headers, proxies, and the SSRF guard in front.


@pytest.mark.parametrize(
    "headers",
    [
        {"X": "a\r\nY: b"},
        {"X\r\nY": "a"},
        {"X": "a\nb"},
        {"X": "a\x00b"},
        {"X": "ä"},
        {"": "a"},
        {"Host": "other.test"},
        {"content-length": "0"},
        {"Transfer-Encoding": "chunked"},
        {"Accept-Encoding": "gzip"},
    ],
)
def test_headers_that_are_not_the_callers_to_set_send_nothing(headers: dict[str, str]) -> None:
    with r.receiver(r.says(r.OK)) as here:
        with pytest.raises(ValueError, match=r".+"):
            send(target(here.port), headers, BODY, deadline_s=5)
        assert here.connections == 0


def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    with r.receiver(r.says(r.OK)) as proxy, r.receiver(r.says(r.OK)) as here:
        for name in PROXIES:
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        assert attempt(f"http://127.0.0.1:{here.port}/", HEADERS, BODY, policy=DEVELOPMENT).status == 200
        assert (proxy.connections, here.connections) == (0, 1)


@pytest.mark.parametrize("address", HOSTILE)
def test_no_hostile_address_is_connected_to(address: str, socket_guard: list[str]) -> None:
    with pytest.raises(SendFailed) as raised:
        attempt("https://hooks.test/", HEADERS, BODY, policy=Policy(), resolve=lambda host, port: ["8.8.8.8", address])
    assert raised.value.kind is Failure.BLOCKED_ADDRESS
    assert address not in str(raised.value)
    assert socket_guard == []


def test_a_rebinding_name_is_asked_once_and_connected_as_decided() -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    with r.receiver(r.says(r.OK)) as here:
        url = f"http://hooks.test:{here.port}/"
        assert attempt(url, HEADERS, BODY, policy=DEVELOPMENT, resolve=rebinding).status == 200
        assert asked == ["hooks.test"]
        with pytest.raises(SendFailed) as raised:
            attempt(url, HEADERS, BODY, policy=DEVELOPMENT, resolve=rebinding)
        assert raised.value.kind is Failure.BLOCKED_ADDRESS
        assert here.connections == 1


def test_the_deadline_covers_the_name_service() -> None:
    def slow(host: str, port: int) -> Sequence[str]:
        time.sleep(SHORT_S * 0.7)
        return ["127.0.0.1"]

    # Each alone would be in time.
    with r.receiver(r.slow(r.OK, SHORT_S * 0.7)) as here, pytest.raises(SendFailed) as raised:
        attempt(f"http://hooks.test:{here.port}/", {}, BODY, policy=DEVELOPMENT, resolve=slow, deadline_s=SHORT_S)
    assert raised.value.kind is Failure.TIMEOUT
    assert raised.value.duration_ms >= SHORT_S * 1000

    def stuck(host: str, port: int) -> Sequence[str]:
        time.sleep(3 * SHORT_S)
        return ["127.0.0.1"]

    with within(SHORT_S), pytest.raises(SendFailed) as raised:
        attempt("https://hooks.test/", {}, BODY, policy=DEVELOPMENT, resolve=stuck, deadline_s=SHORT_S)
    assert raised.value.kind is Failure.DNS_ERROR


def test_the_systems_resolver_gives_addresses_as_text() -> None:
    # A literal: the name service is not asked.
    assert addresses_of("127.0.0.1", 443) == ["127.0.0.1"]
