"""A thousand clients that send slowly, or nothing, delay nobody else; who takes too long is waited for no longer."""

import contextlib
import json
import select
import socket
import time
from collections.abc import Iterator
from statistics import quantiles

import pytest

from access.api_key import ApiKey
from access.digests import TokenDigests
from access.scope import Scope
from store.api_keys import ApiKeyStore, issue
from tests.support.processes import Api
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for

SLOW = 1_000
SECRET = "k" * 32
#: What slow clients begin with: nothing, half a head, a head and a few bytes of the body, in chunks too, and as if they
#: were the last.
BEGINNINGS = (
    b"",
    b"POST /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-",
    b"POST /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 200000\r\n\r\n{",
    b"POST /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"ff\r\n0\r\n\r\n",
)


@contextlib.contextmanager
def slow_clients(port: int, count: int) -> Iterator[list[socket.socket]]:
    with contextlib.ExitStack() as stack:
        clients = []
        for number in range(count):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            client.sendall(BEGINNINGS[number % len(BEGINNINGS)])
            clients.append(client)
        yield clients


def p99(api: Api, calls: int = 300) -> float:
    """Seconds that all but one in a hundred calls stay below."""
    took = []
    for _ in range(calls):
        begun = time.perf_counter()
        assert api.http.get("/livez").status_code == 200
        took.append(time.perf_counter() - begun)
    return quantiles(took, n=100)[98]


def raw(port: int, request: bytes, within_s: float = 30.0) -> bytes:
    """All that is answered to some bytes, until the connection is closed."""
    with socket.create_connection(("127.0.0.1", port), timeout=within_s) as client:
        client.sendall(request)
        return b"".join(iter(lambda: client.recv(65_536), b""))


def alive(client: socket.socket, status: bytes = b"200", end: bytes = b'{"status":"ok"}\n') -> None:
    """Read the whole answer of `/livez`, whose head and body may come apart, and nothing behind it."""
    answer = b""
    while not answer.endswith(end):
        part = client.recv(65_536)
        assert part, answer
        answer += part
    assert answer.startswith(b"HTTP/1.1 %s " % status)


def test_a_thousand_slow_clients_delay_nobody_else(narrow_api: Api) -> None:
    """Machines that do other work too have odd rounds: one round in which it holds shows that nobody holds a thread."""

    def held() -> bool:
        alone = p99(narrow_api)
        with slow_clients(narrow_api.port, SLOW) as clients:
            beside = p99(narrow_api)
            # Those that began something are still waited for.
            clients[1].sendall(b"Length: 1\r\n")
        return beside < 2 * alone

    assert any(held() for _ in range(5))


def test_a_request_that_comes_a_byte_at_a_time_is_answered_as_any_other(narrow_api: Api) -> None:
    with socket.create_connection(("127.0.0.1", narrow_api.port), timeout=30) as client:
        for byte in b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n":
            client.sendall(bytes([byte]))
        alive(client)


def test_a_body_in_chunks_may_have_trailers_and_a_request_behind_it(narrow_api: Api) -> None:
    head = b"POST /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    body = b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nDigest: none\r\n\r\n"
    begun = time.monotonic()
    found = raw(narrow_api.port, head + body + head + b"Connection: close\r\n" + body)
    assert found.count(b"HTTP/1.1 422 ") == 2
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("length", [b"Content-Length: 40000000", b"Content-Length: 0000000000000000000000000000050"])
def test_bodies_that_come_slowly_hold_a_share_of_the_threads(narrow_api: Api, length: bytes) -> None:
    """Of two threads, one may wait for the rest of what is too long to be waited for in the loop."""
    begin = b"POST /v1/files HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\n%s\r\n\r\n{"
    with contextlib.ExitStack() as stack:
        clients = [
            stack.enter_context(socket.create_connection(("127.0.0.1", narrow_api.port), timeout=30)) for _ in range(3)
        ]
        for client in clients:
            client.sendall(begin % length)
        begun = time.monotonic()
        assert narrow_api.http.get("/livez").status_code == 200
        assert time.monotonic() - begun < 1.5


def test_one_more_long_body_than_may_come_at_a_time_is_503(narrow_api: Api) -> None:
    begin = b"POST /v1/files HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\n"
    begin += b"Content-Length: 40000000\r\n\r\n{"
    with contextlib.ExitStack() as stack:
        clients = [
            stack.enter_context(socket.create_connection(("127.0.0.1", narrow_api.port), timeout=30)) for _ in range(2)
        ]
        for client in clients:
            client.sendall(begin)
        answered, _, _ = select.select(clients, [], [], 10)
        answer = answered[0].recv(65_536)
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nRetry-After: " in answer


@pytest.fixture
def own_broker() -> Iterator[RedisServer]:
    """A Redis in which there are keys: whoever else uses it would need one."""
    with contextlib.closing(RedisServer()) as server:
        yield server.start()


def test_one_key_leaves_places_for_long_bodies_to_others(own_broker: RedisServer) -> None:
    """Of sixteen threads four wait: a key has two of them, its organisation three."""
    with own_broker.client() as client:
        store, digests = ApiKeyStore(client), TokenDigests([SECRET])
        scopes = (Scope.JOBS_WRITE,)
        one, two, other = (
            issue(store, digests, ApiKey(id="", tenant=tenant, scopes=scopes))[1].text
            for tenant in ("acme", "acme", "other")
        )
    begin = "POST /v1/files HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\n"
    begin += "Authorization: Bearer {}\r\nContent-Length: 40000000\r\n\r\n{{"
    api = Api(own_broker.url, api_threads="16", auth="on", key_secret=SECRET)
    with contextlib.closing(api.wait()), contextlib.ExitStack() as stack:

        def refused(key: str) -> bytes:
            """The beginning of the answer to one more; empty where it is waited for."""
            client = stack.enter_context(socket.create_connection(("127.0.0.1", api.port), timeout=30))
            client.sendall(begin.format(key).encode())
            answered, _, _ = select.select([client], [], [], 3)
            return client.recv(12) if answered else b""

        assert [refused(key)[9:] for key in (one, one, one, two, two, other, other)] == [
            b"", b"", b"429", b"", b"429", b"", b"503",
        ]  # fmt: skip


def test_answers_that_are_read_slowly_hold_a_share_of_the_threads(narrow_api: Api) -> None:
    """Of two threads, one may wait until a client reads on."""
    content = b'{"text":"%s"}\n' % (b"Gut. " * 2_000) * 800
    made = narrow_api.http.post("/v1/files", content=content, headers={"Content-Type": "application/x-ndjson"})
    path = f"/v1/files/{made.json()['id']}/content"
    try:
        with contextlib.ExitStack() as stack:
            for _ in range(3):
                client = stack.enter_context(contextlib.closing(socket.socket()))
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
                client.settimeout(30)
                client.connect(("127.0.0.1", narrow_api.port))
                client.sendall(b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % path.encode())
                assert client.recv(12) == b"HTTP/1.1 200"
            begun = time.monotonic()
            assert narrow_api.http.get("/livez").status_code == 200
            assert time.monotonic() - begun < 1.5
        assert narrow_api.http.get(path).content == content, "whoever reads has all of it"
    finally:
        narrow_api.http.delete(path.removesuffix("/content"))


def test_two_requests_in_one_piece_are_both_answered(narrow_api: Api) -> None:
    one = b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n%s\r\n"
    assert raw(narrow_api.port, one % b"" + one % b"Connection: close\r\n").count(b"HTTP/1.1 200 ") == 2


def test_a_client_that_waits_to_be_told_to_go_on_is_told(narrow_api: Api) -> None:
    with socket.create_connection(("127.0.0.1", narrow_api.port), timeout=30) as client:
        client.sendall(
            b"POST /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
            b"Expect: 100-continue\r\nConnection: close\r\n\r\n"
        )
        assert client.recv(65_536).startswith(b"HTTP/1.1 100 ")
        client.sendall(b"{}")
        assert b"HTTP/1.1 422 " in b"".join(iter(lambda: client.recv(65_536), b""))


@pytest.mark.parametrize(
    "body",
    [b"xyz\r\n{}\r\n0\r\n\r\n", b"-1\r\n{}\r\n0\r\n\r\n", b"2\r\n{}0\r\n\r\n"],
    ids=["no size", "negative", "short"],
)
def test_chunks_that_are_none_are_400(narrow_api: Api, body: bytes) -> None:
    head = b"POST /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    answer = raw(narrow_api.port, head + b"Transfer-Encoding: chunked\r\n\r\n" + body)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1, "what is left of the body is no request"


HOST = b"\r\nHost: 127.0.0.1\r\n"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET /livez HTTP/9.9" + HOST + b"\r\n", 400),
        (b"GET /livez HTTP/1.1" + HOST + b"Bad Name: 1\r\n\r\n", 400),
        (b"GET /livez HTTP/1.1" + HOST + b"Content-Length: x\r\n\r\n", 400),
        (b"GET /" + b"x" * 5_000 + b" HTTP/1.1" + HOST + b"\r\n", 414),
        (b"GET /livez HTTP/1.1" + HOST + b"X: " + b"x" * 9_000 + b"\r\n\r\n", 431),
        (b"GET /livez HTTP/1.1" + HOST + b"X: y\r\n" * 200 + b"\r\n", 431),
        (b"GET /livez HTTP/1.1" + HOST + b"Expect: tea\r\n\r\n", 417),
        (b"POST /v1/jobs HTTP/1.1" + HOST + b"Transfer-Encoding: tea\r\n\r\n", 501),
    ],
)
def test_what_is_no_request_is_a_problem_document(narrow_api: Api, request_: bytes, status: int) -> None:
    head, _, body = raw(narrow_api.port, request_).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"Content-Type: application/problem+json" in head
    told = json.loads(body)
    assert told["status"] == status
    assert told["detail"]
    assert "{" not in told["detail"]


def test_no_header_moves_an_address(narrow_api: Api) -> None:
    """Not even from this machine, from which all requests come behind a proxy on it."""
    asked = b"GET /livez HTTP/1.1" + HOST + b"SCRIPT_NAME: /%s\r\nPATH_INFO: /docs\r\nConnection: close\r\n\r\n"
    assert [raw(narrow_api.port, asked % name)[9:12] for name in (b"x", b"livez")] == [b"200", b"200"]
    asked = b"GET /x/livez HTTP/1.1" + HOST + b"SCRIPT_NAME: /x\r\nConnection: close\r\n\r\n"
    assert raw(narrow_api.port, asked)[9:12] == b"404"


def test_who_takes_too_long_with_a_head_is_told_and_closed(narrow_api: Api) -> None:
    begun = time.monotonic()
    # Both wait at the same time.
    with socket.create_connection(("127.0.0.1", narrow_api.port), timeout=30) as silent:
        assert raw(narrow_api.port, BEGINNINGS[1]).startswith(b"HTTP/1.1 408 ")
        assert silent.recv(1) == b""
    assert time.monotonic() - begun < 30


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        (b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", ()),
        (
            b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000000\r\n\r\n",
            (b"422", b'this call takes no body"}]}'),
        ),
    ],
    ids=["no close", "no body"],
)
def test_who_was_answered_and_goes_on_waiting_delays_nobody_else(
    narrow_api: Api, request_: bytes, told: tuple[bytes, ...]
) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(3):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", narrow_api.port), timeout=30))
            client.sendall(request_)
            alive(client, *told)
        begun = time.monotonic()
        assert narrow_api.http.get("/livez").status_code == 200
        assert time.monotonic() - begun < 1.5
        # Nor is it waited for long: the API closes.
        assert b"".join(iter(lambda: client.recv(65_536), b"")) == b""
        assert time.monotonic() - begun < 15


def test_one_address_has_so_many_requests_on_their_way_and_no_more(quiet_broker: RedisServer) -> None:
    few = Api(quiet_broker.url, max_address_connections="3")
    try:
        few.wait()
        further = contextlib.closing(socket.socket())
        with slow_clients(few.port, 3), further as client:
            client.settimeout(10)
            client.connect(("127.0.0.1", few.port))
            assert client.recv(1) == b""
        wait_for(lambda: few._alive(), "others are let in again")
    finally:
        few.close()
