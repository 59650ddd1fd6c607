"""What the reconciler makes of rollouts."""

import time
from collections.abc import Callable, Iterator

import pytest

from jobs.alias import Alias
from jobs.choice import DEFAULT
from jobs.errors import AliasMoved
from jobs.rollout import Bounds, Rollout, RolloutState
from jobs.rollout_evidence import count_name
from jobs.served import ModelState, ServedModel
from store.aliases import AliasStore
from store.audit import AuditStore
from tests.support.clock import Clock
from tests.support.factories import claim, create, make_worker
from tests.support.worlds import RedisWorld
from worker.reconciler.lost_models import LostModels
from worker.reconciler.rollouts import GONE_S, Rollouts

ONE, TWO = "fake/1", "fake/2"
BOUNDS = Bounds(min_reviews=50, min_agreement=0.5, max_failures=0.2, max_slowdown=None, max_drift=None)


class Rounds:
    """What the reconciler does with rollouts and with what waits for versions."""

    def __init__(self, world: RedisWorld, audit: AuditStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._rollouts = Rollouts(world.redis, audit, clock=clock)
        self._lost = LostModels(world.store, after_s=0)

    def round(self) -> None:
        self._rollouts.round()
        self._lost.round()


class Deployment:
    """An alias `default` for ONE, to which TWO is rolled out, and a reconciler."""

    def __init__(self, world: RedisWorld) -> None:
        self.world, self.seconds = world, 0.0
        self.aliases = AliasStore(world.redis)
        self.audit = AuditStore(world.redis, most=100, lifetime_s=3_600)
        self.reconciler = Rounds(world, self.audit, clock=lambda: self.seconds)
        self.serve(LOADED)
        self.aliases.roll_out(DEFAULT, TWO, own=ONE, bounds=BOUNDS)

    def serve(self, *models: ServedModel, alive: bool = True) -> None:
        told = make_worker(models=(ServedModel(version=ONE, state=ModelState.LOADED), *models))
        self.world.store.report_worker(told, alive_ms=60_000 if alive else 0)

    def count(self, **counts: int) -> None:
        number = self.rollout.number
        self.world.store.count({count_name(DEFAULT, number, TWO, what): count for what, count in counts.items()})

    def good(self) -> None:
        """Another 60 reviews, all of them as they should be."""
        self.count(reviews=60, compared=60, sentences=120, same=120)

    @property
    def alias(self) -> Alias:
        return self.aliases.all()[DEFAULT]

    @property
    def rollout(self) -> Rollout:
        assert self.alias.rollout is not None
        return self.alias.rollout

    def noted(self) -> list[str]:
        return [entry.action for entry in self.audit.page("default", size=9).entries]


LOADED = ServedModel(version=TWO, state=ModelState.LOADED)
FAILED = ServedModel(version=TWO, state=ModelState.FAILED, error="ArtifactError: cut off")


@pytest.fixture
def deployment(redis_world: RedisWorld) -> Iterator[Deployment]:
    return Deployment(redis_world)


def test_a_candidate_that_keeps_its_bounds_is_promoted_step_by_step(deployment: Deployment) -> None:
    shares = [deployment.alias.versions]
    for _ in range(2):
        deployment.good()
        deployment.reconciler.round()
        shares.append(deployment.alias.versions)
    assert shares == [{ONE: 95, TWO: 5}, {ONE: 75, TWO: 25}, {TWO: 100}]
    assert deployment.rollout.state is RolloutState.PROMOTED
    assert deployment.noted() == ["rollout_promoted", "rollout_stepped"]
    [last, _] = deployment.audit.page("default", size=9).entries
    assert last.objects["alias_id"] == DEFAULT
    assert last.objects["why"] == deployment.rollout.why


def test_with_too_little_traffic_it_stays(deployment: Deployment) -> None:
    deployment.count(reviews=49, compared=49, sentences=49, same=49)
    for _ in range(3):
        deployment.reconciler.round()
    assert (deployment.rollout.step, deployment.alias.revision, deployment.noted()) == (0, 1, [])


def test_a_candidate_that_breaks_a_bound_is_rolled_back(deployment: Deployment) -> None:
    deployment.count(reviews=60, failed=40)
    deployment.reconciler.round()
    assert (deployment.alias.versions, deployment.noted()) == ({ONE: 100}, ["rollout_rolled_back"])
    assert deployment.rollout.why.startswith("Reviews that came to nothing: 40 of 60 ")
    [reason] = deployment.rollout.reasons
    assert (reason.code, reason.figures["bad"], reason.figures["reviews"]) == ("failures", 40, 60)


def test_a_candidate_that_cannot_be_loaded_is_rolled_back_and_its_jobs_go_back(deployment: Deployment) -> None:
    store, jobs = (
        deployment.world.store,
        [create(deployment.world.store, "Gut.", restaurant=f"r{n}") for n in range(60)],
    )
    first = claim(store, serves=[ONE])
    assert 0 < len(first) < len(jobs)
    deployment.serve(FAILED)
    deployment.reconciler.round()
    assert deployment.rollout.why == "No worker could load it: ArtifactError: cut off"
    deployment.reconciler.round()
    second = claim(store, serves=[ONE])
    assert sorted(each.id for each in (*first, *second)) == sorted(job.id for job in jobs)


def test_what_waits_for_a_version_that_cannot_be_had_goes_where_an_operator_moves_its_alias(
    redis_world: RedisWorld,
) -> None:
    """Without any rollout."""
    aliases = AliasStore(redis_world.redis)
    reconciler = Rounds(redis_world, AuditStore(redis_world.redis, most=9, lifetime_s=60))
    told = (ServedModel(version=ONE, state=ModelState.LOADED), FAILED)
    redis_world.store.report_worker(make_worker(models=told), alive_ms=60_000)
    aliases.move(DEFAULT, {TWO: 100}, revision=0)
    job = create(redis_world.store, "Gut.")
    assert claim(redis_world.store, serves=[ONE]) == []
    reconciler.round()
    assert claim(redis_world.store, serves=[ONE]) == [], "the operator may be about to mend it"
    aliases.move(DEFAULT, {ONE: 100}, revision=1)
    reconciler.round()
    assert [each.id for each in claim(redis_world.store, serves=[ONE])] == [job.id]


def test_what_waits_for_a_candidate_of_long_ago_goes_back_though_another_one_is_rolled_out(
    deployment: Deployment,
) -> None:
    store = deployment.world.store
    jobs = [create(store, "Gut.", restaurant=f"r{number}") for number in range(60)]
    first = claim(store, serves=[ONE])
    assert 0 < len(first) < len(jobs)
    deployment.aliases.end(DEFAULT, promote=False)
    deployment.aliases.roll_out(DEFAULT, "fake/3", bounds=BOUNDS)
    deployment.serve(ServedModel(version="fake/3", state=ModelState.LOADED))
    deployment.reconciler.round()
    assert deployment.rollout.state is RolloutState.RUNNING
    second = claim(store, serves=[ONE, "fake/3"])
    assert sorted(each.id for each in (*first, *second)) == sorted(job.id for job in jobs)


def test_a_candidate_that_no_worker_has_any_more_is_rolled_back_after_a_while(deployment: Deployment) -> None:
    deployment.serve()
    deployment.reconciler.round()
    deployment.seconds = GONE_S - 1
    deployment.reconciler.round()
    assert deployment.rollout.state is RolloutState.RUNNING
    deployment.serve(LOADED)
    deployment.reconciler.round()
    deployment.serve()
    deployment.seconds = 2 * GONE_S - 2
    deployment.reconciler.round()
    assert deployment.rollout.state is RolloutState.RUNNING, "it was there in between"
    deployment.seconds = 3 * GONE_S
    deployment.reconciler.round()
    assert deployment.rollout.why == "No worker has it any more."


def test_while_no_worker_is_up_nothing_is_decided(deployment: Deployment) -> None:
    deployment.serve(alive=False)
    deployment.good()
    for deployment.seconds in (0.0, 2 * GONE_S):
        deployment.reconciler.round()
    assert deployment.rollout.step == 0


def test_two_reconcilers_go_one_step_and_an_operator_is_right(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployment.good()
    before = deployment.alias
    deployment.reconciler.round()
    with pytest.raises(AliasMoved):
        deployment.aliases.decide(before, before.rollout, audit=deployment.audit, action="late")  # type: ignore[arg-type]
    deployment.good()
    seen = deployment.aliases.all()
    deployment.aliases.end(DEFAULT, promote=False)
    monkeypatch.setattr(AliasStore, "all", lambda self: seen)
    deployment.reconciler.round()
    monkeypatch.undo()
    assert deployment.rollout.why == "An operator stopped it."
    assert deployment.noted() == ["rollout_stepped"]


def test_a_reconciler_that_starts_anew_goes_on_where_the_other_was(deployment: Deployment) -> None:
    deployment.good()
    deployment.reconciler.round()
    deployment.good()
    Rollouts(deployment.world.redis, deployment.audit, clock=Clock()).round()
    assert deployment.rollout.state is RolloutState.PROMOTED
