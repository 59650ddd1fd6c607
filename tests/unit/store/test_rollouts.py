"""What a rollout does to jobs, in memory and in Redis; and that whoever moves the alias is right."""

from typing import cast

import orjson
import pytest
import redis

from jobs.batch import Batch
from jobs.choice import DEFAULT, Choice
from jobs.errors import AliasMoved, NotFound, NotOneVersion
from jobs.job import Status
from jobs.line import Line
from jobs.request import JobRequest, Priority
from jobs.rollout import Bounds, RolloutState
from jobs.rollout_evidence import count_name
from store import alias_keys, keys
from store.aliases import AliasStore
from store.audit import AuditStore
from store.batches import BatchStore
from store.jobs import RedisStore
from store.rollouts import RolloutStore
from tests.support.accounting import recount, totals
from tests.support.factories import claim, create, succeeded
from tests.support.model_batches import ModelBatches
from tests.support.worlds import ModelWorld, RedisWorld, World

ONE, TWO = "fake/1", "fake/2"
BOTH = [ONE, TWO]


@pytest.fixture
def aliases(world: World) -> AliasStore:
    if isinstance(world, RedisWorld):
        return AliasStore(world.redis)
    assert isinstance(world, ModelWorld)
    return cast("AliasStore", world.store.aliases)


@pytest.fixture
def begun(aliases: AliasStore) -> AliasStore:
    """`default` stands for ONE, and TWO is rolled out to it."""
    aliases.move(DEFAULT, {ONE: 100}, revision=0)
    aliases.roll_out(DEFAULT, TWO, revision=1)
    return aliases


def decide(aliases: AliasStore, *, further: bool) -> None:
    known = aliases.all()[DEFAULT]
    assert known.rollout is not None
    to = known.rollout.stepped([], 1, reviews=0) if further else known.rollout.ended(RolloutState.ROLLED_BACK, [], 1)
    if isinstance(aliases, AliasStore):
        audit = AuditStore(aliases.client, most=10, lifetime_s=60)
        aliases.decide(known, to, audit=audit, action="rollout_stepped")
    else:
        aliases.decide(known, to)


def candidates(world: World, jobs: int = 60) -> dict[str | None, Choice]:
    """What a job of each of so many restaurants came to that is with the candidate."""
    for number in range(jobs):
        create(world.store, "Gut.", restaurant=f"r{number}")
    taken = claim(world.store, jobs=jobs, serves=BOTH)
    world.store.complete([succeeded(each) for each in taken])
    return {each.request.restaurant: each.choice for each in taken if each.choice and each.choice.version == TWO}


def test_each_step_gives_the_candidate_more_and_keeps_what_it_had(world: World, begun: AliasStore) -> None:
    first = candidates(world)
    decide(begun, further=True)
    second = candidates(world)
    assert first.keys() < second.keys()
    assert {choice.share for choice in second.values()} == {25}
    decide(begun, further=True)
    assert len(candidates(world)) == 60


def test_the_candidates_share_is_judged_by_the_stable_version_too_and_counts(world: World, begun: AliasStore) -> None:
    assert candidates(world)
    assert set(candidates(world).values()) == {Choice(version=TWO, alias=DEFAULT, share=5, shadow=ONE, rollout=2)}


def of_candidate(world: World, begun: AliasStore) -> str:
    """A restaurant whose jobs fall to the candidate."""
    found = next(iter(candidates(world)))
    assert found is not None
    return found


def test_what_the_candidate_got_and_has_not_judged_is_the_stable_versions_again(
    world: World, begun: AliasStore
) -> None:
    theirs = of_candidate(world, begun)
    job = create(world.store, "Gut.", restaurant=theirs)
    [taken] = claim(world.store, serves=BOTH)
    assert taken.choice is not None
    assert taken.choice.version == TWO
    decide(begun, further=False)
    world.store.release([taken.tag])
    [again] = claim(world.store, serves=[ONE])
    assert (again.id, again.attempt, again.choice) == (job.id, 2, Choice(version=ONE, alias=DEFAULT))


def test_what_is_held_when_it_is_rolled_back_ends_as_it_began(world: World, begun: AliasStore) -> None:
    create(world.store, "Gut.", restaurant=of_candidate(world, begun))
    [taken] = claim(world.store, serves=BOTH)
    decide(begun, further=False)
    assert world.store.complete([succeeded(taken)]) == [Status.SUCCEEDED]


def test_what_waits_for_a_candidate_that_nobody_serves_is_taken_back(world: World, begun: AliasStore) -> None:
    theirs = of_candidate(world, begun)
    exact = create(world.store, "Gut.", model=TWO)
    jobs = [create(world.store, "Gut.", restaurant=theirs) for _ in range(3)]
    assert claim(world.store, serves=[ONE]) == []
    decide(begun, further=False)
    assert claim(world.store, serves=[ONE]) == []
    store = RolloutStore(world.redis) if isinstance(world, RedisWorld) else world.store
    assert [store.take_back(TWO), store.take_back(TWO)] == [3, 0]  # type: ignore[attr-defined]
    taken = claim(world.store, serves=[ONE])
    assert [each.id for each in taken] == [job.id for job in jobs]
    assert [each.id for each in claim(world.store, serves=[TWO])] == [exact.id]
    if isinstance(world, RedisWorld):
        assert totals(world.redis) == recount(world.redis)


def test_what_waits_for_a_version_that_nobody_serves_goes_where_its_alias_was_moved(world: World) -> None:
    aliases = AliasStore(world.redis) if isinstance(world, RedisWorld) else world.store.aliases
    store = RolloutStore(world.redis) if isinstance(world, RedisWorld) else world.store
    batches = BatchStore(world.redis) if isinstance(world, RedisWorld) else ModelBatches(world.store)
    aliases.move(DEFAULT, {TWO: 100}, revision=0)
    exact, job = create(world.store, "Gut.", model=TWO), create(world.store, "Gut.")
    of = Batch(id="batch_a", request=JobRequest(priority=Priority.BULK))
    batches.create(of, [Line(number=number, text="Gut.") for number in (1, 2)], target=1)
    assert claim(world.store, serves=[ONE]) == []
    assert store.take_back(TWO) == 0  # type: ignore[attr-defined]
    aliases.move(DEFAULT, {ONE: 100}, revision=1)
    assert claim(world.store, serves=[ONE]) == []
    assert [store.take_back(TWO), store.take_back(TWO)] == [3, 0]  # type: ignore[attr-defined]
    taken = claim(world.store, serves=[ONE])
    assert (taken[0].id, {each.choice for each in taken}) == (job.id, {Choice(version=ONE, alias=DEFAULT)})
    assert (len(taken), [each.id for each in claim(world.store, serves=[TWO])]) == (3, [exact.id])


def test_a_batch_goes_back_as_single_reviews_do(world: World, begun: AliasStore) -> None:
    theirs = of_candidate(world, begun)
    batches = BatchStore(world.redis) if isinstance(world, RedisWorld) else ModelBatches(world.store)
    of = Batch(id="batch_a", request=JobRequest(priority=Priority.BULK, restaurant=theirs))
    batches.create(of, [Line(number=number, text="Gut.") for number in (1, 2)], target=1)
    [first] = claim(world.store, jobs=1, serves=BOTH)
    assert first.choice is not None
    assert first.choice.version == TWO
    decide(begun, further=False)
    [second] = claim(world.store, jobs=1, serves=BOTH)
    assert second.choice == Choice(version=ONE, alias=DEFAULT)


def test_a_job_that_a_worker_with_the_candidate_was_lost_with_is_judged_by_the_stable_version(
    world: World, begun: AliasStore
) -> None:
    job = create(world.store, "Gut.", restaurant=of_candidate(world, begun))
    [taken] = claim(world.store, serves=BOTH, lease_ms=1_000)
    assert taken.choice is not None
    assert taken.choice.version == TWO
    world.advance(2_000)
    assert world.store.sweep() == (1, 0)
    [again] = claim(world.store, serves=[ONE], idle=True)
    assert (again.id, again.choice) == (job.id, Choice(version=ONE, alias=DEFAULT, rollout=2))
    if isinstance(world, RedisWorld):
        evidence = RolloutStore(world.redis).evidence(begun.all()[DEFAULT])
        assert evidence is not None
        assert evidence.candidate.lost == 1


def test_what_was_promoted_judges_what_a_worker_is_lost_with_then(world: World, begun: AliasStore) -> None:
    job = create(world.store, "Gut.", restaurant=of_candidate(world, begun))
    [taken] = claim(world.store, serves=BOTH, lease_ms=1_000)
    decide(begun, further=True)
    decide(begun, further=True)
    assert begun.all()[DEFAULT].versions == {TWO: 100}
    world.advance(2_000)
    assert world.store.sweep() == (1, 0)
    # Nobody serves the version before any more: why should they?
    [again] = claim(world.store, serves=[TWO], idle=True)
    assert (again.id, again.choice) == (job.id, taken.choice)


def test_of_two_operators_who_begin_one_at_once_the_second_hears_of_it(aliases: AliasStore) -> None:
    aliases.move(DEFAULT, {ONE: 100}, revision=0)
    aliases.roll_out(DEFAULT, TWO, revision=1)
    with pytest.raises((AliasMoved, NotOneVersion)):
        aliases.roll_out(DEFAULT, TWO, revision=1)


def test_whoever_moves_the_alias_ends_it_and_what_is_decided_meanwhile_is_not_done(
    redis_client: redis.Redis,
) -> None:
    aliases, audit = AliasStore(redis_client), AuditStore(redis_client, most=10, lifetime_s=60)
    aliases.move(DEFAULT, {ONE: 100}, revision=0)
    before = aliases.roll_out(DEFAULT, TWO, revision=1)
    assert before.rollout is not None
    stopped = aliases.move(DEFAULT, {ONE: 100}, revision=2)
    assert stopped.rollout is not None
    assert (stopped.rollout.state, stopped.rollout.why) == (RolloutState.ROLLED_BACK, "An operator stopped it.")
    with pytest.raises(AliasMoved):
        aliases.decide(before, before.rollout.stepped([], 1, reviews=9), audit=audit, action="rollout_stepped")
    assert not audit.page("default", size=9).entries
    assert aliases.all()[DEFAULT].versions == {ONE: 100}


def test_it_ends_by_promotion_or_stop_once(redis_client: redis.Redis) -> None:
    aliases = AliasStore(redis_client)
    with pytest.raises(NotFound):
        aliases.end(DEFAULT, promote=True)
    aliases.roll_out(DEFAULT, TWO, own=ONE)
    assert aliases.end(DEFAULT, promote=True).versions == {TWO: 100}
    with pytest.raises(NotFound):
        aliases.end(DEFAULT, promote=False)


def test_a_rollout_goes_from_one_version_to_another(redis_client: redis.Redis) -> None:
    aliases = AliasStore(redis_client)
    with pytest.raises(NotOneVersion, match="Nobody has said what the alias candidate stands for"):
        aliases.roll_out("candidate", TWO)
    aliases.move("candidate", {ONE: 100}, revision=0)
    with pytest.raises(NotOneVersion):
        aliases.roll_out("candidate", ONE)
    aliases.move("candidate", {ONE: 100}, revision=1, shadow=TWO)
    with pytest.raises(NotOneVersion):
        aliases.roll_out("candidate", TWO)
    aliases.move("candidate", {ONE: 50, TWO: 50}, revision=2)
    with pytest.raises(NotOneVersion):
        aliases.roll_out("candidate", "fake/3")


def test_what_was_counted_of_the_rollout_before_is_forgotten(redis_client: redis.Redis) -> None:
    aliases, rollouts, store = AliasStore(redis_client), RolloutStore(redis_client), RedisStore(redis_client)
    first = aliases.roll_out(DEFAULT, TWO, own=ONE)
    store.count({count_name(DEFAULT, 1, TWO, "reviews"): 5, "batches": 1})
    evidence = rollouts.evidence(first)
    assert evidence is not None
    assert evidence.candidate.reviews == 5
    assert store.counters() == {"batches": 1}
    aliases.end(DEFAULT, promote=False)
    second = aliases.roll_out(DEFAULT, TWO)
    store.count({count_name(DEFAULT, 1, TWO, "reviews"): 2})
    evidence = rollouts.evidence(second)
    assert evidence is not None
    assert evidence.candidate.reviews == 0
    assert redis_client.hlen(keys.ROLLOUT(DEFAULT)) == 1


def test_what_a_newer_release_says_of_a_rollout_is_passed_over(redis_client: redis.Redis) -> None:
    aliases = AliasStore(redis_client)
    begun = aliases.roll_out(DEFAULT, TWO, own=ONE, bounds=Bounds(max_drift=None))
    told = orjson.loads(begun.encode())
    told["rollout"] |= {"colour": "red"}
    told["rollout"]["bounds"] |= {"max_colours": 3}
    redis_client.hset(alias_keys.ALIASES, DEFAULT, orjson.dumps(told))
    assert aliases.all()[DEFAULT] == begun
