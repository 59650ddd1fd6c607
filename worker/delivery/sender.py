"""One attempt of a delivery: a single bounded POST to an address that webhooks.ssrf has pinned.

Own sockets around h11 (a parser without I/O), because every library on top of http.client lets go of the reins
somewhere: it reads a response whose headers were cut off as complete, allows megabytes of headers, and restarts its
timeout with every byte that drips in. Here the one read loop sets the socket's timeout to what is left of the
deadline before every call, so the limit holds in the handshake, the headers and the body, with and without TLS.
No redirects, no proxies, no decompression, no reuse of connections.
"""

import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import closing

import h11

from jobs.errors import SettingsError
from webhooks.ssrf import Blocked, Policy, Resolve, Target, addresses_of, check
from worker.delivery.response import KEPT_BODY, Failure, Response, SendFailed, parse_retry_after

#: Seconds on the wall clock for everything: name service, connection, handshake, request, answer.
DEADLINE_S = 15.0
#: Bytes read off the connection at most, headers included.
MAX_ANSWER = 16_384
#: Headers that the sender itself decides about.
OWN_HEADERS = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "expect", "upgrade", "te"}
)


def trust(ca_file: str | None = None) -> ssl.SSLContext:
    """A TLS context that verifies certificate and host name, against the system's authorities or `ca_file`'s only.

    Build it once per process: reading the system's authorities takes longer than many a handshake.

    Raises SettingsError.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if ca_file is None:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    else:
        try:
            context.load_verify_locations(cafile=ca_file)
        except OSError as error:
            raise SettingsError(f"KRITIQ_WEBHOOK_CA_FILE={ca_file!r}: {error.strerror}") from None
    return context


def attempt(
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    policy: Policy,
    resolve: Resolve = addresses_of,
    deadline_s: float = DEADLINE_S,
    max_answer: int = MAX_ANSWER,
    tls: ssl.SSLContext | None = None,
    clock: Callable[[], float] = time.monotonic,
    now: Callable[[], float] = time.time,
) -> Response:
    """Decide about `url` (webhooks.ssrf), then `send`; one deadline for both. Raises SendFailed."""
    started = clock()
    try:
        target = check(url, policy, resolve, resolve_timeout_s=deadline_s)
    except Blocked as blocked:
        kind = Failure.DNS_ERROR if blocked.code == "dns_error" else Failure.BLOCKED_ADDRESS
        raise SendFailed(kind, duration_ms=_since_ms(started, clock)) from blocked
    return send(
        target,
        headers,
        body,
        deadline_s=deadline_s,
        max_answer=max_answer,
        tls=tls,
        clock=clock,
        now=now,
        started=started,
    )


def send(
    target: Target,
    headers: Mapping[str, str],
    body: bytes,
    *,
    deadline_s: float = DEADLINE_S,
    max_answer: int = MAX_ANSWER,
    tls: ssl.SSLContext | None = None,
    clock: Callable[[], float] = time.monotonic,
    now: Callable[[], float] = time.time,
    started: float | None = None,
) -> Response:
    """POST `body` to `target` and return its 2xx response; `deadline_s` runs from `started` (a `clock` value).

    A 2xx whose headers are complete is a success, however its body goes on. Raises SendFailed for everything else,
    and ValueError, before any packet, for headers that are not HTTP or not the caller's to set (OWN_HEADERS).
    `tls` defaults to `trust()`; `now` (Unix seconds) is what a Retry-After date is measured against.
    """
    begun = clock() if started is None else started

    def left() -> float:
        rest = begun + deadline_s - clock()
        if rest <= 0:
            raise TimeoutError("the deadline has passed")
        return rest

    peer = h11.Connection(h11.CLIENT, max_incomplete_event_size=max_answer)
    request = _request(peer, target, headers, body)
    try:
        with closing(_connected(target, tls, left)) as sock:
            _write(sock, request, left)
            head, answer_body, whole = _read(sock, peer, max_answer, left)
    except (OSError, h11.RemoteProtocolError) as error:
        raise SendFailed(_kind_of(error), duration_ms=_since_ms(begun, clock)) from error
    wishes = [value.decode("latin-1") for name, value in head.headers if name == b"retry-after"]
    response = Response(
        status=head.status_code,
        duration_ms=_since_ms(begun, clock),
        retry_after_s=parse_retry_after(wishes[0], now()) if wishes else None,
        body=answer_body[:KEPT_BODY].decode("utf-8", errors="replace"),
        truncated=not whole or len(answer_body) > KEPT_BODY,
    )
    if not 200 <= response.status < 300:
        raise SendFailed(Failure.HTTP_STATUS, duration_ms=response.duration_ms, response=response)
    return response


def _request(peer: h11.Connection, target: Target, headers: Mapping[str, str], body: bytes) -> bytes:
    given = {name.lower() for name in headers}
    if given & OWN_HEADERS:
        raise ValueError("the sender sets these headers itself")
    own = {"Host": target.authority, "Content-Length": str(len(body)), "Connection": "close"}
    own["Accept-Encoding"] = "identity"
    if "user-agent" not in given:
        own["User-Agent"] = "Kritiq-Webhooks"
    try:
        h11_events = (
            h11.Request(method="POST", target=target.path, headers=[*own.items(), *headers.items()]),
            h11.Data(data=body),
            h11.EndOfMessage(),
        )
        return b"".join(peer.send(h11_event) or b"" for h11_event in h11_events)
    except h11.LocalProtocolError as error:
        raise ValueError("a header is not HTTP") from error


def _connected(target: Target, tls: ssl.SSLContext | None, left: Callable[[], float]) -> socket.socket:
    """A connection to exactly the pinned address; nothing is resolved here."""
    family = socket.AF_INET6 if ":" in target.address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.settimeout(left())
        sock.connect((target.address, target.port))
        if target.scheme == "https":
            context = tls or trust()
            sock.settimeout(left())
            return context.wrap_socket(sock, server_hostname=target.host)
    except BaseException:
        sock.close()
        raise
    return sock


def _write(sock: socket.socket, data: bytes, left: Callable[[], float]) -> None:
    # Not sendall: under TLS it starts its timeout anew for every record.
    rest = memoryview(data)
    while rest:
        sock.settimeout(left())
        rest = rest[sock.send(rest) :]


def _read(
    sock: socket.socket, peer: h11.Connection, limit: int, left: Callable[[], float]
) -> tuple[h11.Response, bytes, bool]:
    """The answer's head, as much of its body as came within the limits, and whether that is all of it."""
    head: h11.Response | None = None
    body = bytearray()
    budget = limit
    try:
        while True:
            h11_event = peer.next_event()
            if isinstance(h11_event, h11.Response):
                head = h11_event
            elif isinstance(h11_event, h11.Data):
                body += h11_event.data
            elif isinstance(h11_event, h11.EndOfMessage):
                break
            elif h11_event is h11.NEED_DATA:
                if budget == 0:
                    raise h11.RemoteProtocolError("the answer is too long")
                sock.settimeout(left())
                data = sock.recv(budget)
                if not data and budget == limit:
                    raise ConnectionResetError("closed without an answer")
                budget -= len(data)
                peer.receive_data(data)
            elif not isinstance(h11_event, h11.InformationalResponse):
                raise h11.RemoteProtocolError("no answer to a POST")
    except (OSError, h11.RemoteProtocolError):
        if head is None:
            raise
        return head, bytes(body), False
    assert head is not None, "h11 ends no message that has not begun"
    return head, bytes(body), True


def _kind_of(error: Exception) -> Failure:
    match error:
        case TimeoutError():
            return Failure.TIMEOUT
        case ssl.SSLError():
            return Failure.TLS_ERROR
        case h11.RemoteProtocolError():
            return Failure.PROTOCOL_ERROR
        case ConnectionResetError() | BrokenPipeError() | ConnectionAbortedError():
            return Failure.RESET
        case _:
            return Failure.CONNECT_ERROR


def _since_ms(started: float, clock: Callable[[], float]) -> int:
    return round((clock() - started) * 1000)
