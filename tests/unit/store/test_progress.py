"""How far a long review is: told while its attempt holds it, never backwards, and nothing of it afterwards."""

import pytest

from jobs.job import Claim, Status
from jobs.progress import Progress
from jobs.store import JobStore
from store import keys
from tests.support.factories import claim, create, failed, succeeded
from tests.support.worlds import RedisWorld, World


def at(done: int) -> Progress:
    return Progress(done=done, total=300)


def held(store: JobStore) -> Claim:
    create(store)
    [taken] = claim(store)
    return taken


def seen(store: JobStore, of: Claim) -> tuple[Progress | None, int]:
    job = store.get("default", of.id).job
    return job.progress, job.version


def test_a_job_tells_how_far_it_is_as_a_change_of_its_record(store: JobStore) -> None:
    taken = held(store)
    assert seen(store, taken) == (None, 2)
    store.note_progress([(taken, at(0))])
    assert seen(store, taken) == (at(0), 3)
    store.note_progress([(taken, at(120))])
    assert seen(store, taken) == (at(120), 4)


def test_several_are_noted_at_once(store: JobStore) -> None:
    for _ in range(2):
        create(store)
    one, two = claim(store)
    store.note_progress([(one, at(10)), (two, at(20))])
    assert [seen(store, taken)[0] for taken in (one, two)] == [at(10), at(20)]


@pytest.mark.parametrize("done", [119, 120])
def test_it_never_goes_back(store: JobStore, done: int) -> None:
    taken = held(store)
    store.note_progress([(taken, at(120))])
    store.note_progress([(taken, at(done))])
    assert seen(store, taken) == (at(120), 3)


def test_it_is_gone_when_the_job_has_ended(store: JobStore) -> None:
    for outcome in (succeeded, failed):
        taken = held(store)
        store.note_progress([(taken, at(120))])
        store.complete([outcome(taken)])
        store.note_progress([(taken, at(300))])
        assert seen(store, taken) == (None, 4)


def test_the_next_attempt_begins_anew_and_the_last_one_cannot_tell_any_more(world: World) -> None:
    store, late = world.store, held(world.store)
    store.note_progress([(late, at(120))])
    store.release([late.tag])
    store.note_progress([(late, at(200))])
    assert seen(store, late) == (None, 4)
    [taken] = claim(store)
    store.note_progress([(late, at(300))])
    assert seen(store, taken) == (None, 5)
    store.note_progress([(taken, at(60))])
    assert seen(store, taken) == (at(60), 6)


def test_nothing_is_left_when_its_worker_is_lost(world: World) -> None:
    taken = held(world.store)
    world.store.note_progress([(taken, at(120))])
    world.advance(10_000_000)
    assert world.store.sweep() == (1, 0)
    assert seen(world.store, taken)[0] is None


def test_a_job_that_is_to_be_canceled_still_tells_and_then_no_more(store: JobStore) -> None:
    taken = held(store)
    store.cancel("default", taken.id)
    store.note_progress([(taken, at(120))])
    assert seen(store, taken) == (at(120), 4)
    assert store.complete([succeeded(taken)]) == [Status.CANCELED]
    assert seen(store, taken)[0] is None


def test_a_deleted_job_is_not_brought_back(redis_world: RedisWorld) -> None:
    taken = held(redis_world.store)
    redis_world.store.delete("default", taken.id)
    redis_world.store.note_progress([(taken, at(120))])
    assert redis_world.redis.hkeys(keys.JOB("default", taken.id)) == [b"gone"]


def test_those_that_listen_hear_of_it_and_it_is_not_announced_when_nothing_moved(redis_world: RedisWorld) -> None:
    taken = held(redis_world.store)
    with redis_world.redis.pubsub(ignore_subscribe_messages=True) as heard:
        heard.subscribe(keys.CHANGES(taken.task_id))
        heard.get_message(timeout=30)
        for done in (120, 120, 60, 121):
            redis_world.store.note_progress([(taken, at(done))])
        told = [heard.get_message(timeout=30) for _ in range(2)]
        assert [message and message["data"] for message in told] == [b"3 running", b"4 running"]
        assert heard.get_message(timeout=0) is None


def test_what_an_older_release_left_of_the_attempt_before_is_gone_when_the_next_one_begins(
    redis_world: RedisWorld,
) -> None:
    job = create(redis_world.store)
    redis_world.redis.hset(keys.JOB("default", job.id), mapping={"progress": "120 300", "redo": "{}"})
    [taken] = claim(redis_world.store)
    assert seen(redis_world.store, taken)[0] is None
    assert redis_world.store.complete([succeeded(taken)]) == [Status.SUCCEEDED]


def test_what_an_older_release_left_of_it_is_not_shown(redis_world: RedisWorld) -> None:
    taken = held(redis_world.store)
    redis_world.store.complete([succeeded(taken)])
    redis_world.redis.hset(keys.JOB("default", taken.id), "progress", "120 300")
    assert seen(redis_world.store, taken)[0] is None
