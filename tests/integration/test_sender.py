"""The sender against real receivers, with deadlines short enough for a test. Nothing leaves 127.0.0.0/8."""

import gzip
import socket
import ssl
import time
import tracemalloc
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import trustme

from jobs.wall import Policy, Target, addresses_of
from tests.integration import receivers as r
from tests.unit.webhooks.guard import socket_guard
from tests.unit.webhooks.test_wall import HOSTILE
from worker.answer import Answer, Failure, SendFailed
from worker.sender import attempt, send, trust

__all__ = ["socket_guard"]

#: Seconds; what a test waits for a hostile receiver.
SHORT_S = 0.3
#: Seconds beyond the deadline that a busy machine may take. Without a deadline each of these would take forever.
SLACK_S = 1.0
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


def post(here: r.Receiver, tls: ssl.SSLContext | None = None, deadline_s: float = 5, body: bytes = BODY) -> Answer:
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
    head, _, body = request.partition(b"\r\n\r\n")
    assert body == BODY
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /hook?a=b HTTP/1.1"
    assert dict(line.lower().split(": ", 1) for line in lines[1:]) == {
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
def test_other_good_answers(raw: bytes, code: int, text: str) -> None:
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
    assert failed.answer is not None
    assert failed.answer.status == code
    assert failed.duration_ms == failed.answer.duration_ms
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
def test_retry_after(value: str, seconds: float | None) -> None:
    with r.receiver(r.status("429 Too Many Requests", f"Retry-After: {value}")) as here:
        failed = failure(here)
    assert failed.answer is not None
    assert failed.answer.retry_after_s == seconds


def test_a_retry_after_date_is_measured_against_the_injected_time() -> None:
    moment = datetime(2026, 11, 14, 9, 30, tzinfo=UTC).timestamp()
    header = "Retry-After: Sat, 14 Nov 2026 09:31:30 GMT"
    with r.receiver(r.status("503 Busy", header)) as here, pytest.raises(SendFailed) as raised:
        send(target(here.port), HEADERS, BODY, deadline_s=5, now=lambda: moment)
    assert raised.value.answer is not None
    assert raised.value.answer.retry_after_s == 90


# Receivers that hold on to us.


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize(
    "behave",
    [
        r.hang,
        r.drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        r.drip(b"HTTP/1.1 200 OK\r\nX: ", b"y"),
        r.drip(b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
        r.says_then_hangs(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"),
        r.says_then_hangs(b"HTTP/1.1 200 OK"),
    ],
    ids=["hanging", "dripping headers", "dripping a header", "dripping 1xx", "half a head", "half a line"],
)
def test_without_complete_headers_the_deadline_is_a_timeout(
    behave: r.Behaviour, secure: bool, trusted: ssl.SSLContext, certified: ssl.SSLContext
) -> None:
    with r.receiver(behave, tls=certified if secure else None) as here, within(SHORT_S):
        failed = failure(here, trusted if secure else None, SHORT_S)
    assert failed.kind is Failure.TIMEOUT
    assert failed.answer is None
    assert failed.duration_ms >= SHORT_S * 1000
    assert len(here.requests) == 1


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize("behave", [r.drip(HEAD, b"x"), r.says_then_hangs(HEAD + b"x")], ids=["dripping", "hanging"])
def test_a_body_without_end_is_cut_at_the_deadline(
    behave: r.Behaviour, secure: bool, trusted: ssl.SSLContext, certified: ssl.SSLContext
) -> None:
    with r.receiver(behave, tls=certified if secure else None) as here, within(SHORT_S):
        answer = post(here, trusted if secure else None, SHORT_S)
    assert answer.status == 200
    assert answer.truncated
    assert answer.body.startswith("x")


def test_a_failure_with_a_dripping_body_is_still_that_failure() -> None:
    head = b"HTTP/1.1 410 Gone\r\nContent-Length: 100000\r\n\r\n"
    with r.receiver(r.drip(head, b"x")) as here, within(SHORT_S):
        failed = failure(here, None, SHORT_S)
    assert failed.kind is Failure.HTTP_STATUS
    assert failed.answer is not None
    assert failed.answer.status == 410


@pytest.mark.parametrize("from_handshake", [True, False], ids=["handshake", "one record"])
def test_ciphertext_that_drips_does_not_stretch_the_deadline(
    from_handshake: bool, trusted: ssl.SSLContext, certified: ssl.SSLContext
) -> None:
    behave = r.drip_ciphertext(certified, r.OK + b" " * 2000, from_handshake=from_handshake)
    with r.receiver(behave, raw=True) as here, within(SHORT_S):
        assert failure(here, trusted, SHORT_S).kind is Failure.TIMEOUT


def test_a_handshake_that_hangs(trusted: ssl.SSLContext) -> None:
    with r.receiver(r.hang, raw=True) as here, within(SHORT_S):
        assert failure(here, trusted, SHORT_S).kind is Failure.TIMEOUT


@pytest.mark.parametrize("secure", [False, True])
def test_a_receiver_that_does_not_read(secure: bool, trusted: ssl.SSLContext, certified: ssl.SSLContext) -> None:
    def stop_reading(sock: socket.socket) -> None:
        if not secure:
            time.sleep(2 * SHORT_S)
            return
        with certified.wrap_socket(sock, server_side=True):
            time.sleep(2 * SHORT_S)

    with r.receiver(stop_reading, raw=True) as here, within(SHORT_S), pytest.raises(SendFailed) as raised:
        post(here, trusted if secure else None, SHORT_S, body=b"x" * 50_000_000)
    assert raised.value.kind is Failure.TIMEOUT


@pytest.mark.parametrize("secure", [False, True])
def test_a_receiver_that_reads_in_sips(secure: bool, trusted: ssl.SSLContext, certified: ssl.SSLContext) -> None:
    def sip(sock: socket.socket) -> None:
        # Some 25 MB a second: two seconds for the whole, and never long enough between two sips for a send to time out.
        while sock.recv(262_144):
            time.sleep(0.01)

    def behave(sock: socket.socket) -> None:
        if secure:
            with certified.wrap_socket(sock, server_side=True) as wrapped:
                sip(wrapped)
        else:
            sip(sock)

    with r.receiver(behave, raw=True) as here:
        with within(SHORT_S), pytest.raises(SendFailed) as raised:
            post(here, trusted if secure else None, SHORT_S, body=b"x" * 50_000_000)
        assert raised.value.kind is Failure.TIMEOUT


def test_a_connection_that_is_never_accepted() -> None:
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        port = listener.getsockname()[1]
        # Fill the queue; from then on the kernel drops the SYN.
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        time.sleep(0.05)
        with within(SHORT_S), pytest.raises(SendFailed) as raised:
            send(target(port), HEADERS, BODY, deadline_s=SHORT_S)
    assert raised.value.kind is Failure.TIMEOUT


def test_time_is_injected() -> None:
    ticks = iter([100.0, 100.0, 115.1, 115.2])
    with r.receiver(r.says(r.OK)) as here, pytest.raises(SendFailed) as raised:
        send(target(here.port), HEADERS, BODY, clock=lambda: next(ticks))
    assert raised.value.kind is Failure.TIMEOUT
    assert raised.value.duration_ms == 15_200


# Receivers that say too much.


@pytest.mark.parametrize(
    "behave",
    [
        r.flood(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 1000),
        r.flood(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 65536),
        r.flood(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000),
        r.flood(b"", b"x" * 65536),
    ],
    ids=["headers", "one header", "1xx", "no line at all"],
)
def test_endless_headers_are_cut_off(behave: r.Behaviour, bytes_read: list[int]) -> None:
    with r.receiver(behave) as here, within(1, at_least=False):
        assert failure(here).kind is Failure.PROTOCOL_ERROR
    assert sum(bytes_read) <= 16_384


@pytest.mark.parametrize(
    ("head", "wave"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"5\r\nxxxxx\r\n" * 6000),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", b"x" * 65536),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n" * 6000),
    ],
    ids=["until the end", "chunked", "long", "trailers"],
)
def test_an_endless_body_is_cut_off(head: bytes, wave: bytes, bytes_read: list[int]) -> None:
    with r.receiver(r.flood(head, wave)) as here, within(1, at_least=False):
        answer = post(here)
    assert answer.status == 200
    assert answer.truncated
    assert len(answer.body) <= 2048
    assert sum(bytes_read) <= 16_384


def test_a_gzip_bomb_stays_compressed(bytes_read: list[int]) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n".encode()
    with r.receiver(r.says(head + bomb)) as here:
        tracemalloc.start()
        answer = post(here)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert len(bomb) > 16_384
    assert answer.truncated
    assert sum(bytes_read) <= 16_384
    assert peak < 1_000_000


# Receivers that break off, or talk nonsense.


@pytest.mark.parametrize("secure", [False, True])
def test_closing_without_an_answer_is_a_reset(secure: bool, trusted: ssl.SSLContext, certified: ssl.SSLContext) -> None:
    with r.receiver(r.says(b""), tls=certified if secure else None) as here:
        assert failure(here, trusted if secure else None).kind is Failure.RESET


def test_a_reset_is_a_reset() -> None:
    with r.receiver(r.reset) as here:
        assert failure(here).kind is Failure.RESET


def test_a_reset_before_the_handshake(trusted: ssl.SSLContext) -> None:
    with r.receiver(r.reset, raw=True) as here:
        assert failure(here, trusted).kind in {Failure.RESET, Failure.TLS_ERROR}


def test_nobody_listening() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(SendFailed) as raised:
        send(target(port), HEADERS, BODY, deadline_s=5)
    assert raised.value.kind is Failure.CONNECT_ERROR


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize(
    "cut",
    [
        b"H",
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Len",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n",
    ],
)
def test_a_head_that_breaks_off_is_never_a_success(
    cut: bytes, secure: bool, trusted: ssl.SSLContext, certified: ssl.SSLContext
) -> None:
    with r.receiver(r.says(cut), tls=certified if secure else None) as here:
        assert failure(here, trusted if secure else None).kind is Failure.PROTOCOL_ERROR


def test_a_body_that_breaks_off_after_a_complete_head_is_a_success() -> None:
    with r.receiver(r.says(HEAD + b"half")) as here:
        answer = post(here)
    assert (answer.status, answer.body, answer.truncated) == (200, "half", True)


@pytest.mark.parametrize(
    "nonsense",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"<html>200</html>",
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 OK 200\r\n\r\n",
        b"HTTP/1.1 0200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x50",
        b"\x00" * 100,
    ],
)
def test_nonsense_is_a_protocol_error(nonsense: bytes) -> None:
    with r.receiver(r.says(nonsense)) as here:
        assert failure(here).kind is Failure.PROTOCOL_ERROR


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
def test_a_port_without_tls(nonsense: bytes, trusted: ssl.SSLContext) -> None:
    def behave(sock: socket.socket) -> None:
        sock.recv(65536)
        sock.sendall(nonsense)

    with r.receiver(behave, raw=True) as here:
        assert failure(here, trusted).kind in {Failure.TLS_ERROR, Failure.RESET}


# Headers, proxies, and the wall in front.


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
