"""Revoking tasks by remote control, as far as it can be seen from beside the worker."""

from types import SimpleNamespace

import pytest
import redis

from tests.support.factories import create, make_settings
from tests.support.redis_server import RedisServer
from tests.support.worlds import RedisWorld
from worker.app import create_app
from worker.control import revoke

pytestmark = pytest.mark.integration


def connections_made(client: redis.Redis) -> int:
    return int(client.info("stats")["total_connections_received"])


def test_revoking_many_tasks_opens_no_connection_for_each(redis_world: RedisWorld, redis_server: RedisServer) -> None:
    app = create_app(make_settings(redis_url=redis_server.url))
    state = SimpleNamespace(app=app, hostname="worker@test")
    jobs = [create(redis_world.store) for _ in range(20)]
    revoke.revoke(state, jobs[0].task_id)
    before = connections_made(redis_world.redis)
    revoke.revoke(state, [job.task_id for job in jobs])
    # Others on this Redis may come back to it meanwhile.
    assert connections_made(redis_world.redis) - before < len(jobs)
    assert {redis_world.store.get(job.tenant, job.id).job.status.value for job in jobs} == {"canceled"}
