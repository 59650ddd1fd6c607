"""What becomes of jobs that wait for a version which no worker serves: they follow, or end, and are told the truth."""

from collections.abc import Callable

import pytest

from jobs.batch import Batch
from jobs.choice import DEFAULT, Choice
from jobs.job import Status
from jobs.line import Line
from jobs.request import JobRequest, Priority
from jobs.served import ModelState, ServedModel
from store import alias_keys
from store.aliases import AliasStore
from store.batches import BatchStore
from tests.support.accounting import recount, totals
from tests.support.factories import claim, create, make_worker
from tests.support.worlds import RedisWorld
from worker.reconciler.lost_models import LostModels

ONE, TWO = "fake/1", "fake/2"
DAY_S = 86_400


def serve(world: RedisWorld, *versions: str, alive: bool = True) -> None:
    told = tuple(ServedModel(version=version, state=ModelState.LOADED) for version in (ONE, *versions))
    worker = make_worker(model={"name": "fake", "version": "1"}, rate=100.0, models=told)
    world.store.report_worker(worker, alive_ms=60_000 if alive else 0)


@pytest.fixture
def lost(redis_world: RedisWorld) -> LostModels:
    """Of a deployment with a worker that has ONE."""
    serve(redis_world)
    return LostModels(redis_world.store, after_s=DAY_S)


@pytest.fixture
def later(redis_world: RedisWorld) -> Callable[[str, float], None]:
    """Has a version be lost for so many seconds longer."""

    def change(version: str, seconds: float) -> None:
        at = int(redis_world.redis.hget(alias_keys.LOST_MODELS, version) or 0)
        redis_world.redis.hset(alias_keys.LOST_MODELS, version, at - round(seconds * 1000))

    return change


def test_who_waits_for_a_version_that_no_worker_serves_is_told_so_and_no_time(
    redis_world: RedisWorld, lost: LostModels
) -> None:
    store = redis_world.store
    theirs, others = create(store, "Gut.", model=TWO), create(store, "Gut.")
    [claimed] = claim(store, jobs=1, serves=[ONE])
    assert claimed.id == others.id
    assert store.place(store.get("default", theirs.id).job).waits_for is None, "nobody has looked yet"
    lost.round()
    assert store.place(store.get("default", theirs.id).job).waits_for == TWO
    assert store.backlog().waits_for == (TWO,)
    serve(redis_world, TWO)
    lost.round()
    assert store.place(store.get("default", theirs.id).job).waits_for is None
    assert store.backlog().waits_for == ()


def test_jobs_of_a_version_that_no_worker_serves_for_too_long_end_and_no_others(
    redis_world: RedisWorld, lost: LostModels, later: Callable[[str, float], None]
) -> None:
    store, batches = redis_world.store, BatchStore(redis_world.redis)
    exact, other = create(store, "Gut.", model=TWO), create(store, "Gut.", model="fake/3")
    called_off = create(store, "Gut.", model=TWO)
    of = Batch(id="batch_a", request=JobRequest(priority=Priority.BULK, model=TWO))
    batches.create(of, [Line(number=number, text="Gut.") for number in (1, 2)], target=1)
    assert claim(store, serves=[ONE]) == []
    store.cancel("default", called_off.id)
    lost.round()
    later(TWO, DAY_S - 60)
    lost.round()
    assert store.get("default", exact.id).job.status is Status.QUEUED
    later(TWO, 60)
    lost.round()
    job = store.get("default", exact.id).job
    assert job.status is Status.FAILED
    assert job.error is not None
    assert (job.error.code, job.error.message[:31]) == ("unknown_model", "No worker has served fake/2 sin")
    assert exact.id in {dead.id for dead in store.dead("default")}, "its text is the operator's to try again"
    batch = batches.get("default", "batch_a")
    assert (batch.status, batch.failed) == ("completed", 2)
    assert store.get("default", called_off.id).job.status is Status.CANCELED
    assert store.get("default", other.id).job.status is Status.QUEUED
    assert totals(redis_world.redis) == recount(redis_world.redis)


@pytest.mark.parametrize("back", ["the version", "no worker at all"])
def test_time_in_which_it_was_there_or_nobody_was_does_not_count(
    redis_world: RedisWorld, lost: LostModels, later: Callable[[str, float], None], back: str
) -> None:
    store = redis_world.store
    job = create(store, "Gut.", model=TWO)
    assert claim(store, serves=[ONE]) == []
    lost.round()
    later(TWO, DAY_S)
    serve(redis_world, *([TWO] if back == "the version" else []), alive=back == "the version")
    lost.round()
    serve(redis_world)
    lost.round()
    assert store.get("default", job.id).job.status is Status.QUEUED


def test_who_wants_jobs_to_wait_for_ever_has_them_wait(
    redis_world: RedisWorld, lost: LostModels, later: Callable[[str, float], None]
) -> None:
    job = create(redis_world.store, "Gut.", model=TWO)
    assert claim(redis_world.store, serves=[ONE]) == []
    lost.round()
    later(TWO, 1e7)
    LostModels(redis_world.store, after_s=0).round()
    assert redis_world.store.get("default", job.id).job.status is Status.QUEUED


def test_of_two_reconcilers_one_that_starts_anew_goes_on_counting(
    redis_world: RedisWorld, lost: LostModels, later: Callable[[str, float], None]
) -> None:
    job = create(redis_world.store, "Gut.", model=TWO)
    assert claim(redis_world.store, serves=[ONE]) == []
    lost.round()
    later(TWO, DAY_S)
    LostModels(redis_world.store, after_s=DAY_S).round()
    assert redis_world.store.get("default", job.id).job.status is Status.FAILED


def test_when_the_alias_default_is_deleted_jobs_and_batches_of_its_lost_version_are_each_workers_own(
    redis_world: RedisWorld, lost: LostModels
) -> None:
    store, batches = redis_world.store, BatchStore(redis_world.redis)
    aliases = AliasStore(redis_world.redis)
    moved = aliases.move(DEFAULT, {TWO: 100}, revision=0)
    exact, job = create(store, "Gut.", model=TWO), create(store, "Gut.")
    of = Batch(id="batch_a", request=JobRequest(priority=Priority.BULK))
    batches.create(of, [Line(number=number, text="Gut.") for number in (1, 2)], target=1)
    assert claim(store, serves=[ONE]) == []
    lost.round()
    assert claim(store, serves=[ONE]) == [], "the alias stands for it"
    aliases.delete(DEFAULT, revision=moved.revision)
    lost.round()
    taken = claim(store, serves=[ONE])
    assert (taken[0].id, len(taken), {each.choice for each in taken}) == (job.id, 3, {None})
    assert store.get("default", exact.id).job.status is Status.QUEUED
    assert totals(redis_world.redis) == recount(redis_world.redis)
    store.release([each.tag for each in taken])
    aliases.move(DEFAULT, {ONE: 100}, revision=0)
    assert {each.choice for each in claim(store, serves=[ONE])} == {Choice(version=ONE, alias=DEFAULT)}


def test_while_nothing_waits_for_a_model_nobody_asks_what_workers_serve(
    redis_world: RedisWorld, lost: LostModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost.round()
    monkeypatch.setattr("store.served.ServedStore.all", lambda self: pytest.fail("it was asked"))
    lost.round()


def test_what_waits_for_the_candidate_of_a_rollout_that_goes_on_goes_back_with_that_and_does_not_end(
    redis_world: RedisWorld, lost: LostModels, later: Callable[[str, float], None]
) -> None:
    store, aliases = redis_world.store, AliasStore(redis_world.redis)
    aliases.roll_out(DEFAULT, TWO, own=ONE, steps=[99])
    jobs = [create(store, "Gut.", restaurant=f"r{number}") for number in range(20)]
    first = claim(store, serves=[ONE])
    lost.round()
    later(TWO, DAY_S)
    lost.round()
    assert len(first) < len(jobs)
    assert {store.get("default", job.id).job.status for job in jobs} <= {Status.QUEUED, Status.RUNNING}
    aliases.end(DEFAULT, promote=False)
    lost.round()
    assert len(first) + len(claim(store, serves=[ONE])) == len(jobs)
