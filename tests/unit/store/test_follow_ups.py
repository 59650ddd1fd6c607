"""What Celery is owed after a task (links, a part of a chord) is sent whatever becomes of the job and of its result."""

import pytest

from jobs.celery_task import CeleryMessage, CeleryTask
from jobs.errors import Gone
from jobs.job import Claim, Job, Status
from store import keys
from tests.support.factories import LEASE_MS, RESULT, REVIEW, failed, make_job, succeeded
from tests.support.worlds import RedisWorld, World

TASK = CeleryTask(request=b'{"chord":"c"}')


def adopt(world: World, task: CeleryTask = TASK, tag: str = "tag", **changes: int) -> Claim | Status | None:
    job: Job = make_job(id="native", **changes)
    return world.store.adopt(CeleryMessage(tag=tag, message=b"{}"), job, REVIEW, lease_ms=LEASE_MS, task=task)


def running(world: World, task: CeleryTask = TASK) -> Claim:
    taken = adopt(world, task)
    assert isinstance(taken, Claim)
    return taken


def owed(world: World) -> list[tuple[str, Status]]:
    """What is handed out now, for a second."""
    return [(each.id, each.status) for each in world.store.follow_ups(most=10, lease_ms=1_000)]


def test_it_is_handed_out_until_it_was_sent(world: World) -> None:
    world.store.complete([succeeded(running(world))])
    assert owed(world) == [("native", Status.SUCCEEDED)]
    assert owed(world) == []
    world.advance(2_000)
    found = world.store.follow_ups(most=10, lease_ms=1_000)
    world.store.followed_up(found)
    world.advance(2_000)
    assert owed(world) == []


@pytest.mark.parametrize("ends", [True, False])
def test_a_job_that_was_deleted_owes_what_it_owed(world: World, ends: bool) -> None:
    taken = running(world)
    if ends:
        world.store.complete([succeeded(taken)])
    world.store.delete("default", "native")
    with pytest.raises(Gone):
        world.store.get("default", "native")
    with pytest.raises(Gone):
        world.store.delete("default", "native")
    assert owed(world) == [("native", Status.SUCCEEDED if ends else Status.CANCELED)]
    world.advance(2_000)
    world.store.followed_up(world.store.follow_ups(most=10, lease_ms=1_000))
    world.advance(2_000)
    assert owed(world) == []


def test_what_was_sent_before_the_deletion_is_owed_no_more(world: World) -> None:
    world.store.complete([succeeded(running(world))])
    world.store.followed_up(world.store.follow_ups(most=10, lease_ms=1_000))
    world.store.delete("default", "native")
    world.advance(2_000)
    assert owed(world) == []


def test_a_task_that_is_tried_again_owes_for_its_new_end_alone(world: World) -> None:
    world.store.complete([failed(running(world))])
    again = adopt(world, tag="again")
    assert owed(world) == []
    assert isinstance(again, Claim)
    world.store.complete([succeeded(again)])
    assert owed(world) == [("native", Status.SUCCEEDED)]


@pytest.mark.parametrize("ignored", [True, False])
def test_a_client_that_forgets_the_result_takes_nothing_from_what_follows(
    redis_world: RedisWorld, ignored: bool
) -> None:
    store = redis_world.store
    store.complete([succeeded(running(redis_world, CeleryTask(request=b"{}", ignored=ignored)))])
    redis_world.redis.delete(keys.RESULT("native"))
    [entry] = store.follow_ups(most=10, lease_ms=1_000)
    assert RESULT in entry.meta
    store.followed_up([entry])
    assert redis_world.redis.hget(keys.JOB("default", "native"), "kept") is None


def test_nothing_of_a_deleted_review_stays_once_all_is_sent(redis_world: RedisWorld) -> None:
    store = redis_world.store
    store.complete([succeeded(running(redis_world), REVIEW.encode())])
    store.delete("default", "native")
    store.followed_up(store.follow_ups(most=10, lease_ms=1_000))
    left = b" ".join(redis_world.redis.dump(key) or b"" for key in redis_world.redis.scan_iter())
    assert REVIEW.encode() not in left


def test_the_store_says_what_became_of_a_task_that_nothing_is_to_be_done_for_now(world: World) -> None:
    assert adopt(world, due_at=world.now() + 60_000) is Status.SCHEDULED
    assert adopt(world, tag="again") is None, "its id is taken"
    world.store.cancel("default", "native")
    assert adopt(world, tag="late", deadline_at=world.now() - 1) is Status.EXPIRED
    world.store.revoke(["native"], for_ms=60_000)
    assert adopt(world, tag="revoked") is Status.CANCELED
