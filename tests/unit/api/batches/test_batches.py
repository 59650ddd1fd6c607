"""Batches over HTTP, on a real Redis: what is refused, what fails alone, and what a key is bound to."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.http.negotiation import NDJSONS
from jobs.job import task_id
from jobs.line import encode_results
from jobs.request import Priority
from store import keys
from store.batches import BatchStore
from store.jobs import RedisStore
from tests.support.factories import claim, make_settings, work_off
from tests.support.http import problem
from tests.support.model_hub import ModelHub
from tests.support.model_store import ModelStore
from tests.support.redis_server import RedisServer
from tests.support.worlds import RedisWorld

NDJSON = {"Content-Type": "application/x-ndjson"}


@pytest.fixture
def client(redis_server: RedisServer) -> FlaskClient:
    store = ModelStore()
    redis = redis_server.client()
    redis.flushall()
    return create_app(make_settings(), store, ModelHub(store), BatchStore(redis)).test_client()


def test_a_batch_of_lines_is_accepted_and_counted(client: FlaskClient) -> None:
    body = "\n".join(json.dumps({"text": f"Das Essen {n} war gut.", "custom_id": str(n)}) for n in range(50))
    answer = client.post("/v1/batches", data=body, headers=NDJSON)
    assert answer.status_code == 202
    assert answer.json["counts"] == {
        "total": 50, "waiting": 50, "succeeded": 0, "failed": 0, "canceled": 0, "expired": 0, "skipped": 0,
    }  # fmt: skip
    assert client.get(answer.headers["Location"]).json["status"] == "running"


@pytest.mark.parametrize("media", NDJSONS)
def test_ndjson_may_be_called_as_results_may_be_asked_for(client: FlaskClient, media: str) -> None:
    answer = client.post("/v1/batches", data=b'{"text": "Gut."}\n', content_type=media)
    assert answer.json["counts"]["total"] == 1


def test_whoever_sends_lines_as_something_else_hears_of_ndjson(client: FlaskClient) -> None:
    told = problem(client.post("/v1/batches", data=b"text\nGut.\n", content_type="text/csv"), 415)
    assert told["detail"] == "The body should be application/json or application/x-ndjson, not text/csv."


def test_the_same_key_with_another_body_is_refused_in_both_forms(client: FlaskClient) -> None:
    key = {"Idempotency-Key": "k1"}
    first = client.post("/v1/batches", json={"reviews": [{"text": "Gut."}]}, headers=key)
    again = client.post("/v1/batches", json={"reviews": [{"text": "Gut."}]}, headers=key)
    other = client.post("/v1/batches", json={"reviews": [{"text": "Schlecht."}]}, headers=key)
    lines = client.post("/v1/batches", data=b'{"text": "Gut."}', headers={**key, **NDJSON})
    assert again.json["id"] == first.json["id"]
    assert (other.status_code, lines.status_code) == (422, 422)


def test_no_lines_and_too_many_lines_are_refused(client: FlaskClient) -> None:
    assert client.post("/v1/batches", data=b"", headers=NDJSON).status_code == 422
    too_many = b'{"text": "a"}\n' * 10_001
    assert client.post("/v1/batches", data=too_many, headers=NDJSON).status_code == 422


def test_a_canceled_batch_gives_each_line_its_reason(client: FlaskClient) -> None:
    lines = b'{"text": "Gut.", "custom_id": "a"}\n{"text": 3}\nno json\n{"text": "Gut.", "custom_id": "a"}\n'
    here = client.post("/v1/batches", data=lines, headers=NDJSON).headers["Location"]
    canceled = client.post(f"{here}/cancel")
    assert (canceled.status_code, canceled.json["status"]) == (200, "canceled")
    rows = [json.loads(row) for row in client.get(f"{here}/results?follow=false").data.splitlines()]
    assert [(row["line"], row["status"]) for row in rows] == [(n, "canceled") for n in (1, 2, 3, 4)]
    assert client.get(f"{here}/results?follow=false&after=3").data.count(b"\n") == 1


def test_a_deleted_batch_is_gone(client: FlaskClient) -> None:
    here = client.post("/v1/batches", json={"reviews": [{"text": "Gut."}]}).headers["Location"]
    assert client.delete(here).status_code == 204
    for answer in (client.get(here), client.get(f"{here}/results"), client.delete(here)):
        problem(answer, 410, "gone")


@pytest.mark.parametrize("leaves", ["cancel", "delete", "cancel and delete"])
def test_a_batch_that_is_called_off_or_deleted_waits_no_more(
    client: FlaskClient, redis_server: RedisServer, leaves: str
) -> None:
    store = RedisStore(redis_server.client())
    reviews = {"reviews": [{"text": "Das Essen war gut."}] * 30}
    here = client.post("/v1/batches", json=reviews).headers["Location"]
    assert store.backlog().waiting[Priority.BULK] == 30
    if "cancel" in leaves:
        client.post(f"{here}/cancel")
    if "delete" in leaves:
        client.delete(here)
    assert store.backlog().waiting[Priority.BULK] == 0
    client.post("/v1/batches", json=reviews)
    assert store.backlog().waiting[Priority.BULK] == 30
    # Its message is still in the queue, and counted out once.
    [claim] = store.claim(jobs=1, weight=1000, lease_ms=60_000)
    assert claim.weight == 30
    assert (store.backlog().waiting[Priority.BULK], store.backlog().waiting_jobs[Priority.BULK]) == (0, 0)


def test_a_batch_for_later_is_scheduled_with_every_review_of_it(client: FlaskClient, redis_world: RedisWorld) -> None:
    at = datetime.now(UTC) + timedelta(hours=1)
    reviews = [{"text": "Gut. " * 50} for _ in range(30)]
    answer = client.post("/v1/batches", json={"reviews": reviews, "not_before": at.isoformat()})
    batch, here = answer.json, answer.headers["Location"]
    assert (answer.status_code, batch["status"], batch["counts"]["waiting"]) == (202, "scheduled", 30)
    assert datetime.fromisoformat(batch["not_before"]) == pytest.approx(at, abs=timedelta(milliseconds=1))
    assert [found.headers["Retry-After"] for found in (answer, client.get(here))] == ["3600", "3600"]
    assert claim(redis_world.store) == []
    assert redis_world.store.backlog().scheduled == 1500
    redis_world.advance(3_601_000)
    chunks = claim(redis_world.store)
    assert sum(chunk.weight for chunk in chunks) == 1500
    assert client.get(here).json["status"] == "running"
    assert redis_world.store.backlog().scheduled == 0


def test_a_batch_tells_when_to_ask_again_until_it_has_ended(client: FlaskClient) -> None:
    at = (datetime.now(UTC) + timedelta(seconds=90)).isoformat()
    later = client.post("/v1/batches", json={"reviews": [{"text": "Gut."}], "not_before": at})
    assert 80 <= int(later.headers["Retry-After"]) <= 90
    soon = client.post("/v1/batches", json={"reviews": [{"text": "Gut."}]})
    here = soon.headers["Location"]
    assert soon.headers["Retry-After"] == client.get(here).headers["Retry-After"] == "1"
    assert "Retry-After" not in client.post(f"{here}/cancel").headers


def test_a_batch_beyond_the_limit_of_what_is_scheduled_says_so(redis_world: RedisWorld) -> None:
    store = ModelStore()
    batches = BatchStore(redis_world.redis)
    client = create_app(make_settings(max_backlog=4), store, ModelHub(store), batches).test_client()
    at = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    wanted = {"reviews": [{"text": "Gut. Gut. Gut."}], "not_before": at}
    assert client.post("/v1/batches", json=wanted).status_code == 202
    answer = client.post("/v1/batches", json=wanted)
    assert "sentences are scheduled already" in problem(answer, 503, "queue-full")["detail"]
    assert answer.headers["Retry-After"] == "300"


def test_a_scheduled_batch_is_called_off_and_deleted(client: FlaskClient, redis_world: RedisWorld) -> None:
    at = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    wanted = {"reviews": [{"text": "Gut."}, {"text": "Schlecht."}], "not_before": at}
    canceled, deleted = (client.post("/v1/batches", json=wanted).headers["Location"] for _ in range(2))
    answer = client.post(f"{canceled}/cancel")
    assert (answer.status_code, answer.json["status"], answer.json["counts"]["canceled"]) == (200, "canceled", 2)
    assert client.delete(deleted).status_code == 204
    redis_world.advance(3_601_000)
    assert claim(redis_world.store) == []


@pytest.mark.parametrize("at", ["tomorrow", "2026-11-14T09:30:00", "2999-01-01T00:00:00Z", 5])
def test_a_batch_for_no_time_is_refused(client: FlaskClient, at: object) -> None:
    answer = client.post("/v1/batches", json={"reviews": [{"text": "Gut."}], "not_before": at})
    assert [item["pointer"] for item in problem(answer, 422)["errors"]] == ["#/not_before"]


@pytest.mark.parametrize("follow", ["true", "false"])
def test_results_that_are_gone_are_a_problem_wherever_one_asks_for_them(
    client: FlaskClient, redis_world: RedisWorld, follow: str
) -> None:
    reviews = [{"text": "Gut. " * 200} for _ in range(4)]
    here = client.post("/v1/batches", json={"reviews": reviews}).headers["Location"]
    batch_id = here.rpartition("/")[2]
    work_off(redis_world.store, encode_results([b"{}"] * 2))
    query = {"follow": follow}
    assert client.get(f"{here}/results", query_string=query).data.count(b"\n") == 4
    redis_world.redis.delete(keys.RESULT(task_id("default", f"{batch_id}.1")))
    before = client.get(f"{here}/results", query_string=query)
    assert (before.status_code, before.data.count(b"\n")) == (200, 2), "what is there is sent"
    problem(client.get(f"{here}/results", query_string=query | {"after": "2"}), 410, "gone")
    redis_world.redis.delete(keys.JOB("default", f"{batch_id}.0"))
    problem(client.get(f"{here}/results", query_string=query), 410, "gone")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""), ("GET", "?wait=1"), ("PUT", ""), ("DELETE", ""), ("POST", "/cancel"), ("POST", "/retry"),
        ("GET", "/events"),
    ],
)  # fmt: skip
def test_a_chunk_is_no_job_of_a_clients(redis_world: RedisWorld, method: str, path: str) -> None:
    store = redis_world.store
    client = create_app(make_settings(), store, ModelHub(ModelStore()), BatchStore(redis_world.redis)).test_client()
    made = client.post("/v1/batches", json={"reviews": [{"text": "Gut."}]}).json
    here = f"/v1/jobs/{made['id']}.0"
    for spelled in (here, here.replace(".", "%2E")):
        problem(client.open(spelled + path, method=method, json={"text": "Gut."} if method == "PUT" else None), 404)
    assert len(claim(store)) == 1, "it still waits"


def test_no_route_of_jobs_finds_a_chunk(redis_world: RedisWorld) -> None:
    store = redis_world.store
    app = create_app(make_settings(), store, ModelHub(ModelStore()), BatchStore(redis_world.redis))
    client = app.test_client()
    made = client.post("/v1/batches", json={"reviews": [{"text": "Gut."}]}).json
    routes = [rule for rule in app.url_map.iter_rules() if "job_id" in rule.arguments]
    assert len(routes) > 8
    for rule in routes:
        path = re.sub(r"<[^>]*job_id>", f"{made['id']}.0", rule.rule)
        assert "<" not in path
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            problem(client.open(path, method=method), 404)
