"""The sender against receivers that hold on, say too much, break off or talk nonsense. Nothing leaves 127.0.0.0/8."""

import gzip
import socket
import ssl
import time
import tracemalloc
from contextlib import ExitStack

import pytest

from tests.integration.webhooks import receivers as r
from tests.integration.webhooks.sending import (
    BODY,
    HEAD,
    HEADERS,
    SHORT_S,
    authority,
    bytes_read,
    certified,
    failure,
    post,
    target,
    trusted,
    within,
)
from tests.unit.webhooks.guard import socket_guard
from worker.delivery.response import Failure, SendFailed
from worker.delivery.sender import send

__all__ = ["authority", "bytes_read", "certified", "socket_guard", "trusted"]

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
    # A busy machine may not be through with a handshake in the first of these, and the receiver hear nothing.
    for deadline_s in (SHORT_S, 4 * SHORT_S):
        with r.receiver(behave, tls=certified if secure else None) as here, within(deadline_s):
            failed = failure(here, trusted if secure else None, deadline_s)
        assert failed.kind is Failure.TIMEOUT
        assert failed.response is None
        assert failed.duration_ms >= deadline_s * 1000
        if here.requests:
            break
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
    assert failed.response is not None
    assert failed.response.status == 410


@pytest.mark.parametrize("from_handshake", [True, False], ids=["handshake", "one record"])
def test_ciphertext_that_drips_does_not_stretch_the_deadline(
    from_handshake: bool, trusted: ssl.SSLContext, certified: ssl.SSLContext
) -> None:
    behave = r.drip_ciphertext(certified, r.OK + b" " * 2000, from_handshake=from_handshake)
    with r.receiver(behave, raw=True) as here, within(SHORT_S):
        assert failure(here, trusted, SHORT_S).kind is Failure.TIMEOUT


def test_a_handshake_that_hangs_is_a_timeout(trusted: ssl.SSLContext) -> None:
    with r.receiver(r.hang, raw=True) as here, within(SHORT_S):
        assert failure(here, trusted, SHORT_S).kind is Failure.TIMEOUT


@pytest.mark.parametrize("secure", [False, True])
def test_a_receiver_that_does_not_read_is_a_timeout(
    secure: bool, trusted: ssl.SSLContext, certified: ssl.SSLContext
) -> None:
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
def test_a_receiver_that_reads_in_sips_does_not_stretch_the_deadline(
    secure: bool, trusted: ssl.SSLContext, certified: ssl.SSLContext
) -> None:
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


def test_a_connection_that_is_never_accepted_is_a_timeout() -> None:
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


def test_the_deadline_goes_by_the_injected_clock() -> None:
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


def test_a_reset_before_the_handshake_is_a_reset(trusted: ssl.SSLContext) -> None:
    with r.receiver(r.reset, raw=True) as here:
        assert failure(here, trusted).kind in {Failure.RESET, Failure.TLS_ERROR}


def test_a_port_where_nobody_listens_is_a_connect_error() -> None:
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
