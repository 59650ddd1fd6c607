"""Which version of a model judges a job, and where the job waits for a worker that has it; in memory and in Redis."""

import math
from typing import Any, cast

import orjson
import pytest
import redis

from jobs.alias import Alias
from jobs.batch import Batch
from jobs.choice import DEFAULT, Choice
from jobs.errors import AliasMoved
from jobs.job import Status
from jobs.lane import Lane
from jobs.line import Line
from jobs.request import JobRequest, Priority
from jobs.served import ModelState, ServedModel
from store import keys, queues
from store.aliases import AliasStore
from store.batches import BatchStore
from store.jobs import RedisStore
from store.served import Catalogue, ServedStore
from tests.support.accounting import recount, totals
from tests.support.factories import claim, create, make_worker, succeeded, work_off
from tests.support.model_batches import ModelBatches
from tests.support.model_choice import ModelAliases
from tests.support.worlds import ModelWorld, RedisWorld, World

ONE, TWO, THREE = "fake/1", "fake/2", "fake/3"


@pytest.fixture
def aliases(world: World) -> AliasStore:
    if isinstance(world, RedisWorld):
        return AliasStore(world.redis)
    assert isinstance(world, ModelWorld)
    return cast("AliasStore", world.store.aliases)


def point(aliases: AliasStore | ModelAliases, name: str, *versions: str, revision: int = 0) -> Alias:
    return aliases.move(name, dict.fromkeys(versions, 50), revision=revision)


def test_while_nobody_has_moved_default_a_worker_judges_with_its_own(world: World) -> None:
    create(world.store)
    [taken] = claim(world.store, serves=[TWO])
    assert taken.choice is None


def test_a_job_that_names_a_version_goes_to_a_worker_that_has_it_and_nobody_is_blamed(world: World) -> None:
    job = create(world.store, model=TWO)
    assert claim(world.store, serves=[ONE]) == []
    assert world.store.get("default", job.id).job.status is Status.QUEUED
    [taken] = claim(world.store, serves=[ONE, TWO])
    assert (taken.id, taken.attempt, taken.suspect, taken.choice) == (job.id, 1, False, Choice(version=TWO))


def test_what_waits_for_a_model_counts_as_waiting(world: World) -> None:
    create(world.store, "Gut.", model=TWO)
    before = world.store.backlog()
    assert (before.waiting["normal"], before.waiting["models"]) == (1, 0)
    claim(world.store, serves=[ONE])
    backlog = world.store.backlog()
    assert (backlog.waiting["normal"], backlog.waiting["models"], backlog.celery) == (0, 1, 0)


def test_it_waits_in_its_lane(world: World) -> None:
    create(world.store, model=TWO, priority=Priority.BULK)
    assert claim(world.store, serves=[ONE]) == []
    assert claim(world.store, serves=[TWO], lane=Lane.URGENT) == []
    assert len(claim(world.store, serves=[TWO], lane=Lane.BULK)) == 1


def test_an_alias_that_moves_later_changes_nothing_for_a_job_that_was_claimed(
    world: World, aliases: AliasStore
) -> None:
    job = create(world.store)
    point(aliases, DEFAULT, ONE)
    [taken] = claim(world.store, serves=[ONE, TWO])
    point(aliases, DEFAULT, TWO, revision=1)
    world.store.release([taken.tag])
    [again] = claim(world.store, serves=[ONE, TWO])
    assert (again.id, again.attempt) == (job.id, 2)
    assert again.choice == taken.choice == Choice(version=ONE, alias=DEFAULT)


def test_a_job_that_is_handed_back_goes_on_to_a_worker_that_serves_its_model(world: World) -> None:
    create(world.store, model=TWO)
    claim(world.store, serves=[ONE])
    [taken] = claim(world.store, serves=[TWO])
    assert world.store.release([taken.tag]) == 1
    assert claim(world.store, serves=[ONE]) == []
    [again] = claim(world.store, serves=[TWO])
    assert (again.attempt, again.suspect) == (2, False)


def test_a_job_that_waits_for_a_model_can_be_called_off(world: World) -> None:
    job = create(world.store, model=TWO)
    claim(world.store, serves=[ONE])
    assert world.store.cancel("default", job.id).job.status is Status.CANCELED
    assert claim(world.store, serves=[TWO]) == []
    assert world.store.backlog().waiting["models"] == 0


def test_of_two_operators_who_move_an_alias_at_once_the_second_hears_of_it(aliases: AliasStore) -> None:
    point(aliases, "candidate", ONE)
    with pytest.raises(AliasMoved):
        point(aliases, "candidate", TWO)
    assert list(aliases.all()["candidate"].versions) == [ONE]


def a_batch(world: World, restaurant: str) -> None:
    batches = BatchStore(world.redis) if isinstance(world, RedisWorld) else ModelBatches(world.store)
    of = Batch(id=f"batch_{restaurant}", request=JobRequest(priority=Priority.BULK, restaurant=restaurant))
    batches.create(of, [Line(number=1, text="Gut.")], target=9)


def test_a_split_gives_a_restaurant_the_same_version_every_time(world: World, aliases: AliasStore) -> None:
    aliases.move(DEFAULT, {ONE: 90, TWO: 10}, revision=0)
    for number in range(60):
        for _ in range(2):
            create(world.store, "Gut.", restaurant=f"r{number}")
        a_batch(world, f"r{number}")
    found: dict[str | None, set[str]] = {}
    for taken in claim(world.store, jobs=200, serves=[ONE, TWO]):
        assert taken.choice is not None
        assert taken.choice.share == {ONE: 90, TWO: 10}[taken.choice.version]
        found.setdefault(taken.request.restaurant, set()).add(taken.choice.version)
    assert all(len(versions) == 1 for versions in found.values())
    assert 1 <= sum(versions == {TWO} for versions in found.values()) <= 20


def test_a_few_jobs_and_chunks_of_a_split_are_judged_by_another_version_of_it_too(
    world: World, aliases: AliasStore
) -> None:
    aliases.move(DEFAULT, {ONE: 60, TWO: 30, THREE: 10}, revision=0, compare=20)
    for number in range(300):
        create(world.store, "Gut.", restaurant=f"r{number % 9}")
    of = Batch(id="batch_a", request=JobRequest(priority=Priority.BULK, restaurant="r1"))
    batches = BatchStore(world.redis) if isinstance(world, RedisWorld) else ModelBatches(world.store)
    batches.create(of, [Line(number=number, text="Gut.") for number in range(1, 61)], target=1)
    taken = claim(world.store, jobs=400, serves=[ONE, TWO, THREE])
    pairs = [(each.choice.version, each.choice.shadow) for each in taken if each.choice and each.choice.shadow]
    # Twenty per cent of 300 jobs, give or take four standard deviations; and not of some restaurants alone.
    singles = [each for each in taken if each.choice and each.choice.shadow and not each.chunk]
    assert 32 <= len(singles) <= 88
    assert len({each.request.restaurant for each in singles}) > 5
    # All chunks of a batch have one version; that some of them are compared changes nothing about it.
    chunks = [each.choice for each in taken if each.chunk]
    assert len({each.version for each in chunks if each}) == 1
    assert 1 <= sum(each is not None and each.shadow is not None for each in chunks) <= 30
    assert {one for one, _ in pairs} == {other for _, other in pairs} == {ONE, TWO, THREE}
    assert all(one != other for one, other in pairs)


def test_a_job_that_is_compared_keeps_both_of_its_versions(world: World, aliases: AliasStore) -> None:
    aliases.move(DEFAULT, {ONE: 90, TWO: 10}, revision=0, compare=100)
    create(world.store, "Gut.", restaurant="r")
    [taken] = claim(world.store, serves=[ONE, TWO])
    assert taken.choice is not None
    assert {taken.choice.version, taken.choice.shadow} == {ONE, TWO}
    aliases.move(DEFAULT, {ONE: 90, TWO: 10}, revision=1)
    world.store.release([taken.tag])
    [again] = claim(world.store, serves=[ONE, TWO])
    assert again.choice == taken.choice
    create(world.store, "Gut.", restaurant="r")
    [later] = claim(world.store, serves=[ONE, TWO])
    assert later.choice is not None
    assert later.choice.shadow is None


def test_a_shadow_judges_all_of_a_split_and_nothing_is_compared_beside_it(world: World, aliases: AliasStore) -> None:
    aliases.move(DEFAULT, {ONE: 90, TWO: 10}, revision=0, shadow=THREE, compare=100)
    create(world.store, "Gut.")
    [taken] = claim(world.store, serves=[ONE, TWO, THREE])
    assert taken.choice is not None
    assert taken.choice.shadow == THREE


def test_a_stock_worker_passes_on_what_it_does_not_serve(world: World) -> None:
    job = create(world.store, model=TWO)
    if isinstance(world, RedisWorld):
        world.redis.rpop(queues.QUEUES[Priority.NORMAL])
    assert world.store.take("default", job.id, "kombu", lease_ms=1_000, serves=[ONE]) is None
    assert [taken.id for taken in claim(world.store, serves=[TWO])] == [job.id]


@pytest.mark.parametrize("many", [1, 5, 250])
def test_messages_that_were_lost_while_they_waited_for_a_model_are_made_anew(
    redis_world: RedisWorld, many: int
) -> None:
    store = redis_world.store
    for _ in range(many):
        create(store, "Gut.", model=TWO)
    while claim(store, serves=[ONE]) or store.backlog().waiting["normal"]:
        pass
    redis_world.redis.delete(keys.MODEL_LIST(Lane.URGENT, TWO))
    later = create(store, "Gut.", model=TWO)
    claim(store, serves=[ONE])
    redis_world.advance(61_000)
    requeued = [store.reconcile().requeued for _ in range(math.ceil(many / 100) + 1)]
    assert (sum(requeued), store.reconcile().requeued) == (many, 0)
    assert totals(redis_world.redis) == recount(redis_world.redis)
    taken = claim(store, jobs=many + 9, serves=[TWO])
    assert (len(taken), taken[-1].id) == (many + 1, later.id)
    assert totals(redis_world.redis) == recount(redis_world.redis)


def test_what_waits_for_a_model_for_long_costs_the_reconciler_little(redis_world: RedisWorld) -> None:
    """However many wait, a call looks at no more of them than it may, and once at each organisation's totals."""
    for number in range(120):
        create(redis_world.store, "Gut.", tenant=f"t{number % 6}", model=TWO)
    claim(redis_world.store, jobs=1, serves=[ONE])
    claim(redis_world.store, jobs=1, serves=[ONE])
    assert redis_world.store.backlog().waiting["models"] == 120
    redis_world.advance(61_000)
    redis_world.redis.config_resetstat()
    redis_world.store.reconcile(most=12)
    about: Any = redis_world.redis.info("commandstats")
    assert about["cmdstat_hmget"]["calls"] <= 12 + 6


def test_a_message_that_comes_again_after_it_was_passed_on_is_no_second_one(world: World) -> None:
    job = create(world.store, model=TWO)
    if isinstance(world, RedisWorld):
        world.redis.rpop(queues.QUEUES[Priority.NORMAL])
    for _ in range(2):
        assert world.store.take("default", job.id, "kombu", lease_ms=1_000, serves=[ONE]) is None
    if isinstance(world, RedisWorld):
        assert world.redis.llen(keys.MODEL_LIST(Lane.URGENT, TWO)) == 1
        assert not world.redis.exists(keys.MODEL_LIST(Lane.BULK, TWO))
        assert totals(world.redis) == recount(world.redis)
    assert [taken.id for taken in claim(world.store, serves=[TWO])] == [job.id]
    assert world.store.backlog().waiting["models"] == 0


def test_a_message_that_comes_again_to_a_worker_that_serves_its_model_is_judged_there(world: World) -> None:
    job = create(world.store, model=TWO)
    if isinstance(world, RedisWorld):
        world.redis.rpop(queues.QUEUES[Priority.NORMAL])
    assert world.store.take("default", job.id, "kombu", lease_ms=1_000, serves=[ONE]) is None
    taken = world.store.take("default", job.id, "kombu", lease_ms=1_000, serves=[TWO])
    assert taken is not None
    assert claim(world.store, serves=[TWO]) == [], "the message that was passed on stands for nothing now"
    world.store.complete([succeeded(taken)])
    assert sum(world.store.backlog().waiting.values()) == 0
    if isinstance(world, RedisWorld):
        flow: Any = world.redis.hgetall(keys.FLOW)
        models = {name: int(flow.get(f"{name}:{queues.MODEL_QUEUE}".encode(), 0)) for name in ("in", "out", "gone")}
        assert models["gone"] == 0
        assert models["in"] == models["out"] > 0


def test_a_job_that_a_stock_worker_lost_goes_back_to_where_it_waited_for_its_model(world: World) -> None:
    job = create(world.store, model=TWO)
    claim(world.store, serves=[ONE])
    if isinstance(world, RedisWorld):
        world.redis.delete(keys.MODEL_LIST(Lane.URGENT, TWO))
    assert world.store.take("default", job.id, "kombu", lease_ms=1_000, serves=[TWO]) is not None
    world.advance(2_000)
    assert world.store.take("default", job.id, "kombu", lease_ms=1_000, serves=[ONE]) is None
    [taken] = claim(world.store, serves=[TWO])
    assert (taken.id, taken.attempt) == (job.id, 2)


def test_what_waits_behind_much_that_is_passed_on_is_found_at_once(redis_world: RedisWorld) -> None:
    for _ in range(150):
        create(redis_world.store, "Gut.", model=TWO)
    ours = create(redis_world.store, "Gut.")
    assert [taken.id for taken in claim(redis_world.store, serves=[ONE])] == [ours.id]


def test_a_catalogue_knows_what_workers_serve_and_says_what_there_is(redis_client: redis.Redis) -> None:
    store, now = RedisStore(redis_client), 0.0
    catalogue = Catalogue(redis_client, clock=lambda: now)
    models = (
        ServedModel(version=ONE, state=ModelState.LOADED), ServedModel(version=TWO, state=ModelState.UNLOADED),
        ServedModel(version="fake/3", state=ModelState.FAILED, error="It is broken."),
    )  # fmt: skip
    store.report_worker(make_worker(models=models), alive_ms=60_000)
    AliasStore(redis_client).move("candidate", {TWO: 100}, revision=0)
    assert [each.models for each in ServedStore(redis_client).all()] == [list(models)]
    assert [catalogue.missing(name) for name in (DEFAULT, "candidate", ONE, TWO)] == [None] * 4
    assert catalogue.missing("fake/3") == f"is not served; choose one of candidate, default, {ONE}, {TWO}"
    assert [catalogue.missing_version(name) for name in (ONE, TWO)] == [None] * 2
    assert catalogue.missing_version("fake/3") == f"is not served; choose one of {ONE}, {TWO}", (
        "no alias can stand there"
    )
    store.report_worker(make_worker(models=models), alive_ms=0)
    assert ServedStore(redis_client).all() == []


def test_of_what_a_newer_worker_says_what_is_not_known_is_left_out(redis_client: redis.Redis) -> None:
    store = RedisStore(redis_client)
    store.report_worker(make_worker(models=(ServedModel(version=ONE, state=ModelState.LOADED),)), alive_ms=60_000)
    models: Any = redis_client.hget(keys.WORKER_MODELS, "worker@here")
    [known] = orjson.loads(models)
    newer = [known | {"colour": "red"}, known | {"version": TWO, "state": "warming"}]
    redis_client.hset(keys.WORKER_MODELS, "worker@here", orjson.dumps(newer))
    info: Any = redis_client.hget(keys.WORKER_INFO, "worker@here")
    redis_client.hset(keys.WORKER_INFO, "worker@here", orjson.dumps(orjson.loads(info) | {"colour": "red"}))
    assert [model.version for each in ServedStore(redis_client).all() for model in each.models] == [ONE]
    assert Catalogue(redis_client).known() == (DEFAULT, ONE)
    assert [each.name for each in store.workers()] == ["worker@here"]


def test_one_model_and_no_alias_is_what_it_was(world: World) -> None:
    create(world.store)
    assert work_off(world.store) == [Status.SUCCEEDED]
