"""From what people said, over a model that learned it, to an alias that stands for it."""

import pkgutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import redis
import torch

from jobs.errors import AliasMoved, Conflict
from jobs.feedback import Correction, JudgedSentence
from jobs.offer import Offer
from jobs.retraining import RetrainingRequest
from jobs.rollout import Bounds
from jobs.rollout_plan import RolloutPlan
from jobs.served import ModelState, ServedModel
from model.artifact.model_store import ModelStore
from model.errors import DataError, InvalidArgument
from model.predictor import Predictor
from store.aliases import AliasStore
from store.feedback import FeedbackStore
from store.jobs import RedisStore
from store.offers import OfferStore
from store.retrainings import RetrainingStore
from tests.support.factories import create, make_settings, make_worker, work_off
from tests.support.learnable import make_counted, make_model, unknown, write_corpus
from worker.retrain.finished import Finished, in_words
from worker.retrain.flow import Canceled, Flow

#: Later than whatever a test says, and the version that it makes.
AT_MS, MADE = 4_102_444_800_000, "1.21000101-000000"
OPTIONS = {"learning_rate": 3e-3, "seed": 2}
#: Of a rollout that is asked for.
STEPS, BOUNDS = (5, 50), Bounds(min_reviews=40, max_slowdown=None)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that knows the corpus, beside which that is, too."""
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("base")
    write_corpus(folder)
    return make_model(folder)


def say(client: redis.Redis, tenant: str, count: int = 24) -> None:
    """What people of an organisation say of the sentences of one job."""
    jobs, feedback = RedisStore(client), FeedbackStore(client)
    job = create(jobs, tenant=tenant, id=f"job_{tenant}")
    work_off(jobs)
    judged = jobs.get(tenant, job.id).job
    for index, each in enumerate(unknown(count)):
        sentence = JudgedSentence(index=index, text=each.text, aspects={})
        for aspect, polarity in each.verdicts.items():
            correction = Correction(sentence=index, aspect=aspect, polarity=polarity)
            assert feedback.put(judged, "de", sentence, correction, most=10, ttl_ms=60_000)


class World:
    """A store of models, and a worker that has whatever is offered once it is asked again."""

    def __init__(self, client: redis.Redis, base: Path, folder: Path) -> None:
        self.client, self.base, self.folder = client, base, folder
        self.settings = make_settings(model=str(base), model_store=str(folder / "store"))
        self.aliases, self.offers = AliasStore(client), OfferStore(client)
        self.now = 0.0

    def tell(self, seconds: float) -> None:
        """A second passes."""
        self.now += seconds
        models = [ServedModel(version=version, state=ModelState.UNLOADED) for version in self.offers.all()]
        own = {"name": "learnable", "version": "1"}
        RedisStore(self.client).report_worker(make_worker(model=own, models=tuple(models)), alive_ms=60_000)

    def retrain(
        self,
        *tenants: str,
        model: str = "default",
        alias: str = "candidate",
        rollout: bool = False,
        options: Mapping[str, float] = OPTIONS,
        sleep: Callable[[float], None] | None = None,
        progress: Callable[[float], None] = lambda share: None,
    ) -> Finished:
        plan = RolloutPlan(steps=STEPS, bounds=BOUNDS) if rollout else None
        asked = RetrainingRequest(model=model, tenants=tenants, alias=alias, rollout=plan, options=options)
        flow = Flow(
            self.settings, self.client, announce=lambda line: None, progress=progress, sleep=sleep or self.tell,
            clock=lambda: self.now,
        )  # fmt: skip
        return flow.run(asked, self.folder / "retrained", at_ms=AT_MS, corpus=(str(self.base.parent / "de"),))


@pytest.fixture
def world(redis_client: redis.Redis, base: Path, tmp_path: Path) -> World:
    return World(redis_client, base, tmp_path)


def test_it_is_pushed_offered_and_the_alias_stands_for_it(world: World) -> None:
    say(world.client, "acme")
    done = world.retrain("acme")
    assert (done.refusals, done.unmoved) == ((), None)
    assert done.version == f"learnable/{MADE}"
    (stored,) = ModelStore(world.settings.model_store).versions()
    assert str(stored.address) == done.address == world.offers.all()[done.version].address
    assert world.aliases.all()["candidate"].versions == {done.version: 100}
    assert [path.name for path in (world.folder / "retrained").iterdir()] == [f"learnable-{MADE}"]


def test_a_linear_model_goes_the_same_way(redis_client: redis.Redis, tmp_path: Path) -> None:
    write_corpus(tmp_path / "base")
    world = World(redis_client, make_counted(tmp_path / "base"), tmp_path)
    say(world.client, "acme")
    with pytest.raises(InvalidArgument, match="a linear model has no learning_rate"):
        world.retrain("acme")
    done = world.retrain("acme", options={})
    assert (done.refusals, done.unmoved) == ((), None)
    assert world.aliases.all()["candidate"].versions == {done.version: 100}
    assert Predictor.load(str(done.address)).info.version == MADE


class Killed(BaseException):
    """The end of a process."""


@pytest.mark.parametrize("rollout", [False, True])
def test_who_was_killed_behind_the_offer_goes_on_with_what_was_offered(
    world: World, rollout: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(world.client, "acme")
    world.aliases.move("candidate", {"learnable/1": 100}, revision=0)

    def kill(seconds: float) -> None:
        raise Killed

    with pytest.raises(Killed):
        world.retrain("acme", rollout=rollout, sleep=kill)
    # What is trained anew takes another time, which its card tells.
    monkeypatch.setattr("worker.retrain.flow.retrain", None)
    done = world.retrain("acme", rollout=rollout)
    [offer] = world.offers.all().values()
    assert (done.unmoved, done.address, done.comparison["corrections"]) == (None, offer.address, 24)
    moved = world.aliases.all()["candidate"]
    assert done.version in moved.versions
    # Once more: whoever has moved the alias need not do it twice.
    assert world.retrain("acme", rollout=rollout) == done
    assert world.aliases.all()["candidate"] == moved


#: By where it is killed: what its call does not come back from, in the order of a retraining, and whether before it
#: does anything.
STEPS_OF_IT = [
    ("store.retrainings.RetrainingStore.begin", False),
    ("model.training.checkpointing.Checkpoint.save", False),
    ("model.retraining.run.compare_with_base", True),
    ("model.retraining.run.with_provenance", False),
    ("model.artifact.model_store.ModelStore.push", True),
    ("model.artifact.model_store.ModelStore.push", False),
    ("store.offers.OfferStore.make", False),
    ("store.aliases.AliasStore._move", False),
    ("worker.retrain.flow.forget_run", False),
]


@pytest.mark.parametrize("rollout", [False, True])
def test_killed_at_each_of_its_steps_a_retraining_of_default_goes_on_there(
    world: World, rollout: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(world.client, "acme")
    world.tell(0)
    for place, early in STEPS_OF_IT:
        with monkeypatch.context() as patched:
            kill_at(place, early, patched)
            with pytest.raises(Killed):
                world.retrain("acme", alias="default", rollout=rollout)
    done = world.retrain("acme", alias="default", rollout=rollout)
    moved = world.aliases.all()["default"]
    assert (done.unmoved, done.version, done.comparison["corrections"]) == (None, f"learnable/{MADE}", 24)
    assert moved.versions == ({"learnable/1": 95, done.version: 5} if rollout else {done.version: 100})
    assert moved.revision == 1
    assert [path.name for path in (world.folder / "retrained").iterdir()] == [f"learnable-{MADE}"]
    # Its trainer may be killed before anybody has been told.
    assert world.retrain("acme", alias="default", rollout=rollout) == done
    if rollout:
        # However the rollout ends: it is not begun once more.
        stopped = world.aliases.end("default", promote=False)
        assert world.retrain("acme", alias="default", rollout=True) == done
        assert world.aliases.all()["default"] == stopped


def kill_at(place: str, early: bool, patched: pytest.MonkeyPatch) -> None:
    """Whoever calls what is there is killed, before or behind it."""
    owner, _, name = place.rpartition(".")
    there: Any = pkgutil.resolve_name(owner if owner.islower() else ":".join(owner.rsplit(".", 1)))
    whole = getattr(there, name)

    def killed(*args: Any, **kwargs: Any) -> None:
        if not early:
            whole(*args, **kwargs)
        raise Killed

    patched.setattr(there, name, killed)


def test_one_that_was_killed_goes_on_from_what_it_began_with_wherever_the_alias_points_now(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(world.client, "acme")
    world.tell(0)
    world.aliases.move("production", {"learnable/1": 100}, revision=0)
    asked = RetrainingRequest(model="production", tenants=("acme",), options=OPTIONS)
    with monkeypatch.context() as patched:
        kill_at("store.retrainings.RetrainingStore.begin", False, patched)
        with pytest.raises(Killed):
            world.retrain("acme", model="production")
    world.aliases.move("production", {"learnable/1": 90, "other/1": 10}, revision=1)
    assert RetrainingStore(world.client).ask(asked, at_ms=AT_MS).base == "learnable/1"
    world.aliases.move("candidate", {"other/1": 100}, revision=0)
    done = world.retrain("acme", model="production")
    assert done.version == f"learnable/{MADE}"
    assert done.unmoved is not None
    assert "has moved: its revision is 1" in in_words(done.unmoved), "somebody moved it meanwhile"


def test_a_version_that_was_offered_and_learned_something_else_is_not_taken_for_it(world: World) -> None:
    say(world.client, "acme")
    address = str(ModelStore(world.settings.model_store).push(world.base))
    world.offers.make(Offer(version=f"learnable/{MADE}", address=address))
    with pytest.raises(Conflict, match="has learned something else"):
        world.retrain("acme")


def test_of_what_is_canceled_while_it_is_sent_nothing_is_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    say(world.client, "acme")

    def canceled(store: ModelStore, directory: Path, announce: Callable[[str], None]) -> None:
        raise Canceled

    monkeypatch.setattr(ModelStore, "push", canceled)
    with pytest.raises(Canceled):
        world.retrain("acme")
    assert list((world.folder / "retrained").iterdir()) == []


def test_it_may_be_rolled_out_to_the_alias_in_steps(world: World) -> None:
    say(world.client, "acme")
    world.aliases.move("production", {"learnable/1": 100}, revision=0)
    done = world.retrain("acme", model="production", alias="production", rollout=True)
    moved = world.aliases.all()["production"]
    assert moved.versions == {"learnable/1": 95, done.version: 5}
    assert moved.rollout is not None
    assert (done.unmoved, moved.rollout.candidate) == (None, done.version)
    assert (moved.rollout.steps, moved.rollout.bounds) == (STEPS, BOUNDS)


def test_what_was_offered_is_found_by_its_version(world: World) -> None:
    say(world.client, "acme")
    address = str(ModelStore(world.settings.model_store).push(world.base))
    world.offers.make(Offer(version="offered/1", address=address))
    again = world.retrain("acme", model="offered/1")
    assert (again.refusals, again.version) == ((), f"learnable/{MADE}")


def test_only_those_organisations_are_learned_from_that_are_named(world: World) -> None:
    say(world.client, "acme", 24)
    say(world.client, "other", 30)
    done = world.retrain("acme")
    assert done.comparison["corrections"] == 24


def test_without_feedback_of_theirs_there_is_nothing_to_learn(world: World) -> None:
    say(world.client, "other")
    create(RedisStore(world.client), tenant="acme")
    with pytest.raises(DataError, match="no corrected sentence"):
        world.retrain("acme")


def test_what_was_erased_meanwhile_is_in_no_model_that_goes_on(world: World) -> None:
    say(world.client, "acme")

    def erase(share: float) -> None:
        FeedbackStore(world.client).delete("acme", "job_acme", (3, "food"))

    done = world.retrain("acme", progress=erase)
    (why,) = done.refusals
    assert "erased, taken back or said otherwise meanwhile" in in_words(why)
    assert not done.directory.exists()
    assert (done.address, world.offers.all(), ModelStore(world.settings.model_store).versions()) == (None, {}, [])


def test_who_moved_the_alias_meanwhile_goes_before(world: World) -> None:
    say(world.client, "acme")

    def somebody(seconds: float) -> None:
        if "candidate" not in world.aliases.all():
            world.aliases.move("candidate", {"other/1": 100}, revision=0)
        world.tell(seconds)

    done = world.retrain("acme", sleep=somebody)
    assert done.unmoved is not None
    assert "has moved: its revision is 1, and it points at other/1" in in_words(done.unmoved)
    with pytest.raises(AliasMoved):
        world.aliases.move("candidate", {done.version: 100}, revision=0)


def test_a_version_that_no_worker_has_is_not_what_an_alias_stands_for(world: World) -> None:
    say(world.client, "acme")

    RedisStore(world.client).report_worker(
        make_worker(models=(ServedModel(version="other/1", state=ModelState.LOADED),)), alive_ms=600_000
    )
    done = world.retrain("acme", sleep=lambda seconds: setattr(world, "now", world.now + seconds))
    assert done.unmoved is not None
    assert in_words(done.unmoved) == (
        f"no worker has learnable/{MADE}: they need KRITIQ_MODEL_STORE={world.settings.model_store}"
    )
    assert "candidate" not in world.aliases.all()


@pytest.mark.parametrize(
    ("name", "why"),
    [("nobody", "there is no alias nobody"), ("other/1", "other/1 is neither offered nor one of KRITIQ_MODEL")],
)
def test_a_model_that_is_nowhere_is_named_with_what_there_is(world: World, name: str, why: str) -> None:
    create(RedisStore(world.client), tenant="acme")
    with pytest.raises(InvalidArgument, match=why):
        world.retrain("acme", model=name)


def test_of_a_split_alias_one_version_has_to_be_named(world: World) -> None:
    world.aliases.move("production", {"learnable/1": 90, "other/1": 10}, revision=0)
    create(RedisStore(world.client), tenant="acme")
    with pytest.raises(InvalidArgument, match=r"stands for learnable/1, other/1: name one of them"):
        world.retrain("acme", model="production")
