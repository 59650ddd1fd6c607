"""Follow-ups outlive the worker that owes them: it is killed between the end of a task and the sending."""

import json
import signal
from collections.abc import Iterator
from dataclasses import replace

import pytest
import redis
from celery import Celery

from store import keys
from tests.celery.subjects import ANALYZE, KRITIQ, REVIEW, is_up
from tests.celery.user_worker import QUEUE as USER_QUEUE
from tests.support.celery_client import celery_client
from tests.support.processes import Process
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration


@pytest.fixture
def server() -> Iterator[RedisServer]:
    """A Redis of its own."""
    found = RedisServer()
    try:
        found.start()
        yield found
    finally:
        found.close()


@pytest.fixture
def app(server: RedisServer) -> Iterator[Celery]:
    """A client that outlives the workers."""
    with celery_client(server.url) as found:
        yield found


def begin(server: RedisServer, app: Celery, name: str, *options: str) -> Process:
    """A worker of ours that is up."""
    process = replace(KRITIQ, options=options).start(server.url, name)
    process.wait_until(lambda: is_up(app, name), f"{name} is up")
    return process


def test_a_worker_that_is_killed_between_end_and_sending_leaves_nothing_unsent(
    server: RedisServer, app: Celery
) -> None:
    link = app.signature("user.note", kwargs={"key": "k"}, queue=USER_QUEUE)
    with redis.Redis.from_url(server.url) as client:
        first = begin(server, app, "first@outbox", "--dies-before-follow-ups")
        result = app.send_task(ANALYZE, [REVIEW], link=link)
        assert result.get(timeout=30)["sentences"]
        assert first.wait() == -signal.SIGKILL
        owed = client.zrange(keys.FOLLOW_UPS, 0, -1)
        assert owed, "the end is stored, and what follows is owed"
        assert client.llen(USER_QUEUE) == 0
        # The dead worker had taken it up: as if its lease were over.
        client.zadd(keys.FOLLOW_UPS, dict.fromkeys(owed, 0))
        second = begin(server, app, "second@outbox")
        wait_for(lambda: client.llen(USER_QUEUE), "the link is sent")
        sent = json.loads(client.lindex(USER_QUEUE, 0) or b"")
        assert sent["headers"]["id"] == result.children[0].id
        wait_for(lambda: not client.zcard(keys.FOLLOW_UPS), "nothing is owed any more")
        second.close()
    first.close()
