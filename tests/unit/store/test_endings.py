"""Every job ends once: done, failed, called off or too late."""

import orjson
import pytest

from jobs.errors import Gone, NotCancelable, NotFound
from jobs.job import Claim, JobError, Outcome, Status
from jobs.store import JobStore
from store import keys
from tests.support.factories import (
    LEASE_MS,
    MODEL,
    RESULT,
    TIMINGS,
    claim,
    create,
    failed,
    make_claim,
    succeeded,
    work_off,
)
from tests.support.worlds import RedisWorld, World


def test_a_result_ends_its_job(world: World) -> None:
    job = create(world.store)
    [taken] = claim(world.store)
    assert world.store.complete([succeeded(taken)]) == [Status.SUCCEEDED]
    stored = world.store.get("default", job.id)
    assert (stored.job.status, stored.job.version, stored.result) == (Status.SUCCEEDED, 3, RESULT)
    assert (stored.job.model, stored.job.timings, stored.job.error) == (MODEL, TIMINGS, None)
    assert stored.job.finished_at is not None
    assert stored.job.expires_at == stored.job.finished_at + job.ttl_ms


@pytest.mark.parametrize(
    "result", [b"{}", '{"text":"Ä \\" 👍"}'.encode(), orjson.dumps({"status": "SUCCESS", "result": {"result": 1}})]
)
def test_the_result_comes_back_byte_by_byte(store: JobStore, result: bytes) -> None:
    job = create(store)
    work_off(store, result)
    assert store.get("default", job.id).result == result


def test_a_failure_says_why(store: JobStore) -> None:
    job = create(store)
    assert store.complete([failed(claim(store)[0])]) == [Status.FAILED]
    stored = store.get("default", job.id)
    assert stored.job.error == JobError(code="prediction_failed", message="The model failed on this text.")
    assert stored.result is None


def test_a_batch_of_mixed_endings_is_answered_in_order(store: JobStore) -> None:
    for _ in range(3):
        create(store)
    one, two, three = claim(store)
    unknown = succeeded(make_claim())
    answer = store.complete([succeeded(one), unknown, failed(two), succeeded(three)])
    assert answer == [Status.SUCCEEDED, None, Status.FAILED, Status.SUCCEEDED]


def test_completing_nothing_is_nothing(store: JobStore) -> None:
    assert store.complete([]) == []
    assert store.renew([], lease_ms=LEASE_MS) == []
    assert store.release([]) == 0


def test_a_job_ends_once(store: JobStore) -> None:
    job = create(store)
    [taken] = claim(store)
    assert store.complete([succeeded(taken), failed(taken)]) == [Status.SUCCEEDED, None]
    assert store.complete([failed(taken)]) == [None]
    stored = store.get("default", job.id)
    assert (stored.job.status, stored.job.version, stored.result) == (Status.SUCCEEDED, 3, RESULT)


def test_an_ended_job_is_neither_held_nor_waiting(world: World) -> None:
    create(world.store)
    [taken] = claim(world.store, lease_ms=1_000)
    world.store.complete([succeeded(taken)])
    world.advance(5_000)
    assert world.store.sweep() == (0, 0)
    assert world.store.release([taken.tag]) == 0
    assert world.store.renew([taken], lease_ms=1_000) == [None]
    assert claim(world.store) == []


def test_a_waiting_job_is_called_off_at_once(store: JobStore) -> None:
    job = create(store)
    now = store.cancel("default", job.id).job
    assert (now.status, now.version, now.cancel_requested) == (Status.CANCELED, 2, False)
    assert now.expires_at == (now.finished_at or 0) + job.ttl_ms


def test_calling_off_can_be_repeated(store: JobStore) -> None:
    job = create(store)
    assert store.cancel("default", job.id) == store.cancel("default", job.id)


def test_a_running_job_is_asked_to_stop(store: JobStore) -> None:
    job = create(store)
    claim(store)
    now = store.cancel("default", job.id).job
    assert (now.status, now.cancel_requested, now.version) == (Status.RUNNING, True, 3)
    assert store.cancel("default", job.id).job == now


def test_a_job_that_was_called_off_never_succeeds(store: JobStore) -> None:
    job = create(store)
    [taken] = claim(store)
    store.cancel("default", job.id)
    assert store.complete([succeeded(taken)]) == [Status.CANCELED]
    stored = store.get("default", job.id)
    assert (stored.job.status, stored.result) == (Status.CANCELED, None)


def test_a_job_that_was_called_off_never_fails(store: JobStore) -> None:
    job = create(store)
    [taken] = claim(store)
    store.cancel("default", job.id)
    assert store.complete([failed(taken)]) == [Status.CANCELED]
    assert store.get("default", job.id).job.error is None


@pytest.mark.parametrize("status", [Status.SUCCEEDED, Status.FAILED, Status.EXPIRED])
def test_a_job_that_has_ended_cannot_be_called_off(store: JobStore, status: Status) -> None:
    job = create(store)
    [taken] = claim(store)
    store.complete([Outcome(claim=taken, status=status, result=RESULT if status is Status.SUCCEEDED else None)])
    with pytest.raises(NotCancelable, match=status):
        store.cancel("default", job.id)
    assert store.get("default", job.id).job.status is status


def test_an_unknown_job_cannot_be_called_off(store: JobStore) -> None:
    with pytest.raises(NotFound):
        store.cancel("default", "job_unknown")


def test_a_deadline_that_passes_while_the_job_runs_is_told_to_the_worker(world: World) -> None:
    job = create(world.store, deadline_at=world.now() + 10_000)
    [taken] = claim(world.store)
    assert world.store.renew([taken], lease_ms=LEASE_MS) == [Status.RUNNING]
    world.advance(20_000)
    assert world.store.renew([taken], lease_ms=LEASE_MS) == [Status.EXPIRED]
    assert world.store.complete([Outcome(claim=taken, status=Status.EXPIRED)]) == [Status.EXPIRED]
    assert world.store.get("default", job.id).job.status is Status.EXPIRED


def test_a_finished_job_is_gone_after_its_time(world: World) -> None:
    job = create(world.store, ttl_ms=60_000)
    work_off(world.store)
    world.advance(50_000)
    assert world.store.get("default", job.id).result == RESULT
    world.advance(11_000)
    with pytest.raises(Gone):
        world.store.get("default", job.id)


def test_a_waiting_job_is_never_gone(world: World) -> None:
    job = create(world.store, ttl_ms=60_000)
    world.advance(10 * 86_400_000)
    assert world.store.get("default", job.id).job.status is Status.QUEUED
    assert len(claim(world.store)) == 1


def lost(world: World) -> Claim:
    """The claim of a worker that was thought dead; its job waits again."""
    create(world.store)
    [taken] = claim(world.store, lease_ms=1_000)
    world.advance(2_000)
    world.store.sweep()
    return taken


@pytest.mark.parametrize("retaken", [False, True], ids=["job waits", "another attempt runs"])
def test_a_late_writer_changes_nothing(world: World, retaken: bool) -> None:
    late = lost(world)
    if retaken:
        assert claim(world.store)[0].attempt == 2
    before = world.store.get("default", late.id)
    assert world.store.complete([succeeded(late, b'{"late":1}')]) == [None]
    assert world.store.complete([failed(late)]) == [None]
    assert world.store.renew([late], lease_ms=LEASE_MS) == [None]
    assert world.store.get("default", late.id) == before


def test_a_late_writer_takes_no_lease_away(world: World) -> None:
    late = lost(world)
    claim(world.store, lease_ms=1_000)
    world.store.complete([succeeded(late)])
    world.advance(2_000)
    # Were the second attempt's lease gone with the first one's, nobody would ever notice that its worker died.
    assert world.store.sweep() == (1, 0)


def test_a_late_release_does_not_hand_back_anothers_claim(world: World) -> None:
    late = lost(world)
    [taken] = claim(world.store)
    assert world.store.release([late.tag]) == 0
    assert world.store.complete([succeeded(taken)]) == [Status.SUCCEEDED]


def test_after_the_late_writer_the_job_still_succeeds(world: World) -> None:
    late = lost(world)
    [taken] = claim(world.store)
    world.store.complete([succeeded(late, b'{"late":1}')])
    assert world.store.complete([succeeded(taken)]) == [Status.SUCCEEDED]
    assert world.store.get("default", late.id).result == RESULT


def test_a_job_of_an_older_version_leaves_its_summary_when_it_goes(redis_world: RedisWorld) -> None:
    """Until November 2026 a record named aspects where restaurants and days stand now."""
    store = redis_world.store
    job = create(store, restaurant="adler", day="2026-11-01")
    store.complete([succeeded(taken) for taken in claim(store)])
    record, summary = keys.JOB("default", job.id), keys.SUMMARY("default", "adler")
    redis_world.redis.hset(record, "tally", b'{"food|positive":2}')
    redis_world.redis.hset(summary, mapping={"2026-11-01|food|positive": 5, "2026-11-02|food|positive": 1})
    store.delete("default", job.id)
    assert redis_world.redis.hgetall(summary) == {b"2026-11-01|food|positive": b"3", b"2026-11-02|food|positive": b"1"}


@pytest.mark.parametrize("in_time", [False, True], ids=["deleted", "past its time"])
def test_a_job_of_a_restaurant_goes_though_no_aspect_was_found(world: World, in_time: bool) -> None:
    job = create(world.store, restaurant="adler", day="2026-11-01")
    work_off(world.store)
    if in_time:
        world.advance(job.ttl_ms + 1)
        assert world.store.reconcile().purged == 1
    else:
        world.store.delete("default", job.id)
    with pytest.raises(Gone):
        world.store.get("default", job.id)


def test_a_job_is_present_for_as_long_as_it_can_be_read(world: World) -> None:
    job, waiting = create(world.store), create(world.store)
    deleted = create(world.store)
    world.store.delete(job.tenant, deleted.id)
    wanted = [job.id, waiting.id, deleted.id, "job_0"]
    assert world.store.present(job.tenant, wanted) == {job.id, waiting.id}
    assert world.store.present("acme", wanted) == frozenset()
    assert world.store.present(job.tenant, []) == frozenset()
    world.store.cancel(job.tenant, job.id)
    world.advance(4 * 86_400_000)
    assert world.store.present(job.tenant, wanted) == {waiting.id}
