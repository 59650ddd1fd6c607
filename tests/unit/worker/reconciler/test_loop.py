"""The reconciler: what lost workers held comes back, also when it dies, is doubled, or Redis goes away."""

import threading
from collections.abc import Mapping
from typing import Any

import pytest

from jobs.budgets import Budgets, Kept
from jobs.errors import Unavailable
from jobs.job import Status
from jobs.stored import Reconciled
from store import keys
from store.jobs import RedisStore
from tests.support.factories import claim, create
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for
from tests.support.worlds import RedisWorld
from worker.reconciler.loop import Reconciler


def live(world: RedisWorld) -> list[str]:
    """The reconcilers whose heartbeat has not expired."""
    names: Any = world.redis.zrangebyscore(keys.RECONCILERS, world.now(), "+inf")
    return [name.decode() for name in names]


def make_reconciler(store: RedisStore, name: str = "one") -> Reconciler:
    return Reconciler(store, name=name, strikes=3, every_s=0.01)


def lose_one(world: RedisWorld) -> str:
    job = create(world.store)
    claim(world.store, lease_ms=1_000)
    world.advance(2_000)
    return job.id


def test_a_round_takes_back_what_a_lost_worker_held(redis_world: RedisWorld) -> None:
    job_id = lose_one(redis_world)
    make_reconciler(redis_world.store).round()
    assert redis_world.store.get("default", job_id).job.status is Status.QUEUED


def test_a_round_does_more_than_one_call_holds(redis_world: RedisWorld) -> None:
    for _ in range(450):
        create(redis_world.store)
    claim(redis_world.store, jobs=450, weight=100_000, lease_ms=1_000)
    redis_world.advance(2_000)
    make_reconciler(redis_world.store).round()
    assert redis_world.store.backlog().waiting_jobs["normal"] == 450  # type: ignore[index]


def test_a_round_expires_all_that_is_too_late_behind_much_that_is_not(redis_world: RedisWorld) -> None:
    for _ in range(300):
        create(redis_world.store)
    late = create(redis_world.store, deadline_at=redis_world.now() + 70_000)
    redis_world.advance(80_000)
    make_reconciler(redis_world.store).round()
    assert redis_world.store.get("default", late.id).job.status is Status.EXPIRED


def test_a_message_that_was_lost_is_replaced(redis_world: RedisWorld) -> None:
    job = create(redis_world.store)
    redis_world.redis.delete("kritiq.normal")
    assert claim(redis_world.store) == []
    redis_world.advance(61_000)
    make_reconciler(redis_world.store).round()
    assert [taken.id for taken in claim(redis_world.store)] == [job.id]


def test_two_at_once_do_everything_once(redis_world: RedisWorld) -> None:
    ids = [lose_one(redis_world) for _ in range(20)]
    both = [threading.Thread(target=make_reconciler(redis_world.store, name).round) for name in ("one", "two")]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    taken = [claim(redis_world.store)[0].id for _ in ids]
    assert sorted(taken) == sorted(ids)
    assert claim(redis_world.store) == []
    assert all(redis_world.store.get("default", job_id).job.attempt == 2 for job_id in ids)


def test_it_says_that_it_lives_and_signs_off(redis_world: RedisWorld) -> None:
    reconciler = make_reconciler(redis_world.store)
    thread = threading.Thread(target=reconciler.run)
    thread.start()
    wait_for(lambda: live(redis_world) == ["one"], "a heartbeat")
    reconciler.stop()
    thread.join()
    assert live(redis_world) == []


class AwayStore:
    """A store that is away for the first calls."""

    def __init__(self, away: int) -> None:
        self._away = away
        self.swept = threading.Event()

    def sweep(self, *, strikes: int = 3, most: int = 100, quiet_ms: int = 0) -> tuple[int, int]:
        self._away -= 1
        if self._away >= 0:
            raise Unavailable
        self.swept.set()
        return 0, 0

    def reconcile(self, *, strikes: int = 3, most: int = 100) -> Reconciled:
        return Reconciled()

    def relieve(self, budgets: Budgets | None = None) -> Mapping[Kept, int]:
        return {}

    def report_reconciler(self, name: str, *, alive_ms: int) -> None:
        return


def test_it_goes_on_when_the_store_is_back() -> None:
    store = AwayStore(away=3)
    reconciler = Reconciler(store, name="one", strikes=3, every_s=0.01)
    thread = threading.Thread(target=reconciler.run)
    thread.start()
    assert store.swept.wait(30)
    reconciler.stop()
    thread.join()


@pytest.mark.integration
def test_redis_may_restart_under_it() -> None:
    server = RedisServer().start()
    try:
        with server.client() as client:
            world = RedisWorld(client)
            reconciler = make_reconciler(world.store)
            thread = threading.Thread(target=reconciler.run)
            thread.start()
            server.stop()
            server.start()
            job_id = lose_one(world)
            wait_for(lambda: world.store.get("default", job_id).job.status is Status.QUEUED, "the job waits again")
            reconciler.stop()
            thread.join()
    finally:
        server.close()
