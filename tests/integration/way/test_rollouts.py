"""A version is rolled out to an alias under load, with real workers and a reconciler that looks after it."""

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from safetensors.numpy import load_file, save_file

from jobs.job import DEFAULT_TENANT
from store.differing import DifferingStore
from tests.support.processes import ORACLE, Api, Process, start_worker, wait_for_worker
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration

OWN, GOOD, BAD, GONE = "oracle/0", "good/0", "bad/0", "gone/0"
#: How fast models are is no business of a test on a machine that others use too.
BOUNDS = {"steps": [30, 60], "min_reviews": 12, "min_agreement": 0.5, "max_failures": 0.6, "max_slowdown": None,
          "max_drift": None}  # fmt: skip


class Deployment:
    """A service whose worker has four models: its own, one that judges alike, one that does not, and one whose weights
    are lost."""

    def __init__(self, folder: Path, ended: ExitStack) -> None:
        for name in ("good", "bad", "gone"):
            shutil.copytree(ORACLE, folder / name)
        weights = load_file(ORACLE / "model.safetensors")
        turned = {name: -tensor if name.startswith("classifier.") else tensor for name, tensor in weights.items()}
        save_file(turned, folder / "bad" / "model.safetensors", metadata={"format": "pt"})
        self.server = ended.enter_context(closing(RedisServer(options=("--appendonly", "yes")))).start()
        models = ",".join(str(folder / name) for name in ("good", "bad", "gone"))
        worker = ended.enter_context(closing(start_worker(self.server.url, models=models, lease_s="6")))
        ended.enter_context(closing(Process("reconciler", env={"KRITIQ_REDIS_URL": self.server.url})))
        self.api = ended.enter_context(closing(Api(self.server.url)))
        with self.server.client() as client:
            wait_for_worker(worker, client)
        (folder / "gone" / "model.safetensors").write_bytes(b"cut off")
        self.api.wait()
        self._number = 0
        self._jobs = list[str]()

    def alias(self, name: str) -> dict[str, Any]:
        found = self.api.http.get("/v1/models").json()["aliases"]
        [alias] = [each for each in found if each["alias"] == name]
        return dict(alias)

    def begin(self, alias: str, candidate: str) -> None:
        """Roll a version out to a new alias that stands for the worker's own."""
        for revision, to in ((0, {"version": OWN}), (1, {"rollout": {"version": candidate, **BOUNDS}})):
            answer = self.api.http.post(f"/v1/models/{alias}", json={"revision": revision, **to})
            assert answer.status_code == 200, answer.text

        self._jobs = [wait_for(lambda: self.post(model=alias), f"jobs may name {alias}", every_s=0.2)]

    def post(self, **more: str) -> str | None:
        """The id of another job; None when it is not taken."""
        self._number += 1
        text = f"Das Essen war gut, am Tag {self._number}. Der Service nicht."
        answer = self.api.http.post("/v1/jobs", json={"text": text, "restaurant": f"r{self._number}", **more})
        return str(answer.json()["id"]) if answer.status_code == 202 else None

    def judged(self) -> int:
        """Reviews that were judged, each as often as it was, but for second judgements that answer nothing."""
        return sum(int(row["reviews"]) for row in self.api.http.get("/v1/usage").json()["days"])

    def until(self, alias: str, state: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Submits reviews until the rollout is so; the rollout, and all of these jobs as they ended."""
        jobs = self._jobs

        def over() -> dict[str, Any] | None:
            jobs.extend(filter(None, (self.post(model=alias) for _ in range(10))))
            # Of a candidate that is loaded no more at once than are judged meanwhile.
            if state != "rolled_back":
                self.api.ended(jobs[-1])
            found: dict[str, Any] = self.alias(alias)["rollout"]
            return found if found["state"] != "running" else None

        found = wait_for(over, f"the rollout of {alias} is over", every_s=0.1, deadline_s=240.0)
        assert found["state"] == state, found
        return found, [self.api.ended(job) for job in jobs]


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with ExitStack() as ended:
        yield Deployment(tmp_path_factory.mktemp("models"), ended)


def succeeded(jobs: list[dict[str, Any]], *names: str) -> None:
    """None is lost, and each was judged by one of these."""
    assert Counter(job["status"] for job in jobs) == {"succeeded": len(jobs)}
    assert {job["model"]["name"] for job in jobs} == set(names)


def test_a_good_candidate_is_promoted(deployment: Deployment) -> None:
    before = deployment.judged()
    deployment.begin("first", GOOD)
    found, jobs = deployment.until("first", "promoted")
    succeeded(jobs, "oracle", "good")
    assert deployment.judged() == before + len(jobs), "none was judged twice"
    arms = {arm["version"]: arm for arm in found["evidence"]["arms"]}
    assert found["evidence"]["same"] == found["evidence"]["sentences"] > 0
    assert arms[GOOD]["reviews"] >= 2 * BOUNDS["min_reviews"]
    assert deployment.alias("first")["versions"] == {GOOD: 100}
    entries = deployment.api.http.get("/v1/audit").json()["entries"]
    assert "rollout_promoted" in {entry["action"] for entry in entries}


def test_a_bad_candidate_is_rolled_back(deployment: Deployment) -> None:
    before = deployment.judged()
    deployment.begin("second", BAD)
    found, jobs = deployment.until("second", "rolled_back")
    succeeded(jobs, "oracle", "bad")
    assert deployment.judged() == before + len(jobs), "none was judged twice"
    assert "It says the same of" in found["why"]
    with deployment.server.client() as client:
        differing = dict(DifferingStore(client).newest(DEFAULT_TENANT, "second"))
    judged_by_both = {job["id"] for job in jobs if job["model"]["name"] == "bad"}
    assert differing
    assert differing.keys() <= judged_by_both
    assert {each.version for each in differing.values()} == {OWN}
    assert deployment.alias("second")["versions"] == {OWN: 100}


def test_a_candidate_that_cannot_be_loaded_is_rolled_back_and_its_jobs_go_back(deployment: Deployment) -> None:
    deployment.begin("third", GONE)
    found, jobs = deployment.until("third", "rolled_back")
    assert found["why"].startswith("No worker could load it: ")
    succeeded(jobs, "oracle")
    assert max(job["attempt"] for job in jobs) > 1, "those that had been given to it were handed back"


def test_a_rollout_goes_on_after_redis_was_away(deployment: Deployment) -> None:
    deployment.begin("fourth", GOOD)
    before = deployment.alias("fourth")["rollout"]
    deployment.server.stop()
    deployment.server.start()

    def there() -> dict[str, Any] | None:
        answer = deployment.api.http.get("/v1/models")
        return deployment.alias("fourth")["rollout"] if answer.status_code == 200 else None

    after = wait_for(there, "the API is back", every_s=0.2)
    assert (after["state"], after["began_at"]) == ("running", before["began_at"])
    _, jobs = deployment.until("fourth", "promoted")
    assert Counter(job["status"] for job in jobs) == {"succeeded": len(jobs)}
