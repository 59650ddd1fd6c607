"""What Celery's own code does after a task, done by an application that nobody else has."""

import json
from collections.abc import Iterator

import pytest
import redis
from celery import Celery
from celery._state import _on_app_finalizers

from jobs.celery_task import FollowUp
from jobs.job import Status
from store import queues
from tests.support.factories import make_settings
from tests.support.redis_server import RedisServer
from worker.app import create_app
from worker.consumer.celery_ends import CeleryEnds
from worker.tasks import add_tasks


@pytest.fixture
def client() -> Iterator[Celery]:
    """The application of a Celery client."""
    with Celery("somebody-else", set_as_current=False) as found:
        yield found


def test_an_errback_that_is_a_task_of_ours_is_sent_as_any_other(
    redis_client: redis.Redis, redis_server: RedisServer, client: Celery
) -> None:
    settings = make_settings(redis_url=redis_server.url)
    # A worker knows these tasks, and has such an application beside its own.
    add_tasks(create_app(settings))
    ends = CeleryEnds(settings)
    errback = client.signature(queues.ANALYZE, kwargs={"language": "de"}, queue="errors")
    failure = {"exc_type": "ValueError", "exc_message": ["no"], "exc_module": "builtins"}
    meta = {"task_id": "t", "status": "FAILURE", "result": failure, "traceback": None, "children": []}
    request = {"task": queues.ANALYZE, "errbacks": [errback], "delivery_info": {}}
    ends.follow(
        FollowUp(
            tenant="default", id="t", status=Status.FAILED, request=json.dumps(request).encode(),
            meta=json.dumps(meta).encode(),
        )
    )  # fmt: skip
    assert redis_client.llen("errors") == 1
    assert json.loads(redis_client.lindex("errors", 0) or b"")["headers"]["task"] == queues.ANALYZE


def test_nothing_is_left_of_an_application_that_is_not_used_any_more(redis_server: RedisServer) -> None:
    before = len(_on_app_finalizers)
    for _ in range(3):
        CeleryEnds(make_settings(redis_url=redis_server.url))
    assert len(_on_app_finalizers) == before
