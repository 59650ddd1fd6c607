"""Revoking tasks by remote control, as far as it can be seen from beside the worker."""

from types import SimpleNamespace
from typing import Any

import pytest
import redis

from tests.support.factories import create, make_settings
from tests.support.redis_server import RedisServer
from tests.support.worlds import RedisWorld
from worker.app import create_app
from worker.control import revoke
from worker.control.state import ids_of

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


@pytest.mark.parametrize("odd", [7, None, b"7"])
def test_an_id_that_is_no_text_keeps_no_other_from_being_revoked(
    redis_world: RedisWorld, redis_server: RedisServer, odd: Any
) -> None:
    state = SimpleNamespace(app=create_app(make_settings(redis_url=redis_server.url)), hostname="worker@test")
    job = create(redis_world.store)
    revoke.revoke(state, [odd, job.task_id])
    assert redis_world.store.get(job.tenant, job.id).job.status.value == "canceled"


def test_one_id_several_and_none_are_ids() -> None:
    assert [ids_of(given) for given in ("7", 7, ["a", 7], ("a",), [], None)] == [
        ["7"], ["7"], ["a", "7"], ["a"], [], [],
    ]  # fmt: skip
