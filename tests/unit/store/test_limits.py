"""How long an attempt may take that a Celery client limits: each attempt anew, whoever makes it."""

from jobs.celery_task import CeleryMessage, CeleryTask
from jobs.job import Claim, Status
from store import keys
from tests.support.factories import LEASE_MS, REVIEW, claim, make_job, succeeded
from tests.support.worlds import RedisWorld

LIMITED = CeleryTask(limit_ms=10_000, limit_meta=b'{"status":"FAILURE"}')


def adopt(world: RedisWorld, **changes: int) -> Claim:
    message = CeleryMessage(tag="tag", message=b"{}")
    taken = world.store.adopt(message, make_job(id="native", **changes), REVIEW, lease_ms=LEASE_MS, task=LIMITED)
    assert isinstance(taken, Claim)
    return taken


def test_an_attempt_that_takes_too_long_fails_its_task(redis_world: RedisWorld) -> None:
    taken = adopt(redis_world)
    redis_world.advance(11_000)
    assert redis_world.store.renew([taken], lease_ms=LEASE_MS) == [Status.EXPIRED]
    assert redis_world.store.complete([succeeded(taken)]) == [Status.FAILED]


def test_the_next_attempt_has_all_of_its_time(redis_world: RedisWorld) -> None:
    message = CeleryMessage(tag="tag", message=b"{}")
    redis_world.redis.hset(keys.CLAIMS, "tag", "kritiq.normal\n{}")
    taken = redis_world.store.adopt(message, make_job(id="native"), REVIEW, lease_ms=LEASE_MS, task=LIMITED)
    assert isinstance(taken, Claim)
    redis_world.advance(11_000)
    assert redis_world.store.release([taken.tag]) == 1
    assert redis_world.redis.hget(keys.JOB("default", "native"), "limit_at") is None
    [again] = claim(redis_world.store)
    assert redis_world.store.renew([again], lease_ms=LEASE_MS) == [Status.RUNNING]


def test_an_attempt_of_a_stock_worker_is_limited_too(redis_world: RedisWorld) -> None:
    adopt(redis_world)
    redis_world.redis.zadd(keys.LIVE, {"native": redis_world.now() - 1})
    again = redis_world.store.take("default", "native", "another", lease_ms=LEASE_MS)
    assert again is not None
    redis_world.advance(11_000)
    assert redis_world.store.complete([succeeded(again)]) == [Status.FAILED]


def test_a_deadline_before_the_limit_is_told(redis_world: RedisWorld) -> None:
    taken = adopt(redis_world, deadline_at=redis_world.now() + 5_000)
    redis_world.advance(6_000)
    assert redis_world.store.renew([taken], lease_ms=LEASE_MS) == [Status.EXPIRED]


def test_a_worker_that_has_nothing_to_do_writes_nothing(redis_world: RedisWorld) -> None:
    adopt(redis_world)
    claim(redis_world.store)
    before = redis_world.redis.info("persistence")["rdb_changes_since_last_save"]
    claim(redis_world.store)
    assert redis_world.redis.info("persistence")["rdb_changes_since_last_save"] == before
