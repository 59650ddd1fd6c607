"""When all that was done is past its time, Redis holds nothing of it: no key grows for ever."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest

from jobs.batch import Batch
from jobs.celery_task import CeleryMessage, CeleryTask
from jobs.file import File
from jobs.job import Claim
from jobs.line import Line
from store import keys, webhook_keys
from store.batches import BatchStore
from store.files import FileStore
from store.packed_results import PackedResults
from tests.support.factories import LEASE_MS, REVIEW, claim, create, make_job, make_worker, succeeded
from tests.support.post import TENANT, Post
from tests.support.receiver_stub import ReceiverStub
from tests.support.worlds import RedisWorld

DAY_MS = 86_400_000
#: What stays for ever: totals. And, until Redis' file is written anew, that it may have what was deleted.
TOTALS = {
    keys.FLOW,
    keys.TENANT_FLOW(TENANT),
    keys.TENANT_FLOWS,
    keys.COUNTERS,
    webhook_keys.STATS,
    keys.METRICS,
    keys.ERASED,
}


def report(world: RedisWorld, name: str) -> None:
    """A process of each kind says that it is up."""
    world.store.report_worker(make_worker(name), alive_ms=10_000)
    world.store.report_reconciler(name, alive_ms=10_000)
    Post(world.redis).deliveries.report_deliverer(name, alive_ms=10_000)


def make_batch(world: RedisWorld, name: str, due_at: int | None = None) -> None:
    lines = [Line(number=1, custom_id=None, text=REVIEW, external_author="anna")]
    BatchStore(world.redis).create(Batch(id=name, due_at=due_at), lines, target=9, idempotency=name)


def a_worker_is_killed_with_its_job(world: RedisWorld) -> None:
    create(world.store)
    for _ in range(3):
        claim(world.store, lease_ms=1_000)
        world.advance(2_000)
        world.store.sweep()
    assert len(world.store.dead(TENANT)) == 1


def _broken() -> Iterator[Line]:
    yield from (Line(number=number, text=REVIEW) for number in range(1, 4))
    raise RuntimeError


def jobs_and_batches_end_in_every_way(world: RedisWorld) -> None:
    store, batches = world.store, BatchStore(world.redis)
    a_worker_is_killed_with_its_job(world)
    for name in ("batch_called_off", "batch_deleted", "batch_done"):
        make_batch(world, name)
    make_batch(world, "batch_later", due_at=world.now() + 60_000)
    lines = [Line(number=1, text=REVIEW, external_author="anna")]
    batches.create_in_parts(Batch(id="batch_of_a_file"), lines, target=9)
    with suppress(RuntimeError):
        batches.create_in_parts(Batch(id="batch_that_came_to_nothing"), _broken(), target=1)
    for name in ("file_deleted", "file_kept"):
        FileStore(world.redis).create(File(id=name), [b"{}"], told=lambda: ("", DAY_MS), budget=9)
    FileStore(world.redis).delete(TENANT, "file_deleted")
    batches.cancel(TENANT, "batch_called_off")
    batches.delete(TENANT, "batch_deleted")
    store.cancel(TENANT, create(store).id)
    store.delete(TENANT, create(store).id)
    create(store, deadline_at=world.now() + 1_000)
    create(store, restaurant="Adler", external_author="anna", day="2026-11-28", webhook="http://127.0.0.1:9/once")
    world.advance(120_000)
    store.reconcile()
    store.complete(
        [
            replace(succeeded(taken), good=1, tally={"adler": {"2026-11-28": {"food|positive": 1}}})
            for taken in claim(store)
        ]
    )
    assert {batches.get(TENANT, name).status.terminal for name in ("batch_done", "batch_later")} == {True}


def a_celery_client_is_served(world: RedisWorld) -> None:
    store = world.store
    world.send("sent")
    [message] = store.claim(jobs=1, weight=1, lease_ms=LEASE_MS)
    assert isinstance(message, CeleryMessage)
    task = CeleryTask(request=b"{}", ignored=True)
    taken = store.adopt(message, make_job(id="sent"), REVIEW, lease_ms=LEASE_MS, task=task)
    assert isinstance(taken, Claim)
    store.complete([succeeded(taken)])
    store.followed_up(store.follow_ups(most=10, lease_ms=LEASE_MS))
    store.count({"batches": 1})
    store.revoke(["some-task"], for_ms=DAY_MS)
    store.revoke_stamps(["some-stamp"], for_ms=DAY_MS)


def test_when_all_is_past_its_time_only_totals_and_what_lives_are_there(
    redis_world: RedisWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    ReceiverStub().install(monkeypatch)
    post = Post(redis_world.redis)
    post.endpoints.rotate_once(TENANT, grace_s=1)
    endpoint = post.endpoint()
    report(redis_world, "killed")
    jobs_and_batches_end_in_every_way(redis_world)
    a_celery_client_is_served(redis_world)
    post.turn()
    for days in (6, 40):
        redis_world.advance(days * DAY_MS)
        while redis_world.store.reconcile().purged:
            pass
        PackedResults(redis_world.redis, lambda: True, after_s=3600).pack()
    report(redis_world, "new")
    post.deliveries.wait(0.01)

    client = redis_world.redis
    endpoints = {webhook_keys.ENDPOINT(TENANT, name) for name in (endpoint.id, "once")}
    endpoints |= {webhook_keys.ENDPOINTS(TENANT), webhook_keys.ENDPOINT_IDS(TENANT)}
    processes = {keys.WORKERS, keys.RECONCILERS, keys.DELIVERERS, keys.WORKER_INFO, keys.WORKER_MODELS}
    used = {key.decode() for key in client.scan_iter(keys.USAGE(TENANT, "*"))}
    assert all(client.pttl(key) > 0 for key in used), "usage is kept for thirteen months"
    assert {key.decode() for key in client.scan_iter()} == TOTALS | endpoints | processes | used
    assert [client.zrange(up, 0, -1) for up in (keys.WORKERS, keys.RECONCILERS, keys.DELIVERERS)] == [[b"new"]] * 3
    assert client.hkeys(keys.WORKER_INFO) == [b"new"]
    assert client.hkeys(keys.WORKER_MODELS) == [b"new"]
