"""While Redis' memory is full nothing new is accepted, and whatever ends, frees or keeps something goes on.

A scenario for each script that must go on: it prepares, yields while memory becomes full, and does its call.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from access.api_key import ApiKey
from access.digests import TokenDigests
from access.scope import Scope
from jobs.batch import Batch, BatchStatus
from jobs.celery_task import CeleryMessage, CeleryTask
from jobs.errors import Unavailable
from jobs.job import Claim, Status
from jobs.line import Line
from jobs.request import Priority
from jobs.store import Reconciled
from model.runtime.judgement import SentenceJudgement
from store import api_keys, keys
from store.api_keys import ApiKeyStore, issue
from store.batches import BatchStore
from store.rejects import RejectStore
from tests.support.factories import LEASE_MS, REVIEW, claim, create, make_job, make_worker, succeeded
from tests.support.post import TENANT, Post
from tests.support.worlds import RedisWorld
from tests.unit.store.test_keys import SCRIPTS
from worker.predict.sentence_cache import RedisCache

Steps = Iterator[None]


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


def batch(world: RedisWorld) -> BatchStore:
    batches = BatchStore(world.redis)
    batches.create(Batch(id="batch_1"), [Line(number=1, custom_id=None, text=REVIEW)], target=9)
    return batches


def status(world: RedisWorld, job_id: str) -> Status:
    return world.store.get(TENANT, job_id).job.status


def cancel_a_batch(world: RedisWorld) -> Steps:
    batches = batch(world)
    yield
    assert batches.cancel(TENANT, "batch_1").status is BatchStatus.CANCELED


def delete_a_batch(world: RedisWorld) -> Steps:
    batches = batch(world)
    yield
    batches.delete(TENANT, "batch_1")


def adopt(world: RedisWorld) -> Steps:
    message = native(world)
    yield
    assert world.store.adopt(message, make_job(id="native"), REVIEW, lease_ms=LEASE_MS) is not None


def cancel(world: RedisWorld) -> Steps:
    job = create(world.store)
    yield
    assert world.store.cancel(TENANT, job.id).job.status is Status.CANCELED


def claim_what_waits(world: RedisWorld) -> Steps:
    create(world.store)
    yield
    assert len(claim(world.store)) == 1


def claim_what_is_due(world: RedisWorld) -> Steps:
    """A chunk of a scheduled batch, with which the batch begins."""
    batches = BatchStore(world.redis)
    later = Batch(id="batch_1", due_at=world.now() + 60_000)
    batches.create(later, [Line(number=1, custom_id=None, text=REVIEW)], target=9)
    world.advance(120_000)
    yield
    assert len(claim(world.store)) == 1
    assert batches.get(TENANT, "batch_1").status is BatchStatus.RUNNING


def complete(world: RedisWorld) -> Steps:
    taken = claimed(world)
    yield
    assert world.store.complete([succeeded(taken)]) == [Status.SUCCEEDED]


def delete(world: RedisWorld) -> Steps:
    job = create(world.store)
    yield
    world.store.delete(TENANT, job.id)
    assert world.store.backlog().waiting_jobs[Priority.NORMAL] == 0


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


def mark_a_line(world: RedisWorld) -> Steps:
    taken = claimed(world)
    yield
    world.store.mark_line(taken, 1)
    assert world.redis.hget(keys.JOB(TENANT, taken.id), "judging") == b"1"


def put_rejects_back(world: RedisWorld) -> Steps:
    world.redis.lpush("kritiq.normal", "garbage")
    claim(world.store)
    yield
    assert RejectStore(world.redis).put_back([1]) == [1]


def reconcile(world: RedisWorld) -> Steps:
    job = create(world.store, deadline_at=world.now() + 1_000)
    world.advance(2_000)
    yield
    assert world.store.reconcile() == Reconciled(expired=1)
    assert status(world, job.id) is Status.EXPIRED


def reject(world: RedisWorld) -> Steps:
    message = native(world)
    yield
    world.store.reject(message)
    assert len(RejectStore(world.redis).all()) == 1


def release(world: RedisWorld) -> Steps:
    taken = claimed(world)
    yield
    assert world.store.release([taken.tag]) == 1


def renew(world: RedisWorld) -> Steps:
    taken = claimed(world)
    yield
    assert world.store.renew([taken], lease_ms=2 * LEASE_MS) == [Status.RUNNING]


def revive(world: RedisWorld) -> Steps:
    job = create(world.store)
    world.redis.delete("kritiq.normal")
    claim(world.store)
    world.advance(120_000)
    yield
    assert world.store.reconcile() == Reconciled(requeued=1)
    assert [taken.id for taken in claim(world.store)] == [job.id]


def report(world: RedisWorld) -> Steps:
    yield
    world.store.report_worker(make_worker(), alive_ms=60_000)
    assert world.store.workers() == [make_worker()]


def count(world: RedisWorld) -> Steps:
    yield
    world.store.count({"batches": 2})
    assert world.store.counters() == {"batches": 2}


def revoke(world: RedisWorld) -> Steps:
    yield
    world.store.revoke(["task"], for_ms=60_000)
    world.store.revoke_stamps(["stamp"], for_ms=60_000)
    assert (world.store.revoked(), world.store.stamps_revoked(["stamp"])) == (["task"], True)


def sweep(world: RedisWorld) -> Steps:
    claimed(world, lease_ms=1_000)
    world.advance(2_000)
    yield
    assert world.store.sweep() == (1, 0)


def take(world: RedisWorld) -> Steps:
    job = create(world.store)
    yield
    assert world.store.take(TENANT, job.id, "tag", lease_ms=LEASE_MS) is not None


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


def drop(world: RedisWorld) -> Steps:
    message = native(world)
    yield
    world.store.drop(message)
    assert world.redis.zcard(keys.LEASES) == 0


def remembering(world: RedisWorld) -> RedisCache:
    cache = RedisCache(world.redis, model_digest="d", method="m", ttl_s=60, most=9)
    cache.remember({REVIEW: SentenceJudgement(labels=(1,), confidences=(0.5,), scores=(0.5,))})
    return cache


def look_up_a_judgement(world: RedisWorld) -> Steps:
    cache = remembering(world)
    yield
    assert cache.look_up([REVIEW]).keys() == {0}


def forget_judgements(world: RedisWorld) -> Steps:
    remembering(world)
    yield
    assert world.store.relieve() == 1
    assert not world.redis.exists(keys.CACHE_USES)


def end_an_api_key(world: RedisWorld) -> Steps:
    access = ApiKeyStore(world.redis)
    digests = TokenDigests(["k" * 32])
    key, _ = issue(access, digests, ApiKey(id="", tenant=TENANT, scopes=(Scope.ADMIN,)))
    yield
    access.touch(key)
    api_keys.renew(access, digests, key, grace_s=0)
    access.revoke(TENANT, key.id)
    assert access.get(TENANT, key.id).revoked_at is not None


#: By script; '' is none.
GOES_ON: dict[str, list[Callable[[RedisWorld], Steps]]] = {
    "batch/cancel": [cancel_a_batch], "batch/delete": [delete_a_batch], "job/adopt": [adopt], "job/cancel": [cancel],
    "job/claim": [claim_what_waits, claim_what_is_due], "job/complete": [complete], "job/delete": [delete],
    "job/follow_up": [follow_up], "job/followed_up": [follow_up], "job/mark_line": [mark_a_line],
    "job/put_back": [put_rejects_back],
    "job/reconcile": [reconcile], "job/reject": [reject], "job/release": [release], "job/renew": [renew],
    "job/revive": [revive], "job/sweep": [sweep], "job/report": [report], "job/count": [count], "job/revoke": [revoke],
    "job/take": [take], "delivery/delete_endpoint": [delete_an_endpoint],
    "cache/look_up": [look_up_a_judgement], "cache/forget": [forget_judgements],
    "access/touch_key": [end_an_api_key], "access/rotate_key": [end_an_api_key], "access/revoke_key": [end_an_api_key],
    "": [drop],
    "delivery/lease": [lease_a_delivery], "delivery/record": [record_a_delivery],
}  # fmt: skip
#: What makes something new, which is refused, and what only reads.
NEW = {
    "access/create_key",
    "cache/remember",
    "job/create",
    "batch/create",
    "delivery/ping",
    "delivery/put_endpoint",
    "delivery/recover",
    "delivery/replay",
}
READS = {"delivery/snapshot", "job/overview", "job/place"}


def test_of_every_script_it_is_known_whether_it_goes_on() -> None:
    assert GOES_ON.keys() | NEW | READS == {*SCRIPTS, ""}


@pytest.mark.parametrize("scenario", list(dict.fromkeys(each for found in GOES_ON.values() for each in found)))
def test_what_ends_frees_or_keeps_something_goes_on(
    redis_world: RedisWorld, scenario: Callable[[RedisWorld], Steps]
) -> None:
    steps = scenario(redis_world)
    next(steps)
    redis_world.redis.config_set("maxmemory", 1)
    try:
        assert next(steps, "done") == "done"
    finally:
        redis_world.redis.config_set("maxmemory", 0)


def test_nothing_new_is_accepted_and_nothing_of_it_is_kept(redis_world: RedisWorld) -> None:
    post, batches = Post(redis_world.redis), BatchStore(redis_world.redis)
    endpoint = post.endpoint()
    before = set(redis_world.redis.scan_iter())
    calls: list[Callable[[], Any]] = [
        lambda: create(redis_world.store),
        lambda: batches.create(Batch(id="batch_1"), [Line(number=1, custom_id=None, text=REVIEW)], target=9),
        lambda: post.log.ping(TENANT, endpoint.id),
        lambda: post.endpoint(),
    ]
    redis_world.redis.config_set("maxmemory", 1)
    try:
        for call in calls:
            with pytest.raises(Unavailable):
                call()
    finally:
        redis_world.redis.config_set("maxmemory", 0)
    assert set(redis_world.redis.scan_iter()) == before
