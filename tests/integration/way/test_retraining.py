"""The whole loop: people say what is wrong, a model learns it, goes past the gate, is served, and judges it rightly."""

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
import torch

from jobs.asked_retraining import PROGRESS
from store import retraining_keys
from tests.support.factories import make_settings
from tests.support.learnable import corpus, make_counted, make_model, unknown, write_corpus
from tests.support.processes import Api, Process, start_worker, wait_for_worker
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for
from worker.retrain.results import result_of

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

CORRECTED = unknown(200)


class Deployment:
    """A service whose model does not know two words, and a store of models."""

    def __init__(self, folder: Path, ended: ExitStack, make: Callable[[Path], Path] = make_model) -> None:
        write_corpus(folder)
        self.folder, self.store = folder, folder / "store"
        self.redis = ended.enter_context(closing(RedisServer())).start()
        settings = {"model": str(make(folder)), "model_store": str(self.store)}
        worker = ended.enter_context(closing(start_worker(self.redis.url, **settings)))
        self.api = ended.enter_context(closing(Api(self.redis.url)))
        with self.redis.client() as client:
            wait_for_worker(worker, client)
        self.api.wait()
        # What rolls versions out; it has long begun when there is one.
        ended.enter_context(closing(Process("reconciler", env={"KRITIQ_REDIS_URL": self.redis.url})))
        self.retrained = folder / "data" / "retrained"
        self.env = {"KRITIQ_REDIS_URL": self.redis.url, "KRITIQ_DATA_DIR": str(folder / "data")}
        self.env |= {f"KRITIQ_{name.upper()}": value for name, value in settings.items()}

    def judged(self, texts: list[str], **asked: str) -> list[dict[str, str]]:
        """Aspect -> polarity of each text, a sentence each."""
        return [self._aspects(self.ended(text, **asked)) for text in texts]

    def ended(self, text: str, **asked: str) -> dict[str, Any]:
        """The job of a text, when it has ended well."""
        job = self.api.ended(self.api.submit(text, **asked))
        assert job["status"] == "succeeded", job
        return job

    @staticmethod
    def _aspects(job: dict[str, Any]) -> dict[str, str]:
        (sentence,) = job["result"]["sentences"]
        return {aspect: told["polarity"] for aspect, told in sentence["aspects"].items()}

    def say(self) -> None:
        """People say of 200 sentences of 20 reviews what they mean."""
        for begin in range(0, len(CORRECTED), 10):
            some = CORRECTED[begin : begin + 10]
            job = self.ended(" ".join(each.text.capitalize() for each in some))
            assert len(job["result"]["sentences"]) == len(some)
            for index, each in enumerate(some):
                for aspect, polarity in each.verdicts.items():
                    correction = {"sentence": index, "aspect": aspect, "polarity": polarity, "by": "anna"}
                    answer = self.api.http.post(f"/v1/jobs/{job['id']}/feedback", json=correction)
                    assert answer.status_code == 200, answer.text

    #: So many epochs that whoever waits for the first to be over comes before the last.
    WHAT = ("--model", "default", "--tenant", "default", "--learning-rate", "0.003", "--epochs", "15")

    def retrain(self, *more: str) -> Process:
        """The command, which has begun."""
        return Process("retrain", *self.WHAT, "--corpus", str(self.folder / "de"), *more, env=self.env)

    def trainer(self) -> Process:
        """A process that retrains in the background."""
        return Process("trainer", "run", "--corpus", str(self.folder / "de"), env=self.env)

    def ask(self, **more: Any) -> Any:
        """The answer to a retraining that is asked for over HTTP."""
        options = {"learning_rate": 0.003, "epochs": 15}
        return self.api.http.post("/v1/retrainings", json={"tenants": ["default"], "options": options, **more})

    def alias(self, name: str) -> dict[str, Any]:
        """Where an alias points."""
        told = self.api.http.get("/v1/models").json()["aliases"]
        return next(each for each in told if each["alias"] == name)

    def a_minute_later(self, task: str) -> None:
        """As Redis has it then: the lease of a killed trainer is over, and Celery gives its message back."""
        with self.redis.client() as client:
            client.delete(retraining_keys.RETRAINING(task))
            for tag in client.zrange("unacked_index", 0, -1):
                client.zincrby("unacked_index", -60, tag)

    def command(self, *words: str) -> str:
        """What a short command prints."""
        with closing(Process(*words, env=self.env)) as done:
            assert done.wait() == 0, done.log
            return done.log.strip()


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    torch.set_num_threads(1)
    with ExitStack() as ended:
        yield Deployment(tmp_path_factory.mktemp("loop"), ended)


#: Bounds for some dozens of reviews, which a busy machine may judge at any speed.
CANARY = {"steps": [50], "min_reviews": 40, "min_agreement": 0.75, "max_failures": 0.25, "max_slowdown": None}


def rolled_out(deployment: Deployment, version: str) -> None:
    """Guests write what both versions know, until the alias stands for the new one; then that is what it says."""
    texts = [each.text.capitalize() for each in CORRECTED[:20]]
    assert deployment.alias("production")["versions"] == {"learnable/1": 50, version: 50}
    for each in corpus():
        deployment.api.submit(each.text, model="production")

    def rollout() -> dict[str, Any]:
        return dict(deployment.alias("production")["rollout"])

    wait_for(
        lambda: rollout()["state"] != "running",
        "it is decided",
        deadline_s=300,
        every_s=0.2,
        explain=lambda: f"{rollout()}",
    )
    assert rollout()["state"] == "promoted", rollout()["why"]
    assert deployment.alias("production")["versions"] == {version: 100}
    assert rightly(deployment.judged(texts, model="production")) == len(texts)
    assert rightly(deployment.judged(texts, model="learnable/1")) < len(texts)


def rightly(judged: list[dict[str, str]]) -> int:
    """How many of the first sentences are judged as people said, whatever else a model finds in them."""
    return sum(each.verdicts.items() <= found.items() for each, found in zip(CORRECTED, judged, strict=False))


def test_what_people_corrected_is_judged_rightly_after_a_killed_training_was_gone_on_with(
    deployment: Deployment,
) -> None:
    texts = [each.text.capitalize() for each in CORRECTED[:40]]
    assert rightly(deployment.judged(texts)) < len(texts)
    deployment.say()
    with closing(deployment.retrain()) as killed:
        killed.wait_until(lambda: list(deployment.retrained.glob(".*.state")), "an epoch is saved")
        killed.stop(signal.SIGKILL)
        made_at = killed.log.split("learnable/1.")[1].split()[0]
    with closing(deployment.retrain("--resume", made_at)) as retrained:
        assert retrained.wait(within_s=300) == 0, retrained.log
        log = retrained.log
    assert "going on after epoch" in log
    told = next(json.loads(line) for line in log.splitlines() if line.startswith("{"))
    assert told["corrections"] == 200
    assert told["corrected"][0] < told["corrected"][1]
    assert told["alias_moved"], log
    assert rightly(deployment.judged(texts, model="candidate")) == len(texts)
    models = {model["id"]: model for model in deployment.api.http.get("/v1/models").json()["models"]}
    assert models[told["version"]]["aliases"] == ["candidate"]


def test_what_was_asked_for_over_http_goes_on_after_a_kill_is_rolled_out_and_is_what_production_says(
    deployment: Deployment,
) -> None:
    deployment.say()
    moved = deployment.api.http.post("/v1/models/production", json={"revision": 0, "version": "learnable/1"})
    assert moved.status_code == 200, moved.text
    asked = deployment.ask(model="production", alias="production", rollout=CANARY)
    assert asked.status_code == 202, asked.text
    task, here = asked.json()["id"], asked.headers["Location"]
    # It is the same version, whatever it is called.
    assert deployment.ask(model="learnable/1").status_code == 409
    with closing(deployment.trainer()) as killed:
        killed.wait_until(lambda: list(deployment.retrained.glob(".*.state")), "an epoch is saved")
        killed.stop(signal.SIGKILL)
    assert result_of(make_settings(redis_url=deployment.redis.url), task).state == PROGRESS
    found = deployment.api.http.get(here).json()
    assert (found["status"], found["base"]) == ("running", "learnable/1")
    assert 0 < found["progress"]["share"] < 1
    deployment.a_minute_later(task)
    with closing(deployment.trainer()) as trainer:

        def ended() -> Any:
            told = deployment.api.http.get(here).json()
            return told if told["finished_at"] is not None else None

        came = trainer.wait_until(ended, "it has gone on", deadline_s=400)
        assert (came["status"], came["result"]["alias_moved"]) == ("succeeded", True), came
        assert "going on after epoch" in trainer.log
        rolled_out(deployment, came["result"]["version"])
        canceled = deployment.command("retrain", *deployment.WHAT, "--background")
        deployment.command("trainer", "cancel", canceled)
        other = result_of(make_settings(redis_url=deployment.redis.url), canceled)
        trainer.wait_until(other.ready, "it has heard")
    assert other.state == "REVOKED"
    assert len(list(deployment.retrained.iterdir())) == len(list(deployment.retrained.glob("learnable-*")))


def test_a_linear_model_learns_and_is_rolled_out_the_same_way(tmp_path: Path) -> None:
    with ExitStack() as ended:
        deployment = Deployment(tmp_path, ended, make_counted)
        texts = [each.text.capitalize() for each in CORRECTED[:40]]
        assert rightly(deployment.judged(texts)) < len(texts)
        deployment.say()
        deployment.api.http.post("/v1/models/production", json={"revision": 0, "version": "learnable/1"})
        bounds = ("--step", "50", "--min-reviews", "40", "--min-agreement", "0.75", "--max-failures", "0.25")
        words = ["--model", "production", "--tenant", "default", "--alias", "production", "--rollout", *bounds]
        words += ["--without", "slowdown", "--corpus", str(tmp_path / "de")]
        done = ended.enter_context(closing(Process("retrain", *words, env=deployment.env)))
        assert done.wait(within_s=300) == 0, done.log
        told = next(json.loads(line) for line in done.log.splitlines() if line.startswith("{"))
        assert told["alias_moved"], done.log
        assert told["corrected"][0] < told["corrected"][1]
        rolled_out(deployment, told["version"])
