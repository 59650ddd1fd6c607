"""Trials of a sweep are sent to Celery's workers, tried there once each, and canceled when nobody waits any more."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import optuna
import pytest
import redis
import torch
from celery import Celery

from jobs.settings import Settings
from model.errors import ModelError
from model.sweep.plan import SweepPlan, read_plan
from model.sweep.running import done, open_study
from store import queues
from store.jobs import RedisStore
from tests.support.commands import Kritiq
from tests.support.factories import make_settings
from tests.support.learnable import write_sweep
from tests.support.redis_server import RedisServer
from worker.app import close, create_app
from worker.sweep.sending import send_trials
from worker.sweep.task import add_trial

#: Celery 5.7's own call of redis-py 8.
pytestmark = pytest.mark.filterwarnings("ignore:Call to deprecated setex")


class World:
    """A sweep of two trials, its sender, and a worker that is the test itself."""

    def __init__(self, folder: Path, url: str, client: redis.Redis) -> None:
        self.settings: Settings = make_settings(redis_url=url)
        self.client, self.output, self.announced = client, folder, list[str]()
        self.plan: SweepPlan = read_plan(write_sweep(folder))
        self.storage = f"sqlite:///{folder / 'sweep.db'}"
        self.apps = list[Celery]()
        self.worker = self.started(self.plan)

    def started(self, plan: SweepPlan) -> Celery:
        """A worker with a plan of its own."""
        app = create_app(self.settings)
        self.apps.append(app)
        app.conf.task_store_eager_result = True
        add_trial(app, self.settings, plan, self.output, self.storage)
        return app

    def messages(self) -> Iterator[Any]:
        """What waits in the queue, taken out."""
        with self.worker.connection_for_read() as connection, connection.SimpleQueue(queues.SWEEP_QUEUE) as queue:
            while self.client.llen(queues.SWEEP_QUEUE):
                message = queue.get(timeout=5)
                message.ack()
                yield message

    def work(self, _: float = 0.0, worker: Celery | None = None) -> list[Any]:
        """Do all that waits."""
        task = (worker or self.worker).tasks[queues.SWEEP]
        return [task.apply(kwargs=each.payload[1], task_id=each.headers["id"]) for each in self.messages()]

    def state(self, task: str) -> str:
        """As whoever sent it sees it."""
        return str(self.worker.AsyncResult(task).state)

    def send(self, meanwhile: Callable[[float], object]) -> optuna.Study:
        """Send, with `meanwhile` whenever there is nothing to do but wait."""
        return send_trials(
            self.settings, self.client, self.plan, self.storage, announce=self.announced.append,
            sleep=lambda seconds: (meanwhile(seconds), None)[1],
        )  # fmt: skip


@pytest.fixture
def world(tmp_path: Path, redis_server: RedisServer, redis_client: redis.Redis) -> Iterator[World]:
    torch.set_num_threads(1)
    made = World(tmp_path, redis_server.url, redis_client)
    yield made
    for app in made.apps:
        close(app)


def test_what_is_sent_is_tried_and_what_is_there_is_not_sent_again(world: World) -> None:
    study = world.send(world.work)
    assert done(study) == world.plan.trials == 2
    first, *trials = world.announced
    assert first == "2 trials wait for workers: kritiq sweep-worker"
    assert [line.split(":")[0] for line in trials] == ["trial 0", "trial 1"]
    assert len({each.params["learning_rate"] for each in study.get_trials()}) == 2
    assert (world.output / "trial-1" / "kritiq.json").is_file()
    world.send(lambda _: pytest.fail("there is nothing to wait for"))
    assert world.announced[-1] == "2 of 2 trials are there"


def test_a_trial_that_comes_twice_is_tried_once(world: World) -> None:
    def twice(_: float) -> None:
        for each in list(world.messages()):
            for _ in range(2):
                world.worker.tasks[queues.SWEEP].apply(kwargs=each.payload[1], task_id=each.headers["id"])

    assert len(world.send(twice).get_trials()) == 2


def test_who_waits_no_longer_cancels_what_has_not_begun(world: World) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        world.send(interrupted)
    assert [world.state(each.id) for each in world.work()] == ["REVOKED"] * 2
    assert open_study(world.storage).get_trials() == []


def test_a_trial_that_is_canceled_ends_after_its_epoch_and_does_not_count(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    revoked = iter([[], ["one"]])
    monkeypatch.setattr(RedisStore, "revoked", lambda self: next(revoked))
    world.worker.tasks[queues.SWEEP].apply(kwargs={"sweep": world.plan.digest, "seed": 1}, task_id="one")
    assert world.state("one") == "REVOKED"
    study = open_study(world.storage)
    assert (done(study), [each.state.name for each in study.get_trials()]) == (0, ["FAIL"])


def test_a_trial_that_fails_ends_the_sweep_with_its_words(world: World) -> None:
    (world.output / "dev.jsonl").write_text("")
    with pytest.raises(ModelError, match=r"a trial failed: .*dev\.jsonl.*the same command goes on"):
        world.send(lambda seconds: world.work(seconds)[:1])


def test_after_a_trial_that_failed_the_same_command_tries_something_else(world: World) -> None:
    dev = (world.output / "dev.jsonl").read_text()
    (world.output / "dev.jsonl").write_text("")
    first, again = list[int](), list[int]()

    def seeds(of: list[int]) -> Callable[[float], None]:
        def look(_: float) -> None:
            waiting = list(world.messages())
            of.extend(each.payload[1]["seed"] for each in waiting)
            raise KeyboardInterrupt

        return look

    with pytest.raises(KeyboardInterrupt):
        world.send(seeds(first))
    study = open_study(world.storage)
    study.tell(study.ask(), state=optuna.trial.TrialState.FAIL)
    (world.output / "dev.jsonl").write_text(dev)
    with pytest.raises(KeyboardInterrupt):
        world.send(seeds(again))
    assert (first, again) == ([1, 2], [2, 3])


def test_a_worker_of_another_sweep_tries_nothing(world: World, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = world.started(read_plan(write_sweep(tmp_path / "other")))
    with pytest.raises(ModelError, match="the --config of another sweep"):
        world.send(lambda _: world.work(worker=other))
    assert open_study(world.storage).get_trials() == []


def test_more_trials_are_the_same_sweep(tmp_path: Path) -> None:
    two = read_plan(write_sweep(tmp_path))
    assert read_plan(write_sweep(tmp_path, trials=9)).digest == two.digest
    (tmp_path / "sweep.yaml").write_text((tmp_path / "sweep.yaml").read_text().replace("[1, 2]", "[1, 3]"))
    assert read_plan(tmp_path / "sweep.yaml").digest != two.digest


def test_processes_and_celery_are_two_ways(kritiq: Kritiq, tmp_path: Path) -> None:
    words = ("sweep", "--config", "a", "--output", tmp_path, "--celery", "--processes", 2)
    assert "the workers that are up share the trials" in kritiq(*words, status=2).stderr


def test_a_worker_without_a_sweep_ends_in_one_line(kritiq: Kritiq, tmp_path: Path) -> None:
    done = kritiq("sweep-worker", "--config", tmp_path / "none.yaml", "--output", tmp_path, status=1)
    assert "none.yaml cannot be read" in done.stderr
