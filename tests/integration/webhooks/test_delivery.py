"""Webhooks to real receivers on 127.0.0.1, healthy and hostile, through the whole deliverer; time is injected."""

import http.server
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.utils import formatdate

import pytest
import redis
import trustme
from standardwebhooks import Webhook

from tests.integration.webhooks import receivers
from tests.integration.webhooks.receivers import OK, Behaviour, Receiver, receiver
from tests.support.http import headers_and_body
from tests.support.post import TENANT, Post
from tests.support.waiting import wait_for
from tests.unit.webhooks.guard import socket_guard
from webhooks.delivery import DeliveryStatus
from webhooks.endpoint import DisabledReason, Endpoint
from webhooks.secret import SecretKind
from webhooks.ssrf import Policy
from worker.delivery.deliverer import Deliverer
from worker.delivery.loop import DeliveryWorker
from worker.delivery.sender import trust

__all__ = ["socket_guard"]

#: After how long receivers are given up that are slower, in seconds. Of all others none is: on a busy machine a
#: healthy one takes its time.
HASTY_S = 0.5
PENDING, SUCCEEDED, FAILED = DeliveryStatus.PENDING, DeliveryStatus.SUCCEEDED, DeliveryStatus.FAILED


def url_of(found: Receiver, host: str = "127.0.0.1") -> str:
    return f"http://{host}:{found.port}/hook"


@contextmanager
def running(post: Post, threads: int = 8) -> Iterator[DeliveryWorker]:
    """A delivery worker with real threads."""
    worker = DeliveryWorker(post.deliveries, post.deliverer.deliver, name="here", threads=threads)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop()
        thread.join(30)
        assert not thread.is_alive()


class Changing:
    """A receiver whose behaviour the test changes."""

    def __init__(self, behave: Behaviour) -> None:
        self.behave = behave

    def __call__(self, sock: receivers.socket.socket) -> None:
        self.behave(sock)


@pytest.mark.parametrize("kind", list(SecretKind))
def test_a_delivery_is_signed_as_the_standard_says(post: Post, kind: SecretKind) -> None:
    with receiver(receivers.says(OK)) as found:
        endpoint, secret = post.endpoint_and_secret(url_of(found), kind=kind)
        job_id = post.end_job()
        post.turn()
    headers, body = headers_and_body(found.requests[0])
    assert headers["webhook-id"] == f"msg_{job_id}_{endpoint.id}"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    if kind is SecretKind.HMAC:
        Webhook(secret.reveal()).verify(body, headers)
    else:
        content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        assert headers["webhook-signature"] == secret.sign(content)
    assert post.of(job_id, endpoint).status is SUCCEEDED


def test_while_a_secret_rotates_both_verify(post: Post) -> None:
    with receiver(receivers.says(OK)) as found:
        endpoint, old = post.endpoint_and_secret(url_of(found))
        _, new = post.endpoints.rotate(TENANT, endpoint.id, grace_s=60)
        post.end_job()
        post.turn()
        post.advance(s=61)
        post.end_job()
        post.turn()
    first, second = map(headers_and_body, found.requests)
    for secret in (old, new):
        Webhook(secret.reveal()).verify(first[1], first[0])
    Webhook(new.reveal()).verify(second[1], second[0])
    with pytest.raises(Exception, match="signature"):
        Webhook(old.reveal()).verify(second[1], second[0])


def test_a_receiver_that_was_down_gets_it_once_it_is_up(post: Post) -> None:
    with receiver(receivers.says(OK)) as found:
        pass
    endpoint = post.endpoint(url_of(found))
    job_id = post.end_job()
    for _ in range(3):
        post.turn()
        post.wait()
    assert {attempt.error for attempt in post.of(job_id, endpoint).log} == {"connect_error"}
    with receiver(receivers.says(OK)) as back:
        post.endpoints.change(TENANT, endpoint.id, lambda old: moved(old, url_of(back)))
        post.turn()
    delivery = post.of(job_id, endpoint)
    assert (delivery.status, delivery.attempts) == (SUCCEEDED, 4)
    assert len(back.requests) == 1


def moved(endpoint: Endpoint, url: str) -> Endpoint:
    return replace(endpoint, options=replace(endpoint.options, url=url))


@pytest.mark.parametrize(
    ("behave", "error", "status"),
    [
        (receivers.hang, "timeout", None),
        (receivers.drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"), "timeout", None),
        (receivers.slow(OK, 0.8), "timeout", None),
        (receivers.reset, "reset", None),
        (receivers.flood(b"HTTP/1.1 200 OK\r\n", b"X-Endless: yes\r\n" * 1000), "protocol_error", None),
        (receivers.status("302 Found", "Location: http://169.254.169.254/latest/meta-data"), "http_status", 302),
        (receivers.status("500 Oops"), "http_status", 500),
        (receivers.says(b"garbage\r\n\r\n"), "protocol_error", None),
    ],
    ids=["hanging", "dripping", "slow", "resetting", "endless", "redirecting", "500", "garbage"],
)
def test_a_bad_receiver_is_tried_again(post: Post, behave: Behaviour, error: str, status: int | None) -> None:
    changing, patient = Changing(behave), post.deliverer
    if error == "timeout":
        post.deliverer = Deliverer(post.deliveries, policy=post.policy, tls=trust(), deadline_s=HASTY_S)
    with receiver(changing) as found:
        endpoint = post.endpoint(url_of(found))
        job_id = post.end_job()
        started = time.monotonic()
        post.turn()
        assert time.monotonic() - started < 5
        delivery = post.of(job_id, endpoint)
        assert (delivery.status, delivery.log[0].error, delivery.log[0].status) == (PENDING, error, status)
        wait_for(lambda: found.connections, "it has heard of it")
        assert found.connections == 1
        changing.behave, post.deliverer = receivers.says(OK), patient
        post.wait()
        post.turn()
        assert post.of(job_id, endpoint).status is SUCCEEDED


def test_an_endless_body_after_a_good_head_is_a_success(post: Post) -> None:
    with receiver(receivers.flood(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 4096)) as found:
        endpoint = post.endpoint(url_of(found))
        job_id = post.end_job()
        post.turn()
    delivery = post.of(job_id, endpoint)
    assert delivery.status is SUCCEEDED
    assert len(delivery.log[0].answer) == 2048


@pytest.mark.parametrize("wrong", ["unknown authority", "another name"])
def test_a_wrong_certificate_gets_nothing_and_is_tried_again(
    redis_client: redis.Redis, tmp_path: object, wrong: str
) -> None:
    good, bad = trustme.CA(), trustme.CA()
    with good.cert_pem.tempfile(str(tmp_path)) as ca_file:
        post = Post(
            redis_client, policy=Policy(allow_insecure=True), resolve=lambda host, port: ["127.0.0.1"],
            tls=trust(ca_file),
        )  # fmt: skip
    certificate = bad.issue_cert("hooks.example.com") if "authority" in wrong else good.issue_cert("other.example.com")
    server = receivers.ssl.SSLContext(receivers.ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(server)
    with receiver(receivers.says(OK), tls=server) as found:
        endpoint = post.endpoint(f"https://hooks.example.com:{found.port}/")
        job_id = post.end_job()
        post.turn()
        delivery = post.of(job_id, endpoint)
        assert (delivery.status, delivery.log[0].error, found.requests) == (PENDING, "tls_error", [])
        good.issue_cert("hooks.example.com").configure_cert(server)
        post.wait()
        post.turn()
        assert post.of(job_id, endpoint).status is SUCCEEDED


def test_a_receiver_that_says_410_is_disabled(post: Post) -> None:
    with receiver(receivers.status("410 Gone")) as found:
        endpoint = post.endpoint(url_of(found))
        post.end_job()
        post.turn()
        post.end_job()
        post.turn()
    assert found.connections == 1
    assert post.endpoints.get(TENANT, endpoint.id).disabled_reason is DisabledReason.GONE


@pytest.mark.parametrize(
    ("header", "low_s", "high_s"),
    [
        ("400", 400, 400),
        ("999999999", 240, 360),  # beyond a week: not a wish but a mistake
        ("172800", 600, 600),
        ("-1", 240, 360),
        ("NaN", 240, 360),
        ("soon", 240, 360),
        ("1e9", 240, 360),
        (formatdate(time.time() + 1e6, usegmt=True), 240, 360),
        (formatdate(time.time() + 100_000, usegmt=True), 600, 600),
    ],
    ids=["seconds", "beyond a week", "too long", "negative", "NaN", "a word", "exponent", "a far date", "a date"],
)
def test_a_receivers_retry_after_is_honoured(post: Post, header: str, low_s: float, high_s: float) -> None:
    with receiver(receivers.status("429 Slow down", f"Retry-After: {header}")) as found:
        post.endpoint(url_of(found))
        post.end_job()
        post.turn()
        floor = post.wait()
        assert floor is not None
        assert 30 < floor <= 60
        post.turn()
        waited = post.wait()
    assert waited is not None
    assert low_s - 30 <= waited <= high_s + 1


def test_an_endpoint_deleted_between_attempts_gets_no_more(post: Post) -> None:
    with receiver(receivers.status("500 Oops")) as found:
        endpoint = post.endpoint(url_of(found))
        for _ in range(3):
            post.end_job()
        post.turn()
        sent = found.connections
        assert sent == 3
        post.endpoints.delete(TENANT, endpoint.id)
        while post.wait() is not None:
            post.turn()
        assert found.connections == sent


@pytest.mark.parametrize(
    "answers",
    [
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["93.184.216.34", "127.0.0.1"],
        ["::1"],
        ["168.63.129.16"],
        ["64:ff9b::7f00:1"],
    ],
)
def test_a_name_that_turns_private_after_it_was_added_is_not_called(
    redis_client: redis.Redis, answers: list[str]
) -> None:
    told = [["93.184.216.34"]]
    post = Post(redis_client, policy=Policy(), resolve=lambda host, port: told[-1])
    post.webhooks.check("https://hooks.example.com/")
    endpoint = post.endpoint("https://hooks.example.com/")
    told.append(answers)
    job_id = post.end_job()
    post.turn()
    # The socket guard fails this test should anything have been connected to.
    delivery = post.of(job_id, endpoint)
    assert (delivery.status, delivery.log[0].error) == (PENDING, "blocked_address")


def test_a_name_that_changes_between_decision_and_connection_is_called_as_decided(redis_client: redis.Redis) -> None:
    """The name is asked once; the connection goes to the answer that was decided about."""
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    post = Post(redis_client, resolve=resolve)
    with receiver(receivers.says(OK)) as found:
        endpoint = post.endpoint(url_of(found, "hooks.example.com"))
        job_id = post.end_job()
        post.turn()
    assert (post.of(job_id, endpoint).status, asked) == (SUCCEEDED, ["hooks.example.com"])


class TestWorker:
    """The worker's threads, its watcher, and Redis going away."""

    def test_the_worker_delivers_at_once(self, post: Post) -> None:
        with receiver(receivers.says(OK)) as found, running(post):
            post.endpoint(url_of(found))
            for _ in range(20):
                post.end_job()
            wait_for(lambda: len(found.requests) == 20, "all have arrived")
        assert post.log.stats()["pending"] == 0
        assert post.log.deliverers() == []

    def test_stopping_finishes_what_is_held(self, post: Post) -> None:
        go_on = threading.Event()

        def behave(sock: receivers.socket.socket) -> None:
            worker.stop()
            go_on.wait(5)
            sock.sendall(OK)

        with receiver(behave) as found, running(post) as worker:
            endpoint = post.endpoint(url_of(found))
            job_id = post.end_job()
            wait_for(lambda: found.requests, "it has arrived")
            go_on.set()
        assert post.of(job_id, endpoint).status is SUCCEEDED

    def test_a_hanging_endpoint_holds_up_nobody(self, post: Post) -> None:
        with receiver(receivers.hang) as hanging, receiver(receivers.says(OK), backlog=128) as well, running(post):
            bad, good = post.endpoint(url_of(hanging)), post.endpoint(url_of(well))
            ids = [post.end_job() for _ in range(60)]
            wait_for(lambda: len(well.requests) == 60, "the healthy one has all")
            assert all(post.of(job_id, bad).status is not SUCCEEDED for job_id in ids)
            wait_for(lambda: all(post.of(job_id, good).status is SUCCEEDED for job_id in ids), "all are written down")


@pytest.mark.parametrize("server_class", [http.server.ThreadingHTTPServer])
def test_an_ordinary_http_server_understands(post: Post, server_class: Callable[..., http.server.HTTPServer]) -> None:
    bodies: list[bytes] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with server_class(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        post.endpoint(f"http://127.0.0.1:{server.server_port}/")
        post.end_job()
        post.turn()
        server.shutdown()
        thread.join()
    assert len(bodies) == 1
