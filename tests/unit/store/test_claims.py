"""Workers get what waits: by priority, in order, up to what they can carry."""

import threading

from jobs.job import Status
from jobs.request import Priority
from jobs.store import JobStore
from tests.support.factories import LEASE_MS, REVIEW, claim, create, succeeded
from tests.support.worlds import World


def test_nothing_is_claimed_where_nothing_waits(store: JobStore) -> None:
    assert claim(store) == []


def test_a_claim_starts_an_attempt(world: World) -> None:
    job = create(world.store)
    world.advance(250)
    [taken] = claim(world.store)
    now = world.store.get("default", job.id).job
    assert (now.status, now.version, now.attempt) == (Status.RUNNING, 2, 1)
    assert now.started_at is not None
    assert now.started_at - now.created_at >= 250
    assert (taken.id, taken.attempt, taken.text, taken.weight, taken.ttl_ms) == (job.id, 1, REVIEW, 2, job.ttl_ms)
    assert 250 <= taken.queue_ms < 60_000


def test_what_is_claimed_is_not_claimed_again(store: JobStore) -> None:
    create(store)
    assert len(claim(store)) == 1
    assert claim(store) == []


def test_jobs_are_claimed_in_the_order_in_which_they_came(store: JobStore) -> None:
    made = [create(store).id for _ in range(5)]
    assert [taken.id for taken in claim(store)] == made


def test_the_urgent_comes_first_and_bulk_last(store: JobStore) -> None:
    made = {priority: create(store, priority=priority).id for priority in reversed(Priority)}
    assert [taken.id for taken in claim(store)] == [made[p] for p in (Priority.HIGH, Priority.NORMAL, Priority.BULK)]


def test_a_claim_takes_no_more_jobs_than_were_asked_for(store: JobStore) -> None:
    for _ in range(5):
        create(store)
    assert [len(claim(store, jobs=2)) for _ in range(4)] == [2, 2, 1, 0]


def test_claiming_stops_when_the_weight_is_reached(store: JobStore) -> None:
    for _ in range(5):
        create(store, weight=4)
    assert len(claim(store, weight=8)) == 2
    # "About": the last one may go over, or a heavy job would never be taken.
    assert len(claim(store, weight=5)) == 2


def test_a_job_heavier_than_the_budget_is_taken_all_the_same(store: JobStore) -> None:
    create(store, weight=100)
    assert len(claim(store, weight=10)) == 1


def test_the_limits_hold_across_queues(store: JobStore) -> None:
    create(store, priority=Priority.HIGH, weight=4)
    create(store, priority=Priority.NORMAL, weight=4)
    create(store, priority=Priority.BULK, weight=4)
    assert len(claim(store, weight=5)) == 2
    assert len(claim(store)) == 1


def test_of_many_workers_each_job_goes_to_one(store: JobStore) -> None:
    made = {create(store).id for _ in range(60)}
    got: list[str] = []

    def work() -> None:
        while taken := claim(store, jobs=3):
            got.extend(one.id for one in taken)
            store.complete([succeeded(one) for one in taken])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == sorted(made)


def test_a_job_past_its_deadline_is_expired_and_not_handed_out(world: World) -> None:
    late = create(world.store, deadline_at=world.now() + 10_000)
    fine = create(world.store, deadline_at=world.now() + 1_000_000)
    world.advance(20_000)
    assert [taken.id for taken in claim(world.store)] == [fine.id]
    ended = world.store.get("default", late.id).job
    assert (ended.status, ended.attempt) == (Status.EXPIRED, 1)
    assert ended.finished_at is not None
    assert world.store.backlog().running == fine.weight


def test_a_job_called_off_while_it_waited_is_not_handed_out(store: JobStore) -> None:
    gone, stays = create(store), create(store)
    store.cancel("default", gone.id)
    assert [taken.id for taken in claim(store)] == [stays.id]
    assert sum(store.backlog().waiting.values()) == 0


def suspect(world: World, **changes: object) -> str:
    """A job that has cost one worker its life, waiting again."""
    job = create(world.store, "Der Verdächtige.", **changes)
    claim(world.store, jobs=1, lease_ms=1_000)
    world.advance(2_000)
    assert world.store.sweep() == (1, 0)
    return job.id


def test_a_suspect_is_handed_out_alone(world: World) -> None:
    job_id = suspect(world)
    create(world.store)
    assert [taken.id for taken in claim(world.store)] == [job_id]
    assert len(claim(world.store)) == 1


def test_a_suspect_waits_until_the_worker_is_idle(world: World) -> None:
    job_id = suspect(world)
    assert claim(world.store, idle=False) == []
    assert [taken.id for taken in claim(world.store, idle=True)] == [job_id]


def test_a_suspect_behind_others_stays_behind(world: World) -> None:
    job_id = suspect(world, priority=Priority.BULK)
    first = create(world.store)
    assert [taken.id for taken in claim(world.store)] == [first.id]
    assert [taken.id for taken in claim(world.store)] == [job_id]


def test_a_suspect_put_back_is_still_counted_as_waiting(world: World) -> None:
    suspect(world, weight=5)
    before = world.store.backlog()
    claim(world.store, idle=False)
    assert world.store.backlog() == before
    assert before.waiting[Priority.NORMAL] == 5


def test_a_job_that_was_handed_back_is_no_suspect(store: JobStore) -> None:
    create(store)
    create(store)
    store.release([taken.tag for taken in claim(store, lease_ms=LEASE_MS)])
    assert len(claim(store)) == 2
