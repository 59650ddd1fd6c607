"""A Celery client gets the result of a job that came over HTTP at any time, also after it was packed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC
from typing import Any

import orjson
import pytest
import redis
from redis.client import PubSub

from jobs.job import Job, task_id
from store import keys
from store.jobs import RedisStore
from store.packed_results import PackedResults
from store.recalled_results import RecalledResults
from tests.support.celery_client import celery_client
from tests.support.factories import REVIEW, create, work_off
from tests.support.redis_server import RedisServer
from tests.support.results import found_in
from tests.support.waiting import wait_for

RESULT = found_in(REVIEW)


def packed(client: redis.Redis, store: RedisStore, **changes: Any) -> Job:
    """An ended job whose result is in its record alone."""
    job = create(store, **changes)
    work_off(store, RESULT)
    PackedResults(client, lambda: True, after_s=0).pack()
    assert not client.exists(keys.RESULT(task_id(job.tenant, job.id)))
    return store.get(job.tenant, job.id).job


def listening(client: redis.Redis, job: Job) -> PubSub:
    """Somebody who waits for the job's result."""
    found = client.pubsub()
    found.subscribe(keys.RESULT(task_id(job.tenant, job.id)))
    assert found.get_message(timeout=5)
    return found


@pytest.mark.parametrize("tenant", ["default", "acme"])
def test_a_celery_client_that_waits_gets_what_was_packed(
    redis_client: redis.Redis, redis_server: RedisServer, tenant: str
) -> None:
    job = packed(redis_client, RedisStore(redis_client), tenant=tenant)
    recalled = RecalledResults(redis_client, for_s=60)
    assert recalled.recall() == 0, "nobody waits"
    with celery_client(redis_server.url) as app, ThreadPoolExecutor(1) as pool:
        result = app.AsyncResult(task_id(tenant, job.id))
        assert result.state == "PENDING"
        value = pool.submit(result.get, timeout=30)
        wait_for(recalled.recall, "somebody waits")
        assert value.result(30) == orjson.loads(RESULT)
        assert result.state == "SUCCESS"
        assert job.finished_at is not None
        assert round(result.date_done.replace(tzinfo=UTC).timestamp() * 1000) == job.finished_at
    assert 0 < redis_client.pttl(keys.RESULT(task_id(tenant, job.id))) <= 60_000


def test_it_lies_there_no_longer_than_its_job(redis_client: redis.Redis) -> None:
    job = packed(redis_client, RedisStore(redis_client), ttl_ms=30_000)
    with listening(redis_client, job):
        assert RecalledResults(redis_client, for_s=3_600).recall() == 1
    assert 0 < redis_client.pttl(keys.RESULT(job.id)) <= 30_000


def test_a_channel_is_looked_at_once_as_long_as_somebody_listens(redis_client: redis.Redis) -> None:
    store, recalled = RedisStore(redis_client), RecalledResults(redis_client, for_s=60)
    job = packed(redis_client, store)
    with listening(redis_client, job):
        assert recalled.recall() == 1
        redis_client.delete(keys.RESULT(job.id))
        assert recalled.recall() == 0
    wait_for(lambda: not redis_client.pubsub_channels(), "nobody listens")
    assert recalled.recall() == 0
    with listening(redis_client, job):
        assert recalled.recall() == 1


def test_a_deleted_job_is_not_recalled(redis_client: redis.Redis) -> None:
    store = RedisStore(redis_client)
    job = packed(redis_client, store)
    with listening(redis_client, job):
        store.delete(job.tenant, job.id)
        assert RecalledResults(redis_client, for_s=60).recall() == 0
    assert not redis_client.exists(keys.RESULT(job.id))


def test_what_was_recalled_goes_with_its_job(redis_client: redis.Redis) -> None:
    store = RedisStore(redis_client)
    job = packed(redis_client, store)
    with listening(redis_client, job):
        assert RecalledResults(redis_client, for_s=60).recall() == 1
    store.delete(job.tenant, job.id)
    assert not redis_client.exists(keys.RESULT(job.id))


def test_ids_that_nobody_knows_are_passed_over(redis_client: redis.Redis) -> None:
    with redis_client.pubsub() as strangers:
        strangers.subscribe("celery-task-meta-", b"celery-task-meta-\xff", "celery-task-meta-a:b:c", "elsewhere")
        for _ in range(4):
            assert strangers.get_message(timeout=5)
        assert RecalledResults(redis_client, for_s=60).recall() == 0
