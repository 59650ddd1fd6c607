"""Webhook deliveries and their endpoints."""

from tests.support.post import TENANT, Post
from tests.support.worlds import RedisWorld
from tests.unit.store.full_memory.steps import Scenario, Steps


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


#: By script.
GOES_ON: dict[str, list[Scenario]] = {
    "delivery/delete_endpoint": [delete_an_endpoint], "delivery/lease": [lease_a_delivery],
    "delivery/record": [record_a_delivery],
}  # fmt: skip
