"""The watcher signals for messages and takes none; events tell Flower what happens and no review."""

import threading
from collections.abc import Iterator
from typing import Any, cast

import pytest
import redis
from billiard.exceptions import SoftTimeLimitExceeded, TimeLimitExceeded
from celery import Celery
from celery.events import EventDispatcher

from jobs.celery_task import UntoldEnd
from jobs.job import JobError, Outcome, Status
from tests.support.factories import failed, make_claim, succeeded
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for
from worker.consumer.celery_events import TaskEvents
from worker.consumer.celery_headers import shown_headers
from worker.consumer.celery_state import HeldTasks
from worker.consumer.watcher import QueueWatcher


@pytest.fixture
def watcher(redis_client: redis.Redis) -> Iterator[QueueWatcher]:
    watcher = QueueWatcher(redis_client, ["one", "two"], block_s=0.1)
    watcher.start()
    yield watcher
    watcher.stop()
    for thread in watcher._threads.values():
        thread.join(30)
        assert not thread.is_alive()


@pytest.mark.parametrize("queue", ["one", "two"])
def test_it_rings_for_a_message_that_waits(watcher: QueueWatcher, redis_client: redis.Redis, queue: str) -> None:
    redis_client.lpush(queue, "message")
    assert watcher.wait(30)


def test_it_rings_when_a_message_comes(watcher: QueueWatcher, redis_client: redis.Redis) -> None:
    heard: list[bool] = []
    waiter = threading.Thread(target=lambda: heard.append(watcher.wait(30)))
    waiter.start()
    redis_client.lpush("one", "message")
    waiter.join()
    assert heard == [True]


def test_it_takes_nothing_and_keeps_the_order(watcher: QueueWatcher, redis_client: redis.Redis) -> None:
    redis_client.lpush("one", "first", "second", "third")
    for _ in range(5):
        assert watcher.wait(30)
    assert redis_client.lrange("one", 0, -1) == [b"third", b"second", b"first"]


def test_it_is_silent_where_nothing_waits(watcher: QueueWatcher) -> None:
    assert not watcher.wait(0.05)


def test_a_queue_that_was_left_rings_again_once_it_is_watched_and_so_does_a_new_one(
    watcher: QueueWatcher, redis_client: redis.Redis
) -> None:
    for queue in ("one", "three"):
        watcher.leave(queue)
        redis_client.lpush(queue, "message")
        assert not watcher.wait(0.3)
        watcher.watch(queue)
        assert watcher.wait(30)
        redis_client.delete(queue)


def test_it_wakes_whoever_waits_when_it_stops(watcher: QueueWatcher) -> None:
    waiter = threading.Thread(target=watcher.wait, args=(60,))
    waiter.start()
    watcher.stop()
    waiter.join(30)
    assert not waiter.is_alive()


def test_it_goes_on_after_an_error_that_nobody_has_thought_of() -> None:
    class Odd:
        looks = 0

        def blmove(self, *arguments: object) -> bytes:
            self.looks += 1
            if self.looks == 1:
                raise ValueError("odd")
            return b"message"

    watcher = QueueWatcher(cast("redis.Redis", Odd()), ["one"])
    watcher.start()
    assert watcher.wait(30)
    watcher.stop()


def test_it_rings_again_after_redis_was_away() -> None:
    server = RedisServer().start()
    watcher = QueueWatcher(server.client(), ["one"], block_s=0.1)
    try:
        watcher.start()
        assert not watcher.wait(0.05)
        server.stop()
        assert not watcher.wait(0.05)
        server.start()
        with server.client() as client:
            client.lpush("one", "message")
        wait_for(lambda: watcher.wait(0.5), "it signals again")
    finally:
        watcher.stop()
        server.close()


class Watcher:
    """Takes the worker's events as Flower would."""

    def __init__(self, server: RedisServer) -> None:
        self.app = Celery(set_as_current=False, broker=server.url)
        self.seen: list[dict[str, Any]] = []

    def listen(self, until: int) -> None:
        with self.app.connection_for_read() as connection:
            receiver = self.app.events.Receiver(connection, handlers={"*": self.seen.append})
            with receiver.consumer_context() as (consuming, _, _):
                while len(self.seen) < until:
                    consuming.drain_events(timeout=30)


def events_of(server: RedisServer, count: int, tell: Any) -> list[dict[str, Any]]:
    watcher = Watcher(server)
    thread = threading.Thread(target=watcher.listen, args=(count,))
    with server.client() as client:
        before = client.pubsub_numpat()
        thread.start()
        wait_for(lambda: client.pubsub_numpat() > before, "the watcher listens")
    events = TaskEvents(watcher.app, "worker@test", "fake")
    tell(events)
    thread.join(60)
    events.close()
    return watcher.seen


def test_flower_sees_each_job_begin(redis_client: redis.Redis, redis_server: RedisServer) -> None:
    claims = [make_claim("Zwiebelrostbraten."), make_claim("Grießbrei.", attempt=3)]

    def begin(events: TaskEvents) -> None:
        events.received(claims)
        events.started(claims)

    seen = events_of(redis_server, 4, begin)
    assert [event["type"] for event in seen] == ["task-received"] * 2 + ["task-started"] * 2
    assert [event["uuid"] for event in seen] == [claims[0].id, claims[1].id] * 2
    assert {event["hostname"] for event in seen} == {"worker@test"}
    assert [event["retries"] for event in seen[:2]] == [0, 2]
    assert "Zwiebel" not in str(seen)


def test_flower_sees_what_a_job_is_and_what_it_is_about(redis_client: redis.Redis, redis_server: RedisServer) -> None:
    at = 1_790_000_000_000
    headers = {"task": "kritiq.analyze", "id": "c", "root_id": "a", "parent_id": "b", "retries": 2, "shadow": "nightly",
               "eta": "2026-12-01T00:00:00+00:00", "expires": None}  # fmt: skip
    claims = [
        make_claim(), make_claim(chunk=True), make_claim(restaurant="krone-17", language="de", deadline_at=at),
        make_claim(celery_headers=shown_headers(headers)),
    ]  # fmt: skip
    review, chunk, asked, native = events_of(redis_server, 4, lambda events: events.received(claims))
    assert (review["name"], chunk["name"], native["name"]) == ("kritiq.review", "kritiq.batch-chunk", "nightly")
    assert review["kwargs"] == "{'model': 'fake'}"
    assert asked["kwargs"] == "{'restaurant': 'krone-17', 'language': 'de', 'model': 'fake'}"
    assert asked["expires"] == "2026-09-21T14:13:20+00:00"
    assert (review["root_id"], review["parent_id"], review["eta"]) == (claims[0].id, None, None)
    assert (native["root_id"], native["parent_id"], native["retries"]) == ("a", "b", 2)
    assert (native["eta"], native["expires"]) == ("2026-12-01T00:00:00+00:00", None)


def test_flower_sees_each_job_end(redis_client: redis.Redis, redis_server: RedisServer) -> None:
    claims = [make_claim("Zwiebelrostbraten.") for _ in range(6)]
    outcomes = [
        succeeded(claims[0], b'{"text":"Zwiebelrostbraten."}'), failed(claims[1]),
        Outcome(claim=claims[2], status=Status.EXPIRED), succeeded(claims[3]), succeeded(claims[4]),
        Outcome(claim=claims[5], status=Status.CANCELED),
    ]  # fmt: skip
    states = [Status.SUCCEEDED, Status.FAILED, Status.EXPIRED, Status.CANCELED, None, Status.CANCELED]

    def whole(events: TaskEvents) -> None:
        events.received(claims)
        # The last one was called off before it went onto the device, the third came too late for it.
        events.started([*claims[:2], *claims[3:5]])
        events.ended(outcomes, states)
        assert events.tasks.all() == []

    seen = events_of(redis_server, 15, whole)[-5:]
    kinds = ["task-succeeded", "task-failed", "task-revoked", "task-revoked", "task-revoked"]
    told = [*claims[:4], claims[5]]
    assert [(event["type"], event["uuid"]) for event in seen] == [
        (kind, claim.id) for kind, claim in zip(kinds, told, strict=True)
    ], "an attempt that was not ours to end is not told"
    assert [(event["terminated"], event["expired"]) for event in seen[2:]] == [
        (False, True), (True, False), (False, False),
    ]  # fmt: skip
    assert 0 <= seen[0]["runtime"] < 60
    assert "Zwiebel" not in str(seen)


def test_flower_sees_the_end_of_what_no_attempt_ended(redis_client: redis.Redis, redis_server: RedisServer) -> None:
    at = 1_790_000_000_000
    ends = [
        UntoldEnd(task="new", status=Status.CANCELED, at=at, began=False, known=False, restaurant="krone-17"),
        UntoldEnd(task="late", status=Status.EXPIRED, at=at, began=False, known=True),
        UntoldEnd(task="run", status=Status.CANCELED, at=at, began=True, known=True),
        UntoldEnd(task="lost", status=Status.FAILED, at=at, began=True, known=True, why="It was lost."),
    ]
    seen = events_of(redis_server, 5, lambda events: events.ended_elsewhere(ends))
    kinds = ["task-received", "task-revoked", "task-revoked", "task-revoked", "task-failed"]
    assert [(event["type"], event["uuid"]) for event in seen] == list(
        zip(kinds, ["new", "new", "late", "run", "lost"], strict=True)
    )
    assert (seen[0]["name"], seen[0]["kwargs"]) == ("kritiq.review", "{'restaurant': 'krone-17', 'model': 'fake'}")
    assert [(event["terminated"], event["expired"]) for event in seen[1:4]] == [
        (False, False), (False, True), (True, False),
    ]  # fmt: skip
    assert seen[4]["exception"] == "WorkerLostError('It was lost.')"
    assert {event["timestamp"] for event in seen} == {at / 1000}


@pytest.mark.parametrize("status", [Status.SUCCEEDED, Status.EXPIRED])
def test_what_took_too_long_is_told_as_its_result_names_it(
    redis_client: redis.Redis, redis_server: RedisServer, status: Status
) -> None:
    soft = make_claim(celery_headers=shown_headers({"task": "kritiq.analyze"}, SoftTimeLimitExceeded()))
    hard = make_claim(celery_headers=shown_headers({"task": "kritiq.analyze"}, TimeLimitExceeded(0.5)))
    # Judged too late, or found to be late before it went onto the device.
    error = JobError(code="expired", message="The deadline passed.") if status is Status.EXPIRED else None
    old = make_claim(celery_headers=shown_headers({"task": "kritiq.analyze"}))
    outcomes = [Outcome(claim=claim, status=status, error=error) for claim in (soft, hard, old)]
    seen = events_of(redis_server, 3, lambda events: events.ended(outcomes, [Status.FAILED] * 3))
    told = ["SoftTimeLimitExceeded()", "TimeLimitExceeded(0.5)", "TimeLimitExceeded()"]
    assert [event["exception"] for event in seen] == told


def test_losing_events_disturbs_nobody() -> None:
    server = RedisServer().start()
    try:
        app = Celery(set_as_current=False, broker=server.url)
        app.conf.broker_transport_options = {"socket_timeout": 2, "socket_connect_timeout": 2}
        events = TaskEvents(app, "worker@test")
        server.stop()
        events.received([make_claim()])
        server.start()
        events.received([make_claim()])
        events.close()
    finally:
        server.close()


def test_celery_finds_on_what_is_held_all_that_it_writes_when_its_connection_comes_back() -> None:
    """It makes what is active reserved then, and gives each its new dispatcher: a worker at work ended of that."""
    held = HeldTasks("worker@test", "mini/1")
    tasks = held.received([make_claim()])
    for request in tasks:
        request.eventer = EventDispatcher(enabled=False)
    assert [task.info()["id"] for task in held.all()] == [task.id for task in tasks]
