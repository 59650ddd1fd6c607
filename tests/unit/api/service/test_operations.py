"""`POST /v1/models/{name}/load` and `/unload`: who may, what is refused, and how it is followed."""

import pytest
import redis
from flask.testing import FlaskClient

from access.scope import Scope
from jobs.model_operation import InWorkerState
from jobs.reason import because, in_english
from jobs.served import ModelState, ServedModel
from store.model_operations import OperationStore
from tests.support.factories import make_worker
from tests.support.http import problem
from tests.support.keys import Doors

WORKER = "worker@here"


@pytest.fixture
def doors(redis_client: redis.Redis) -> Doors:
    found = Doors(redis_client)
    models = tuple(
        ServedModel(version=version, state=ModelState.UNLOADED) for version in ("fake/1", "fake/2", "other/1")
    )
    found.jobs.report_worker(make_worker(WORKER, models=models), alive_ms=60_000)
    return found


@pytest.fixture
def operator(doors: Doors) -> FlaskClient:
    return doors.client("default", Scope.MODELS_MANAGE, Scope.JOBS_READ)


def test_it_is_followed_at_its_location_until_every_worker_is_through(
    operator: FlaskClient, redis_client: redis.Redis
) -> None:
    asked = operator.post("/v1/models/fake/load", json={"version": "2"})
    assert (asked.status_code, asked.headers["Retry-After"]) == (202, "1")
    body = asked.get_json()
    assert (body["action"], body["model"], body["status"], body["force"]) == ("load", "fake/2", "running", False)
    assert [(each["worker"], each["state"]) for each in body["workers"]] == [(WORKER, "waiting")]
    here = asked.headers["Location"]
    assert here == body["links"]["self"]
    OperationStore(redis_client).tell(body["id"], WORKER, InWorkerState.REFUSED, "There is no room.")
    found = operator.get(here)
    assert "Retry-After" not in found.headers
    assert found.get_json()["status"] == "refused"
    assert found.get_json()["workers"][0] | {"since": None} == {
        "worker": WORKER,
        "state": "refused",
        "since": None,
        "why": "There is no room.",
        "why_code": None,
    }
    reason = because("no_room_beside", version="fake/2", megabytes=6, most=10, others=("fake/1", "other/1"))
    OperationStore(redis_client).tell(body["id"], WORKER, InWorkerState.REFUSED, in_english(reason), reason)
    told = operator.get(here).get_json()["workers"][0]
    assert told["why"] == "fake/2 takes 6 MB, and KRITIQ_MODEL_MEMORY_MB is 10, beside fake/1, other/1"
    figures = {"version": "fake/2", "megabytes": 6, "most": 10, "others": ["fake/1", "other/1"]}
    assert told["why_code"] == {"code": "no_room_beside", "figures": figures}


def test_of_a_single_version_nobody_need_say_which(operator: FlaskClient) -> None:
    assert operator.post("/v1/models/other/load", json={}).get_json()["model"] == "other/1"
    told = problem(operator.post("/v1/models/fake/load", json={}), 422)
    assert told["errors"] == [
        {
            "pointer": "#/version",
            "detail": "should be one of those that are served: fake/1, fake/2",
            "detail_code": {"code": "one_of_served", "figures": {"values": "fake/1, fake/2"}},
        }
    ]
    problem(operator.post("/v1/models/fake/load", json={"version": "9"}), 422)
    problem(operator.post("/v1/models/fake/load", json={"version": "1", "force": "yes"}), 422)
    problem(operator.post("/v1/models/unknown/load", json={}), 404, "not-found")
    problem(operator.get("/v1/operations/operation_unknown"), 404, "not-found")


def test_what_is_needed_is_unloaded_by_force_alone(operator: FlaskClient) -> None:
    told = problem(operator.post("/v1/models/fake/unload", json={"version": "1"}), 409, "model-in-use")
    assert told["detail"].startswith("fake/1 stays in memory: it is a worker's own model")
    assert told["detail"].endswith(' "force": true unloads it all the same where a worker has others.')
    assert operator.post("/v1/models/fake/unload", json={"version": "1", "force": True}).status_code == 202
    assert operator.post("/v1/models/fake/unload", json={"version": "2"}).status_code == 202


def test_only_operators_of_the_deployment_may(doors: Doors) -> None:
    for client, code in (
        (doors.client("acme", Scope.ADMIN), "forbidden"),
        (doors.client("default", Scope.JOBS_WRITE), "insufficient-scope"),
    ):
        problem(client.post("/v1/models/fake/load", json={"version": "1"}), 403, code)
        problem(client.get("/v1/operations/operation_1"), 403, code)
