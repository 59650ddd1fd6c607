"""The delivery worker as a real process: killed, stopped, and Redis restarted under it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
import redis

from tests.integration.webhooks.receivers import OK, receiver, says
from tests.support.post import TENANT, Post
from tests.support.processes import Process
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for
from tests.support.worlds import RedisWorld
from webhooks.delivery import DeliveryStatus
from webhooks.secret import SecretCipher

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


class Delivery(Process):
    """`kritiq delivery` in a process of its own."""

    def __init__(self, redis_url: str) -> None:
        super().__init__(
            "delivery",
            env={"KRITIQ_REDIS_URL": redis_url, "KRITIQ_SECRET_KEYS": KEY, "KRITIQ_WEBHOOK_ALLOW_INSECURE": "1"},
        )


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with closing(RedisServer()) as found:
        yield found.start()


@pytest.fixture
def client(server: RedisServer) -> Iterator[redis.Redis]:
    with server.client() as found:
        yield found


@pytest.fixture
def post(client: redis.Redis) -> Post:
    return Post(client, cipher=SecretCipher(KEY))


def id_of(request: bytes) -> str:
    return next(line.partition(b": ")[2].decode() for line in request.split(b"\r\n") if line.startswith(b"webhook-id"))


def test_killed_between_send_and_record_it_is_sent_again_under_the_same_id(
    server: RedisServer, client: redis.Redis, post: Post
) -> None:
    answer = threading.Event()

    def behave(sock: socket.socket) -> None:
        answer.wait(30)
        sock.sendall(OK)

    with receiver(behave) as found:
        endpoint = post.endpoint(f"http://127.0.0.1:{found.port}/")
        first = Delivery(server.url)
        try:
            job_id = post.end_job()
            first.wait_until(lambda: found.requests, "the webhook has arrived")
            first.kill()
        finally:
            first.close()
        answer.set()
        assert post.of(job_id, endpoint).status is DeliveryStatus.SENDING
        # Thirty seconds later, as far as Redis knows, the dead worker's lease is over.
        RedisWorld(client).advance(31_000)
        second = Delivery(server.url)
        try:
            second.wait_until(lambda: post.of(job_id, endpoint).status is DeliveryStatus.SUCCEEDED, "sent again")
            second.terminate()
            assert second.wait() == 0
            assert "Traceback" not in second.log
        finally:
            second.close()
    assert [id_of(request) for request in found.requests] == [f"msg_{job_id}_{endpoint.id}"] * 2
    assert [attempt.error for attempt in post.of(job_id, endpoint).log] == ["worker_lost", None]


def test_redis_restarts_while_webhooks_are_on_their_way(server: RedisServer, client: redis.Redis, post: Post) -> None:
    answer = threading.Event()

    def behave(sock: socket.socket) -> None:
        answer.wait(30)
        sock.sendall(OK)

    with receiver(behave) as found, receiver(says(OK)) as later:
        post.endpoint(f"http://127.0.0.1:{found.port}/")
        process = Delivery(server.url)
        try:
            ids = [post.end_job() for _ in range(3)]
            process.wait_until(lambda: len(found.requests) == 3, "all are on their way")
            client.save()
            server.stop()
            answer.set()
            server.start()
            process.wait_until(
                lambda: all(delivery.status is DeliveryStatus.SUCCEEDED for delivery in post.all()), "all written down"
            )
            assert len(found.requests) == len(ids)
            # And it goes on: the watcher and the scripts are known again.
            post.endpoint(f"http://127.0.0.1:{later.port}/")
            post.end_job()
            process.wait_until(lambda: later.requests, "the next one has arrived")
        finally:
            process.close()


def test_sigterm_finishes_what_is_held(server: RedisServer, post: Post) -> None:
    answer = threading.Event()

    def behave(sock: socket.socket) -> None:
        answer.wait(30)
        sock.sendall(OK)

    with receiver(behave) as found:
        endpoint = post.endpoint(f"http://127.0.0.1:{found.port}/")
        process = Delivery(server.url)
        try:
            process.wait_until(lambda: post.log.deliverers(), "it is up")
            job_id = post.end_job()
            process.wait_until(lambda: found.requests, "the webhook has arrived")
            process.terminate()
            answer.set()
            assert process.wait() == 0
            assert post.of(job_id, endpoint).status is DeliveryStatus.SUCCEEDED
            assert post.log.deliverers() == []
            assert "torch" not in process.log
        finally:
            process.close()


def test_a_process_that_cannot_start_says_what_is_missing(server: RedisServer, post: Post) -> None:
    """Without a key, deliveries wait, the log says why, and no endpoint is blamed."""
    with receiver(says(OK)) as found:
        endpoint = post.endpoint(f"http://127.0.0.1:{found.port}/")
        process = Process("delivery", env={"KRITIQ_REDIS_URL": server.url, "KRITIQ_WEBHOOK_ALLOW_INSECURE": "1"})
        try:
            job_id = post.end_job()
            wait_for(lambda: "KRITIQ_SECRET_KEYS" in process.log, "the log says so", explain=lambda: process.log)
            assert found.connections == 0
            process.wait_until(lambda: post.of(job_id, endpoint).reason == "internal_error", "it is written down")
            assert post.endpoints.health(TENANT, endpoint.id).consecutive_failures == 0
        finally:
            process.close()
