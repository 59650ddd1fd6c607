"""What waits costs the reconciler nothing; what lost its message is found by the mark that its queue has passed."""

from typing import Any

import pytest

from jobs.job import Status
from store import keys
from tests.support.factories import claim, create, work_off
from tests.support.worlds import RedisWorld

pytestmark = pytest.mark.integration

NORMAL = "kritiq.normal"
MINUTE_MS = 60_000


def marks(world: RedisWorld, tenant: str = "default") -> list[bytes]:
    found: Any = world.redis.zrange(keys.MARKS(tenant, NORMAL), 0, -1)
    return list(found)


def changes(world: RedisWorld) -> int:
    about: Any = world.redis.info("persistence")
    return int(about["rdb_changes_since_last_save"])


def lose_messages(world: RedisWorld) -> None:
    """All of them, and a worker finds the queue empty."""
    for key in (NORMAL, keys.WAITING("acme", NORMAL), keys.TURNS(NORMAL), keys.TURN(NORMAL)):
        world.redis.delete(key)
    assert claim(world.store) == []


def test_jobs_that_wait_for_hours_are_looked_at_by_nobody(redis_world: RedisWorld) -> None:
    for _ in range(5):
        create(redis_world.store)
    redis_world.advance(3 * 60 * MINUTE_MS)
    before = changes(redis_world)
    for _ in range(3):
        assert redis_world.store.reconcile().requeued == 0
    assert changes(redis_world) == before


@pytest.mark.parametrize("tenant", ["default", "acme"])
def test_a_lost_message_is_replaced_after_a_minute(redis_world: RedisWorld, tenant: str) -> None:
    job = create(redis_world.store, tenant=tenant)
    lose_messages(redis_world)
    assert redis_world.store.reconcile().requeued == 0, "a stock worker may have it in its hand"
    redis_world.advance(MINUTE_MS)
    assert redis_world.store.reconcile().requeued == 1
    work_off(redis_world.store)
    assert redis_world.store.get(tenant, job.id).job.status is Status.SUCCEEDED


def test_with_many_organisations_each_has_its_turn(redis_world: RedisWorld) -> None:
    for number in range(120):
        create(redis_world.store, tenant=f"t{number:03}")
    redis_world.redis.delete(NORMAL, keys.TURNS(NORMAL), keys.TURN(NORMAL))
    for number in range(120):
        redis_world.redis.delete(keys.WAITING(f"t{number:03}", NORMAL))
    redis_world.redis.hset(keys.FLOW, f"apart:{NORMAL}", 0)
    assert claim(redis_world.store) == []
    redis_world.advance(MINUTE_MS)
    assert [redis_world.store.reconcile().requeued for _ in range(4)] == [50, 50, 20, 0]


def test_a_job_that_was_stored_before_there_were_marks_is_found_as_well(redis_world: RedisWorld) -> None:
    job = create(redis_world.store)
    redis_world.redis.delete(keys.MARKS("default", NORMAL))
    redis_world.redis.zadd(keys.LIVE, {job.task_id: redis_world.now()})
    lose_messages(redis_world)
    redis_world.advance(MINUTE_MS)
    redis_world.store.reconcile()
    assert redis_world.store.reconcile().requeued == 1


def test_nothing_is_left_of_a_mark_when_its_job_has_begun_or_ended(redis_world: RedisWorld) -> None:
    first, second, third = (create(redis_world.store) for _ in range(3))
    redis_world.store.cancel("default", first.id)
    redis_world.store.delete("default", second.id)
    assert marks(redis_world) == [third.id.encode()]
    work_off(redis_world.store)
    assert not redis_world.redis.exists(keys.MARKS("default", NORMAL))
