"""The recount of the queues' totals, which the state machines hold against what the totals say, sees what is wrong."""

import pytest

from store import keys
from tests.support.accounting import recount, totals
from tests.support.worlds import RedisWorld


@pytest.mark.parametrize("name", ["held", "scheduled", "jobs_scheduled", "in:kritiq.normal", "jobs_in:kritiq.bulk"])
@pytest.mark.parametrize("drift", [-1, 1])
def test_a_total_that_drifted_either_way_is_seen(redis_world: RedisWorld, name: str, drift: int) -> None:
    assert totals(redis_world.redis) == recount(redis_world.redis)
    redis_world.redis.hincrby(keys.FLOW, name, drift)
    assert totals(redis_world.redis) != recount(redis_world.redis)
