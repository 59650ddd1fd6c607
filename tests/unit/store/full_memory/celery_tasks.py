"""What Celery clients sent, what follows their tasks, and what nobody can read."""

from pathlib import Path
from tempfile import TemporaryDirectory

from jobs.celery_task import CeleryTask
from jobs.job import Claim
from store import keys, queues
from store.connection import Client
from store.leftovers import Leftovers
from store.packed_results import PackedResults
from store.plain_results import PlainResults
from store.recalled_results import RecalledResults
from store.rejects import RejectStore
from store.results import success_meta
from tests.support.factories import LEASE_MS, REVIEW, claim, create, make_job, succeeded, work_off
from tests.support.sent_messages import read_whole, sent_message
from tests.support.text_keys import make_folder, sealing_of
from tests.support.worlds import RedisWorld
from tests.unit.store.full_memory.steps import Scenario, Steps, native

#: A message is dropped without a script.
NO_SCRIPT = ""


def follow_up(world: RedisWorld) -> Steps:
    task = CeleryTask(request=b"{}")
    taken = world.store.adopt(native(world), make_job(id="native"), REVIEW, lease_ms=LEASE_MS, task=task)
    assert isinstance(taken, Claim)
    world.store.complete([succeeded(taken)])
    yield
    found = world.store.follow_ups(most=1, lease_ms=LEASE_MS)
    assert [each.id for each in found] == ["native"]
    world.store.followed_up(found)
    assert world.redis.zcard(keys.FOLLOW_UPS) == 0


def gather(world: RedisWorld) -> Steps:
    world.redis.lpush("celery:1", "first")
    world.redis.lpush("celery:1", "second")
    world.redis.lpush("celery:5", "third")
    world.redis.set("celery:2", "no list")
    yield
    assert world.store.gather(most=2) == 2
    assert world.redis.lrange("celery", 0, -1) == [b"second", b"first"]
    assert (world.store.gather(most=2), world.store.gather(most=2)) == (1, 0)
    assert world.redis.lrange(queues.with_priority("celery", 3), 0, -1) == [b"third"]


def tell_monitors(world: RedisWorld) -> Steps:
    job = create(world.store)
    yield
    world.store.cancel("default", job.id)
    assert [end.task for end in world.store.untold(most=1)] == [job.id]


def put_rejects_back(world: RedisWorld) -> Steps:
    world.redis.lpush("kritiq.normal", "garbage")
    claim(world.store)
    yield
    assert RejectStore(world.redis).put_back([1]) == [1]


def forget_rejects(world: RedisWorld) -> Steps:
    world.redis.lpush("kritiq.normal", "garbage")
    claim(world.store)
    yield
    assert Leftovers(world.redis).forget_rejects(after_s=0) == 1


def reject(world: RedisWorld) -> Steps:
    message = native(world)
    yield
    world.store.reject(message)
    assert len(RejectStore(world.redis).all()) == 1


def encrypt_a_result(world: RedisWorld) -> Steps:
    client, name = Client(connection_pool=world.redis.connection_pool), keys.RESULT("native")
    with TemporaryDirectory() as path:
        client.sealing = sealing_of(make_folder(Path(path) / "keys"))
        client.set(name, success_meta("native", b'{"a":1}'))
        client.zadd(keys.PLAIN_RESULTS, {"native": 0})
        yield
        assert PlainResults(client, after_s=0).seal() == 1
    assert b"sealed1:" in (client.get(name) or b"")


def pack_a_result(world: RedisWorld) -> Steps:
    create(world.store, id="over-http")
    work_off(world.store)
    yield
    assert PackedResults(world.redis, lambda: True, after_s=0).pack() == 1
    assert not world.redis.exists(keys.RESULT("over-http"))


def recall_a_result(world: RedisWorld) -> Steps:
    create(world.store, id="over-http")
    work_off(world.store)
    PackedResults(world.redis, lambda: True, after_s=0).pack()
    with world.redis.pubsub() as listening:
        listening.subscribe(keys.RESULT("over-http"))
        listening.get_message(timeout=5)
        yield
        assert RecalledResults(world.redis, for_s=60).recall() == 1
    assert world.redis.exists(keys.RESULT("over-http"))


def revoke(world: RedisWorld) -> Steps:
    yield
    world.store.revoke(["task"], for_ms=60_000)
    world.store.revoke_stamps(["stamp"], for_ms=60_000)
    assert (world.store.revoked(), world.store.stamps_revoked(["stamp"])) == (["task"], True)


def drop(world: RedisWorld) -> Steps:
    message = native(world)
    yield
    world.store.drop(message)
    assert world.redis.zcard(keys.LEASES) == 0


def delete_what_nobody_took(world: RedisWorld) -> Steps:
    world.redis.lpush(queues.CELERY_QUEUE, sent_message("untaken", REVIEW))
    yield
    assert world.store.delete_untaken("default", "untaken", lambda restaurant: True)
    [left] = world.redis.lrange(queues.CELERY_QUEUE, 0, -1)  # type: ignore[misc]
    assert REVIEW not in read_whole(left)


#: By script.
GOES_ON: dict[str, list[Scenario]] = {
    "job/follow_up": [follow_up], "job/followed_up": [follow_up], "job/untold": [tell_monitors],
    "job/gather": [gather], "job/blank": [delete_what_nobody_took],
    "job/put_back": [put_rejects_back],
    "job/forget_rejects": [forget_rejects],
    "job/reject": [reject], "job/revoke": [revoke], "job/seal_result": [encrypt_a_result],
    "job/pack_results": [pack_a_result], "job/recall_results": [recall_a_result], NO_SCRIPT: [drop],
}  # fmt: skip
