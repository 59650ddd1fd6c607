"""`/v1/retrainings`: who may have a model retrained, and how that is followed to its end."""

from pathlib import Path
from typing import Any

import orjson
import pytest
import redis
from flask.testing import FlaskClient

from access.scope import Scope
from jobs.asked_retraining import PROGRESS
from jobs.reason import because as because_of_alias
from jobs.retraining import RetrainingRequest
from jobs.served import ModelState, ServedModel
from model.retraining.refusal import because
from store import queues, retraining_keys
from store.aliases import AliasStore
from store.retrainings import RetrainingStore
from tests.support.factories import make_settings, make_worker
from tests.support.http import problem
from tests.support.keys import Doors
from tests.support.redis_server import RedisServer
from worker.app import create_app
from worker.retrain.finished import Finished
from worker.retrain.lease import RetrainingLease

# Celery 5.7's own call of redis-py 8.
pytestmark = pytest.mark.filterwarnings("ignore:Call to deprecated setex")

ONE, TWO = "fake/1", "fake/2"
BODY = {"model": "default", "tenants": ["acme"]}
#: What a trainer returns.
CAME = {
    "version": "fake/1.20261129-071203", "directory": "/srv/retrained", "passed": True, "refusals": [],
    "dev_sentences": 120, "acd_f1": [0.8, 0.81], "acsa_f1": [0.7, 0.71],
    "aspects": {"food": {"labels": 40, "acsa_f1": [0.7, 0.7]}}, "corrections": 24, "corrected": [0.2, 1.0],
    "address": "/models#fake@ab", "alias_moved": True, "why_not_moved": None,
}  # fmt: skip


@pytest.fixture
def doors(redis_client: redis.Redis) -> Doors:
    found = Doors(redis_client)
    models = tuple(ServedModel(version=version, state=ModelState.LOADED) for version in (ONE, TWO))
    found.jobs.report_worker(make_worker(models=models), alive_ms=60_000)
    found.key("acme")
    return found


@pytest.fixture
def operator(doors: Doors) -> FlaskClient:
    return doors.client("default", Scope.MODELS_MANAGE)


class Trainer:
    """What Celery is told of a retraining, by its own backend."""

    def __init__(self, url: str) -> None:
        self.app = create_app(make_settings(redis_url=url))

    def tell(self, task: str, state: str, result: Any = None) -> None:
        self.app.backend.store_result(task, result, state)


@pytest.fixture
def trainer(redis_server: RedisServer) -> Trainer:
    return Trainer(redis_server.url)


def ask(client: FlaskClient, **more: Any) -> Any:
    answer = client.post("/v1/retrainings", json={**BODY, **more})
    assert answer.status_code == 202, answer.data
    return answer.get_json()


def test_it_is_asked_for_followed_and_listed(operator: FlaskClient, trainer: Trainer) -> None:
    answer = operator.post("/v1/retrainings", json={**BODY, "rollout": {"steps": [50]}, "options": {"epochs": 2}})
    assert (answer.status_code, answer.headers["Retry-After"]) == (202, "2")
    here, made = answer.headers["Location"], answer.get_json()
    assert (made["status"], made["model"], made["base"], made["alias"]) == ("queued", "default", ONE, "candidate")
    assert (made["tenants"], made["options"], made["rollout"]["steps"]) == (["acme"], {"epochs": 2}, [50])
    assert (made["links"]["self"], made["progress"], made["result"]) == (here, None, None)
    trainer.tell(made["id"], PROGRESS, {"share": 0.5, "said": "epoch 1", "at": 1})
    found = operator.get(here).get_json()
    assert (found["status"], found["progress"]) == ("running", {"share": 0.5, "said": "epoch 1"})
    trainer.tell(made["id"], "SUCCESS", CAME)
    ended = operator.get(here).get_json()
    assert (ended["status"], ended["progress"], ended["finished_at"] is None) == ("succeeded", None, False)
    result = {name: told for name, told in CAME.items() if name != "directory"}
    assert ended["result"] == {**result, "refusal_codes": [], "why_not_moved_code": None}, "of a worker of before"
    assert operator.get("/v1/retrainings").get_json() == {"retrainings": [ended], "next_page_token": None}


def test_why_it_was_refused_or_its_alias_stays_is_told_with_codes(operator: FlaskClient, trainer: Trainer) -> None:
    fell = because("fell_aspect", aspect="food", margin=0.05, labels=40, was=0.71234, now=0.6)
    moved = because_of_alias("alias_moved", alias="candidate", revision=2, points="fake/2")
    for finished, result in (
        (
            {"refusals": (fell, because_of_alias("erased"))},
            {
                "refusals": [
                    "F1 of food with polarity fell by more than 0.05: 0.7123 before, 0.6000 after (labels: 40)",
                    "feedback that was learned from was erased, taken back or said otherwise meanwhile: start again"
                    " without it",
                ],
                "refusal_codes": [
                    {
                        "code": "fell_aspect",
                        "figures": {"aspect": "food", "margin": 0.05, "labels": 40, "was": 0.7123, "now": 0.6},
                    },
                    {"code": "erased", "figures": {}},
                ],
                "why_not_moved_code": None,
            },
        ),
        (
            {"refusals": (), "address": "/models#fake@ab", "unmoved": moved},
            {
                "refusal_codes": [],
                "why_not_moved": "the alias candidate has moved: its revision is 2, and it points at fake/2",
                "why_not_moved_code": {
                    "code": "alias_moved",
                    "figures": {"alias": "candidate", "revision": 2, "points": "fake/2"},
                },
            },
        ),
    ):
        made = ask(operator)
        came = Finished(version="fake/1.x", directory=Path("/srv"), comparison={}, **finished)  # type: ignore[arg-type]
        trainer.tell(made["id"], "SUCCESS", {**CAME, **came.to_dict()})
        told = operator.get(f"/v1/retrainings/{made['id']}").get_json()["result"]
        assert {name: told[name] for name in result} == result


def test_the_trainer_is_sent_what_was_asked_for(operator: FlaskClient, redis_client: redis.Redis) -> None:
    made = ask(operator, rollout={"min_reviews": 40, "max_slowdown": None}, options={"margin": 0.25})
    (message,) = redis_client.lrange(queues.RETRAIN_QUEUE, 0, -1)
    _, given, _ = orjson.loads(orjson.loads(message)["body"])
    at_ms = given.pop("at_ms")
    request = RetrainingRequest.sent(**given)
    assert request.rollout is not None
    assert (request.rollout.bounds.min_reviews, request.rollout.bounds.max_slowdown) == (40, None)
    assert (request.model, request.tenants, request.options) == ("default", ("acme",), {"margin": 0.25})
    assert RetrainingStore(redis_client).get(made["id"]).asked_at == at_ms


@pytest.mark.parametrize(
    ("state", "result", "status"),
    [
        ("SUCCESS", {**CAME, "passed": False, "refusals": ["F1 fell"]}, "refused"),
        ("FAILURE", ValueError("there is no corrected sentence"), "failed"),
        ("REVOKED", None, "canceled"),
    ],
)
def test_how_it_ends_is_told_and_the_next_one_may_begin(
    operator: FlaskClient, trainer: Trainer, state: str, result: Any, status: str
) -> None:
    made = ask(operator)
    trainer.tell(made["id"], state, result)
    found = operator.get(made["links"]["self"]).get_json()
    assert (found["status"], found["error"]) == (
        status,
        "there is no corrected sentence" if status == "failed" else None,
    )
    problem(operator.post(f"{made['links']['self']}/cancel"), 409, "not-cancelable")
    ask(operator)


def test_of_a_version_one_at_a_time_is_retrained_whatever_it_is_called(
    doors: Doors, operator: FlaskClient, redis_client: redis.Redis
) -> None:
    made = ask(operator)
    AliasStore(redis_client).move("production", {ONE: 100}, revision=0)
    for model in ("default", "production", ONE):
        told = problem(operator.post("/v1/retrainings", json={**BODY, "model": model}), 409, "retraining-under-way")
        assert made["id"] in told["detail"]
    assert ask(operator, model=TWO)["base"] == TWO
    assert redis_client.llen(queues.RETRAIN_QUEUE) == 2


def test_what_has_not_begun_is_canceled_at_once(operator: FlaskClient) -> None:
    made = ask(operator)
    canceled = operator.post(f"{made['links']['self']}/cancel")
    assert (canceled.status_code, canceled.get_json()["status"]) == (200, "canceled")
    problem(operator.post(f"{made['links']['self']}/cancel"), 409, "not-cancelable")
    ask(operator)


def test_what_a_trainer_is_at_work_on_is_canceled_when_that_has_noticed(
    operator: FlaskClient, trainer: Trainer, redis_client: redis.Redis
) -> None:
    made = ask(operator)
    RetrainingLease(redis_client).take(made["id"], "trainer")
    trainer.tell(made["id"], PROGRESS, {"share": 0.1, "said": "epoch 1", "at": 1})
    asked = operator.post(f"{made['links']['self']}/cancel")
    assert (asked.status_code, asked.get_json()["status"], asked.get_json()["cancel_requested"]) == (
        202,
        "running",
        True,
    )
    assert asked.get_json()["at_work"], "until the lease of its trainer ends"
    problem(operator.post("/v1/retrainings", json=BODY), 409, "retraining-under-way")
    trainer.tell(made["id"], "REVOKED")
    ended = operator.get(made["links"]["self"]).get_json()
    assert (ended["status"], ended["at_work"]) == ("canceled", False)


def test_what_has_no_trainer_any_more_waits_for_another_one(operator: FlaskClient, trainer: Trainer) -> None:
    made = ask(operator)
    trainer.tell(made["id"], PROGRESS, {"share": 0.1, "said": "epoch 1", "at": 1})
    found = operator.get(made["links"]["self"]).get_json()
    assert (found["status"], found["at_work"]) == ("running", False)


def test_who_listens_hears_each_step_and_the_end(operator: FlaskClient, trainer: Trainer) -> None:
    made = ask(operator)
    trainer.tell(made["id"], "SUCCESS", CAME)
    told = operator.get(made["links"]["events"])
    assert told.mimetype == "text/event-stream"
    first, last = told.text.strip().split("\n\n")[1:]
    assert "event: retraining" in first
    assert '"status":"succeeded"' in first
    assert last.startswith("event: end")
    again = operator.get(made["links"]["events"], headers={"Last-Event-ID": first.partition("id: ")[2].split()[0]})
    assert "event: retraining" not in again.text


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"model": "fake/9"}, "#/model"), ({"model": "/etc/passwd"}, "#/model"), ({"tenants": []}, "#/tenants"),
        ({"tenants": ["No Tenant"]}, "#/tenants/0"), ({"tenants": ["acme", "acme"]}, "#/tenants"),
        ({"tenants": ["acme", "nobody"]}, "#/tenants/1"),
        ({"alias": "No Alias"}, "#/alias"), ({"rollout": {"steps": [50, 5]}}, "#/rollout"),
        ({"rollout": True}, "#/rollout"), ({"options": {"epochs": 0}}, "#/options/epochs"),
        ({"options": {"directory": 1}}, "#/options/directory"), ({"options": {"margin": 1.5}}, "#/options/margin"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_for(
    operator: FlaskClient, redis_client: redis.Redis, wrong: dict[str, Any], pointer: str
) -> None:
    told = problem(operator.post("/v1/retrainings", json={**BODY, **wrong}), 422)
    assert [each["pointer"] for each in told["errors"]] == [pointer]
    assert not redis_client.exists(queues.RETRAIN_QUEUE, retraining_keys.RETRAININGS)


def test_of_a_split_alias_one_version_has_to_be_named(operator: FlaskClient, redis_client: redis.Redis) -> None:
    AliasStore(redis_client).move("production", {ONE: 90, TWO: 10}, revision=0)
    told = problem(operator.post("/v1/retrainings", json={**BODY, "model": "production"}), 409, "not-one-version")
    assert told["detail"] == f"The alias production stands for {ONE}, {TWO}: name one of them."


@pytest.mark.parametrize(("tenant", "scope", "code"), [
    ("acme", Scope.ADMIN, "forbidden"), ("default", Scope.JOBS_WRITE, "insufficient-scope"),
])  # fmt: skip
def test_only_who_looks_after_the_deployment_retrains(
    doors: Doors, operator: FlaskClient, tenant: str, scope: Scope, code: str
) -> None:
    made = ask(operator)["links"]["self"]
    other = doors.client(tenant, scope)
    calls = [("POST", "/v1/retrainings"), ("GET", "/v1/retrainings"), ("GET", made), ("GET", f"{made}/events"),
             ("POST", f"{made}/cancel")]  # fmt: skip
    for method, path in calls:
        body = BODY if (method, path) == calls[0] else None
        problem(other.open(path, method=method, json=body), 403, code)
    assert operator.get(made).get_json()["cancel_requested"] is False


def test_what_a_newer_release_was_asked_beside_is_passed_over(operator: FlaskClient, redis_client: redis.Redis) -> None:
    made = ask(operator)
    record = retraining_keys.RETRAINING_ASKED(made["id"])
    redis_client.hset(
        record, "asked", orjson.dumps({**orjson.loads(redis_client.hget(record, "asked") or b""), "new": 1})
    )
    assert operator.get("/v1/retrainings").get_json()["retrainings"] == [made]


def test_one_that_there_is_not(operator: FlaskClient) -> None:
    for method, path in (("GET", ""), ("GET", "/events"), ("POST", "/cancel")):
        problem(operator.open(f"/v1/retrainings/retrain_x{path}", method=method), 404, "not-found")
