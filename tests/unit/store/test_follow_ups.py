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


def sent(world: World) -> list[bytes]:
    """What is sent until nothing is owed any more."""
    requests = []
    while found := world.store.follow_ups(most=10, lease_ms=1_000):
        requests += [each.request for each in found]
        world.store.followed_up(found)
    return requests


def second(name: str, *, anew: bool = True) -> CeleryTask:
    """What another message for the same task asks for."""
    return CeleryTask(request=f'{{"chord":"{name}"}}'.encode(), mark=name * 16, anew=anew)


@pytest.mark.parametrize("ends_first", [True, False])
def test_what_follows_each_message_for_a_task_is_sent_once(world: World, ends_first: bool) -> None:
    taken = running(world, second("a"))
    if ends_first:
        world.store.complete([succeeded(taken)])
    for task in (second("b"), second("c"), second("b", anew=False), second("a", anew=False)):
        assert adopt(world, task, tag=task.mark) is None
    if not ends_first:
        world.store.complete([succeeded(taken)])
    assert sent(world) == [second(name).request for name in "abc"]


def test_what_a_later_message_asks_for_is_sent_when_all_else_has_been(world: World) -> None:
    world.store.complete([succeeded(running(world, second("a")))])
    assert sent(world) == [second("a").request]
    assert adopt(world, second("a", anew=False), tag="Celery's second sending") is None
    assert sent(world) == []
    assert adopt(world, second("a"), tag="the client's") is None
    assert sent(world) == [second("a").request]


def test_whoever_took_too_long_with_one_takes_nothing_from_the_next(world: World) -> None:
    world.store.complete([succeeded(running(world, second("a")))])
    adopt(world, second("b"), tag="again")
    late = world.store.follow_ups(most=10, lease_ms=1_000)
    world.advance(2_000)
    world.store.followed_up(world.store.follow_ups(most=10, lease_ms=1_000))
    world.store.followed_up(late)
    assert sent(world) == [second("b").request]


def test_a_deleted_job_owes_what_several_messages_asked_for(world: World) -> None:
    taken = running(world, second("a"))
    adopt(world, second("b"), tag="again")
    world.store.complete([succeeded(taken)])
    world.store.delete("default", "native")
    assert sent(world) == [second("a").request, second("b").request]


def test_a_task_without_a_result_is_tried_again(world: World) -> None:
    world.store.complete([succeeded(running(world, CeleryTask(ignored=True)))])
    assert adopt(world, CeleryTask(ignored=True), tag="nobody waits") is None
    assert isinstance(adopt(world, CeleryTask(), tag="somebody waits"), Claim)


def test_a_task_whose_result_its_client_forgot_is_tried_again(redis_world: RedisWorld) -> None:
    redis_world.store.complete([succeeded(running(redis_world, CeleryTask()))])
    assert adopt(redis_world, CeleryTask(), tag="again") is None
    redis_world.redis.delete(keys.RESULT("native"))
    assert isinstance(adopt(redis_world, CeleryTask(), tag="again"), Claim)
    assert redis_world.store.get("default", "native").job.attempt == 1


def test_a_forgotten_result_that_is_still_owed_is_there_again(redis_world: RedisWorld) -> None:
    redis_world.store.complete([succeeded(running(redis_world))])
    was = redis_world.redis.getdel(keys.RESULT("native"))
    assert adopt(redis_world, CeleryTask(), tag="again") is None
    assert redis_world.redis.get(keys.RESULT("native")) == was
    assert redis_world.redis.pttl(keys.RESULT("native")) > 0
    assert owed(redis_world) == [("native", Status.SUCCEEDED)]


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
