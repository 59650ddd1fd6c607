"""A scenario of a full memory: it prepares, yields while memory becomes full, and does its call."""

from collections.abc import Callable, Iterator

from jobs.celery_task import CeleryMessage
from jobs.job import Claim
from tests.support.factories import LEASE_MS, claim, create
from tests.support.worlds import RedisWorld

Steps = Iterator[None]
Scenario = Callable[[RedisWorld], Steps]


def claimed(world: RedisWorld, lease_ms: int = LEASE_MS) -> Claim:
    create(world.store)
    [taken] = claim(world.store, lease_ms=lease_ms)
    return taken


def native(world: RedisWorld) -> CeleryMessage:
    """What a Celery client sent, held by a worker."""
    world.send("native")
    [message] = world.store.claim(jobs=1, weight=1, lease_ms=LEASE_MS)
    assert isinstance(message, CeleryMessage)
    return message
