"""Claims live by being renewed; what a dead worker held comes back, and a job that kills workers is stopped."""

import pytest

from jobs.celery_task import CeleryMessage
from jobs.job import Status
from jobs.request import Priority
from jobs.store import JobStore
from jobs.stored import Reconciled
from tests.support.factories import LEASE_MS, claim, create, make_job, make_worker, succeeded
from tests.support.worlds import RedisWorld, World


def test_a_claim_within_its_lease_is_left_alone(world: World) -> None:
    create(world.store)
    claim(world.store, lease_ms=60_000)
    world.advance(30_000)
    assert world.store.sweep() == (0, 0)


def test_a_claim_past_its_lease_waits_again_as_the_next_attempt(world: World) -> None:
    job = create(world.store)
    claim(world.store, lease_ms=1_000)
    world.advance(2_000)
    assert world.store.sweep() == (1, 0)
    now = world.store.get("default", job.id).job
    assert (now.status, now.attempt, now.version) == (Status.QUEUED, 2, 3)
    [again] = claim(world.store)
    assert (again.id, again.attempt) == (job.id, 2)
    assert world.store.complete([succeeded(again)]) == [Status.SUCCEEDED]


def test_a_renewed_claim_lives_on(world: World) -> None:
    create(world.store)
    [taken] = claim(world.store, lease_ms=60_000)
    for _ in range(3):
        world.advance(40_000)
        assert world.store.renew([taken], lease_ms=60_000) == [Status.RUNNING]
        assert world.store.sweep() == (0, 0)
    assert world.store.complete([succeeded(taken)]) == [Status.SUCCEEDED]


def test_renewing_says_what_was_called_off(store: JobStore) -> None:
    stays, goes = create(store), create(store)
    taken = claim(store)
    store.cancel("default", goes.id)
    assert [one.id for one in taken] == [stays.id, goes.id]
    assert store.renew(taken, lease_ms=LEASE_MS) == [Status.RUNNING, Status.CANCELED]


def test_renewing_changes_no_version(store: JobStore) -> None:
    job = create(store)
    taken = claim(store)
    before = store.get("default", job.id)
    store.renew(taken, lease_ms=LEASE_MS)
    assert store.get("default", job.id) == before


def test_released_claims_wait_again_at_the_head(store: JobStore) -> None:
    first, second = create(store), create(store)
    [taken] = claim(store, jobs=1)
    assert store.release([taken.tag]) == 1
    assert [one.id for one in claim(store)] == [first.id, second.id]
    assert store.get("default", first.id).job.attempt == 2


def test_releasing_twice_hands_back_once(store: JobStore) -> None:
    create(store)
    [taken] = claim(store)
    assert store.release([taken.tag, taken.tag]) == 1
    assert store.release([taken.tag]) == 0
    assert len(claim(store)) == 1


def test_releasing_an_unknown_claim_is_nothing(store: JobStore) -> None:
    assert store.release(["no such tag"]) == 0


def test_who_hands_back_cannot_complete_any_more(store: JobStore) -> None:
    job = create(store)
    [taken] = claim(store)
    store.release([taken.tag])
    assert store.complete([succeeded(taken)]) == [None]
    assert store.get("default", job.id).job.status is Status.QUEUED


def test_what_comes_back_is_counted_as_waiting(world: World) -> None:
    create(world.store, weight=5)
    claim(world.store, lease_ms=1_000)
    world.advance(2_000)
    world.store.sweep()
    backlog = world.store.backlog()
    assert (backlog.waiting[Priority.NORMAL], backlog.waiting_jobs[Priority.NORMAL], backlog.running) == (5, 1, 0)


def test_what_comes_back_keeps_its_priority(world: World) -> None:
    bulk = create(world.store, priority=Priority.BULK)
    claim(world.store, lease_ms=1_000)
    world.advance(2_000)
    world.store.sweep()
    normal = create(world.store)
    assert [one.id for one in claim(world.store)] == [normal.id]
    assert [one.id for one in claim(world.store)] == [bulk.id]


@pytest.mark.parametrize("strikes", [1, 2, 3])
def test_a_job_that_cost_so_many_workers_is_failed(world: World, strikes: int) -> None:
    job = create(world.store)
    for number in range(1, strikes + 1):
        assert len(claim(world.store, lease_ms=1_000)) == 1
        world.advance(2_000)
        assert world.store.sweep(strikes=strikes) == ((0, 1) if number == strikes else (1, 0))
    now = world.store.get("default", job.id).job
    assert (now.status, now.attempt) == (Status.FAILED, strikes)
    assert now.error is not None
    assert now.error.code == "worker_lost"
    assert str(strikes) in now.error.message
    assert claim(world.store) == []


def test_being_handed_back_is_no_strike(world: World) -> None:
    create(world.store)
    for _ in range(5):
        [taken] = claim(world.store, lease_ms=1_000)
        world.store.release([taken.tag])
    claim(world.store, lease_ms=1_000)
    world.advance(2_000)
    assert world.store.sweep(strikes=2) == (1, 0)


def test_the_neighbours_of_a_killer_survive(world: World) -> None:
    ids = [create(world.store).id for _ in range(3)]
    claim(world.store, lease_ms=1_000)
    world.advance(2_000)
    assert world.store.sweep() == (3, 0)
    seen: list[str] = []
    for _ in range(3):
        [taken] = claim(world.store, lease_ms=LEASE_MS)
        seen.append(taken.id)
        world.store.complete([succeeded(taken)])
    assert sorted(seen) == sorted(ids)


def test_a_lost_job_that_was_called_off_is_canceled(world: World) -> None:
    job = create(world.store)
    claim(world.store, lease_ms=1_000)
    world.store.cancel("default", job.id)
    world.advance(2_000)
    assert world.store.sweep() == (0, 0)
    assert world.store.get("default", job.id).job.status is Status.CANCELED
    assert world.store.backlog().running == 0


def test_what_is_handed_back_after_it_was_called_off_is_canceled(world: World) -> None:
    job = create(world.store)
    [taken] = claim(world.store)
    world.store.cancel("default", job.id)
    assert world.store.release([taken.tag]) == 0
    assert world.store.get("default", job.id).job.status is Status.CANCELED
    assert claim(world.store) == []
    assert world.store.backlog().running == 0


def test_a_taken_job_that_was_called_off_and_lost_is_canceled(world: World) -> None:
    job = create(world.store)
    world.store.take("default", job.id, "first", lease_ms=1_000)
    world.store.cancel("default", job.id)
    world.advance(2_000)
    assert world.store.take("default", job.id, "second", lease_ms=LEASE_MS) is None
    assert world.store.get("default", job.id).job.status is Status.CANCELED
    assert world.store.backlog().running == 0


def test_a_sweep_takes_no_more_than_asked(world: World) -> None:
    for _ in range(5):
        create(world.store)
    claim(world.store, lease_ms=1_000)
    world.advance(2_000)
    assert [world.store.sweep(most=2)[0] for _ in range(4)] == [2, 2, 1, 0]


def test_a_job_is_taken_once_and_then_by_nobody(store: JobStore) -> None:
    job = create(store)
    taken = store.take("default", job.id, "tag-of-a-stock-worker", lease_ms=LEASE_MS)
    assert taken is not None
    assert (taken.id, taken.attempt) == (job.id, 1)
    assert store.take("default", job.id, "another", lease_ms=LEASE_MS) is None
    assert claim(store) == []
    assert store.complete([succeeded(taken)]) == [Status.SUCCEEDED]
    assert store.take("default", job.id, "late", lease_ms=LEASE_MS) is None
    assert store.take("default", "job_unknown", "late", lease_ms=LEASE_MS) is None


def test_a_taken_job_whose_lease_ran_out_can_be_taken_again(world: World) -> None:
    job = create(world.store)
    first = world.store.take("default", job.id, "first", lease_ms=1_000)
    world.advance(2_000)
    second = world.store.take("default", job.id, "second", lease_ms=LEASE_MS)
    assert first is not None
    assert second is not None
    assert second.attempt == 2
    assert world.store.complete([succeeded(first)]) == [None]
    assert world.store.backlog().running == job.weight
    assert world.store.complete([succeeded(second)]) == [Status.SUCCEEDED]
    assert world.store.backlog().running == 0


def test_a_job_past_its_deadline_is_not_taken(world: World) -> None:
    job = create(world.store, deadline_at=world.now() + 1_000)
    world.advance(2_000)
    assert world.store.take("default", job.id, "tag", lease_ms=LEASE_MS) is None
    assert world.store.get("default", job.id).job.status is Status.EXPIRED


def test_workers_are_up_for_as_long_as_they_said(world: World) -> None:
    world.store.report_worker(make_worker("one"), alive_ms=10_000)
    world.store.report_worker(make_worker("two"), alive_ms=60_000)
    assert sorted(info.name for info in world.store.workers()) == ["one", "two"]
    world.advance(30_000)
    assert world.store.workers() == [make_worker("two")]


def test_a_worker_signs_off(store: JobStore) -> None:
    store.report_worker(make_worker(), alive_ms=10_000)
    store.report_worker(make_worker(), alive_ms=0)
    assert store.workers() == []


def test_the_rate_is_that_of_all_workers_together(store: JobStore) -> None:
    store.report_worker(make_worker("one", rate=30.5), alive_ms=10_000)
    store.report_worker(make_worker("two", rate=10.0), alive_ms=10_000)
    store.report_worker(make_worker("new"), alive_ms=10_000)
    assert store.backlog().rate == 40.5


def test_a_store_that_is_there_answers(store: JobStore) -> None:
    store.ping()


def test_a_job_is_not_taken_for_lost_behind_one_that_was_handed_back(redis_world: RedisWorld) -> None:
    store = redis_world.store
    first, second = create(store, weight=2), create(store, weight=2)
    for _ in range(3):
        [taken] = claim(store, jobs=1)
        assert taken.id == first.id
        store.release([taken.tag])
    redis_world.advance(120_000)
    assert store.reconcile() == Reconciled()
    assert [one.id for one in claim(store)] == [first.id, second.id]
    assert store.get("default", second.id).job.attempt == 1


def test_a_job_is_not_taken_for_lost_behind_a_text_that_was_adopted(redis_world: RedisWorld) -> None:
    store = redis_world.store
    redis_world.send("sent-1")
    job = create(store, weight=2)
    [message] = store.claim(jobs=1, weight=1, lease_ms=LEASE_MS)
    assert isinstance(message, CeleryMessage)
    assert store.adopt(message, make_job(id="sent-1", weight=4), "Gut.", lease_ms=LEASE_MS)
    redis_world.advance(120_000)
    assert store.reconcile() == Reconciled()
    assert [one.id for one in claim(store)] == [job.id]
