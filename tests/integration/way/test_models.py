"""Several models in one worker, whose aliases move while it works."""

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.support.linear_model import make_linear_model
from tests.support.processes import ORACLE, Api, start_worker, wait_for_worker
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration

OWN, OTHER, BROKEN, LINEAR = "oracle/0", "other/0", "broken/?", "counted/1"


@pytest.fixture(scope="module")
def two_models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A service whose worker has a second model, one that is broken, and one without a network."""
    folder: Path = tmp_path_factory.mktemp("models")
    for name in ("other", "broken"):
        shutil.copytree(ORACLE, folder / name)
    (folder / "broken" / "model.safetensors").write_bytes(b"cut off")
    with ExitStack() as ended:
        server = ended.enter_context(closing(RedisServer())).start()
        models = f"{folder / 'other'},{folder / 'broken'},{make_linear_model(folder / 'counted')}"
        worker = ended.enter_context(closing(start_worker(server.url, models=models)))
        api = ended.enter_context(closing(Api(server.url)))
        with server.client() as client:
            wait_for_worker(worker, client)
        yield api.wait()


def states(api: Api) -> dict[str, str]:
    return {model["id"]: model["serving"][0]["state"] for model in api.http.get("/v1/models").json()["models"]}


def move(api: Api, alias: str, revision: int, **to: object) -> int:
    answer = api.http.post(f"/v1/models/{alias}", json={"revision": revision, **to})
    assert answer.status_code == 200, answer.text
    return int(answer.json()["revision"])


def test_a_model_that_cannot_be_loaded_is_out_of_service_and_said_and_the_others_live_on(two_models: Api) -> None:
    api = two_models
    assert states(api) == {OWN: "loaded", OTHER: "unloaded", BROKEN: "failed", LINEAR: "unloaded"}
    assert api.ended(api.submit("Das Essen war gut.", model=OTHER))["model"] == {"name": "other", "version": "0"}
    wait_for(lambda: states(api)[OTHER] == "loaded", "it is known to be loaded", every_s=0.2)
    answer = api.http.post("/v1/jobs", json={"text": "Gut.", "model": "broken/0"})
    assert answer.status_code == 422
    assert OTHER in answer.json()["errors"][0]["detail"]


def test_a_linear_model_judges_like_any_other(two_models: Api) -> None:
    done = two_models.ended(two_models.submit("Das Essen war gut. Wir kommen wieder.", model=LINEAR))
    assert done["model"] == {"name": "counted", "version": "1"}
    polarities = [
        {aspect: of["polarity"] for aspect, of in sentence["aspects"].items()}
        for sentence in done["result"]["sentences"]
    ]
    assert polarities == [{"food": "positive"}, {}]


def test_a_model_is_unloaded_and_loaded_on_request(two_models: Api) -> None:
    api = two_models
    for action, state in (("load", "loaded"), ("unload", "unloaded")):
        asked = api.http.post(f"/v1/models/counted/{action}", json={"version": "1"})
        assert asked.status_code == 202, asked.text
        here = asked.headers["Location"]
        wait_for(
            lambda here=here: api.http.get(here).json()["status"] == "succeeded", f"{action} is through", every_s=0.2
        )
        wait_for(lambda state=state: states(api)[LINEAR] == state, f"it is {state}", every_s=0.2)


def test_an_alias_moves_under_load_and_every_job_is_judged_by_one_version(two_models: Api) -> None:
    api, revision, jobs = two_models, 0, list[str]()
    for turn in range(6):
        revision = move(api, "default", revision, version=OTHER if turn % 2 else OWN)
        jobs += [api.submit(f"Das Essen war gut, am Tag {turn}, bei Nummer {number}.") for number in range(8)]
        # Models are chosen at the claim: a worker that is slow would claim all of them after the last move.
        api.ended(jobs[-8])
    ended = [api.ended(job) for job in jobs]
    assert Counter(job["status"] for job in ended) == {"succeeded": len(jobs)}
    assert {job["model"]["name"] for job in ended} == {"oracle", "other"}
    assert all(job["model"]["alias"] == "default" for job in ended)
    assert api.http.post("/v1/models/default", json={"revision": 1, "version": OWN}).status_code == 409
    revision = move(api, "default", revision, version=OWN, shadow=OTHER)
    assert api.ended(api.submit("Das Essen war gut."))["model"]["name"] == "oracle"

    def agreement() -> list[dict[str, object]]:
        aliases = api.http.get("/v1/models").json()["aliases"]
        return next(alias["agreement"] for alias in aliases if alias["alias"] == "default")

    found = wait_for(agreement, "the shadow was compared", every_s=0.2)
    assert found == [{"version": OTHER, "sentences": 1, "same": 1}]


def test_versions_of_a_split_judge_each_others_jobs_and_where_they_differ_is_asked_first(two_models: Api) -> None:
    api = two_models
    move(api, "divided", 0, split={OWN: 50, LINEAR: 50}, compare=100)
    for number in range(6):
        api.ended(api.submit(f"Das Essen war gut, für die {number}. Person. Wir kommen wieder.", model="divided"))

    def compared() -> list[dict[str, object]]:
        aliases = api.http.get("/v1/models").json()["aliases"]
        return next(alias["agreement"] for alias in aliases if alias["alias"] == "divided")

    found = wait_for(compared, "jobs were judged twice", every_s=0.2)
    assert {each["version"] for each in found} <= {OWN, LINEAR}

    def disputed() -> list[dict[str, object]]:
        return [each for each in api.http.get("/v1/feedback/queue").json()["sentences"] if each["version"]]

    # The first that are compared may be judged alike.
    disputes = wait_for(disputed, "somebody is to look where they differ", every_s=0.2)
    assert {each["version"] for each in disputes} <= {OWN, LINEAR}


def test_the_lines_of_a_batch_are_judged_by_the_models_that_they_name(two_models: Api) -> None:
    api = two_models
    wanted = [OTHER, OWN, "nobody/7", None] * 3
    rows = [
        {"text": f"Das Essen war gut, am Tag {day}."} | ({"model": of} if of else {}) for day, of in enumerate(wanted)
    ]
    made = api.http.post("/v1/batches", json={"reviews": rows, "model": OTHER})
    assert made.status_code == 202, made.text
    results = api.http.get(f"/v1/batches/{made.json()['id']}/results", headers={"Accept": "application/json"}).json()
    assert results["complete"]
    assert [row["line"] for row in results["lines"]] == list(range(1, len(rows) + 1))
    told = [row["model"] and f"{row['model']['name']}/{row['model']['version']}" for row in results["lines"]]
    assert told == [OTHER, OWN, None, OTHER] * 3
    assert "nobody/7 is not served" in results["lines"][2]["error"]["message"]
