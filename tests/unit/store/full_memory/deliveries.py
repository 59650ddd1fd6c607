"""Webhook deliveries and their endpoints."""

from jobs.budgets import Kept
from store import webhook_keys
from tests.support.post import TENANT, Post
from tests.support.worlds import RedisWorld
from tests.unit.store.full_memory.steps import Scenario, Steps
from webhooks.delivery import Verdict


def delete_an_endpoint(world: RedisWorld) -> Steps:
    post = Post(world.redis)
    endpoint = post.endpoint()
    yield
    post.endpoints.delete(TENANT, endpoint.id)


def lease_a_delivery(world: RedisWorld) -> Steps:
    post = Post(world.redis)
    post.endpoint()
    post.end_job()
    yield
    assert len(post.lease()) == 1


def record_a_delivery(world: RedisWorld) -> Steps:
    post = Post(world.redis)
    endpoint = post.endpoint()
    job = post.end_job()
    [lease] = post.lease()
    yield
    post.deliverer.deliver(lease)
    assert post.of(job, endpoint).attempts == 1


def forget_a_delivery(world: RedisWorld) -> Steps:
    post = Post(world.redis)
    post.endpoint()
    post.end_job()
    [lease] = post.lease()
    post.deliveries.record(lease, Verdict.SUCCEEDED, attempt=None)
    yield
    assert world.store.relieve() == {Kept.DELIVERY_LOG: 1}
    assert post.all() == []


def forget_a_delivery_that_ended_under_an_older_release(world: RedisWorld) -> Steps:
    forgotten = forget_a_delivery(world)
    next(forgotten)
    world.redis.delete(webhook_keys.ENDED_DELIVERIES)
    yield
    next(forgotten, None)


#: By script.
GOES_ON: dict[str, list[Scenario]] = {
    "delivery/delete_endpoint": [delete_an_endpoint], "delivery/lease": [lease_a_delivery],
    "delivery/record": [record_a_delivery], "delivery/forget": [forget_a_delivery],
    "delivery/index_ended": [forget_a_delivery_that_ended_under_an_older_release],
}  # fmt: skip
