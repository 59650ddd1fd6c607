"""What ends with a task that fails, in Celery's own keys."""

import base64
import json

import pytest
import redis
from celery import chain, chord, group

from store.jobs import RedisStore
from tests.support.celery_client import celery_client
from tests.support.factories import create, make_settings
from tests.support.redis_server import RedisServer
from worker.consumer.celery_ends import CeleryEnds


@pytest.mark.filterwarnings("ignore:Call to deprecated setex")  # Celery 5.7's own call of redis-py 8
def test_a_group_behind_a_failure_counts_as_its_members_in_the_chord_around_it(
    redis_client: redis.Redis, redis_server: RedisServer
) -> None:
    # Its own part would be a fourth of three: a chord whose size is written after that never ends.
    with celery_client(redis_server.url) as client:
        client.conf.task_default_queue = "nobody"
        step = client.signature("step", immutable=True)
        chord([chain(step, group(step, step)), step], step).apply_async()
    # Pushed on the left: the first one sent is the last.
    message = json.loads(redis_client.lrange("nobody", -1, -1)[0])
    followed = json.loads(base64.b64decode(message["body"]))[2]["chain"]
    (behind,) = followed
    around = behind["options"]["group_id"]
    members = {each["options"]["task_id"] for each in behind["kwargs"]["tasks"]}
    backend = CeleryEnds(make_settings(redis_url=redis_server.url)).app.backend
    backend._fail_chain(followed, RuntimeError("no"))
    counted = redis_client.smembers(f"celery-taskset-meta-{around}.d")
    assert {member.decode().rpartition(":")[0] for member in counted} == members


@pytest.mark.filterwarnings("ignore:Call to deprecated setex")
def test_what_fails_ends_no_task_of_an_organisation_that_has_only_ever_sent_tasks(
    redis_client: redis.Redis, redis_server: RedisServer
) -> None:
    create(RedisStore(redis_client), tenant="acme")
    backend = CeleryEnds(make_settings(redis_url=redis_server.url)).app.backend
    with backend.after("mine"):
        for task in ("acme:1", "nobody:1"):
            backend.store_result(task, RuntimeError("no"), "FAILURE")
    assert [redis_client.exists(f"celery-task-meta-{task}") for task in ("acme:1", "nobody:1")] == [0, 1]
