"""Where replicas are asked for and there are none, no call says that something was done."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import redis

from jobs.served import ModelState, ServedModel
from store import scripts
from store.aliases import AliasStore
from store.connection import Client
from tests.support.factories import REVIEW, claim, failed, make_worker
from tests.support.http import address, problem
from tests.support.keys import EVERYTHING, Doors, Scope
from tests.unit.api.keys.test_session import log_in
from tests.unit.api.test_tenants import FEEDBACK, Things, routes
from tests.unit.api.webhooks.links import code_of, made
from webhooks.delivery import Verdict

pytestmark = pytest.mark.integration

#: What changes nothing that is kept, and what workers that are up are asked to do.
NOTHING_KEPT = {
    "POST /v1/exports", "POST /v1/webhook-secret", "POST /v1/models/<name>/load", "POST /v1/models/<name>/unload",
}  # fmt: skip
RETRAINING = {"model": "fake/1", "tenants": ["default"]}
BODIES: dict[str, Any] = {
    "POST /api": {"text": REVIEW}, "POST /api/": {"text": REVIEW}, "POST /v1/jobs": {"text": REVIEW},
    "PUT /v1/jobs/<whole_job:job_id>": {"text": "Neu."},
    "POST /v1/batches": {"reviews": [{"text": REVIEW}]}, "POST /v1/endpoints": {"url": "https://hooks.example.com/y"},
    "PATCH /v1/endpoints/<endpoint_id>": {"description": "x"},
    "POST /v1/endpoints/<endpoint_id>/recover": {"since": "2026-01-01T00:00:00Z"},
    "POST /v1/erasures": {"external_author": "anna"}, "POST /v1/keys": {"scopes": ["jobs:read"]},
    "POST /v1/jobs/<job:job_id>/feedback": FEEDBACK | {"aspect": "price"},
    "POST /v1/batches/<batch_id>/lines/<int:line>/feedback": FEEDBACK | {"aspect": "price"},
    "POST /v1/retrainings": RETRAINING, "POST /v1/models/<alias_id>": {"revision": 0, "version": "fake/1"},
    "POST /v1/webhook-links": {"restaurants": ["adler"]},
}  # fmt: skip


def end(things: Things) -> None:
    things.end()


def fail(things: Things) -> None:
    jobs = things.doors.jobs
    jobs.complete([failed(held) for held in claim(jobs)])


def deliver(things: Things) -> None:
    for lease in things.doors.post.lease():
        things.doors.post.deliveries.record(lease, Verdict.SUCCEEDED, attempt=None)


#: What has come before a call.
BEFORE: dict[str, Callable[[Things], None]] = {
    "DELETE /v1/batches/<batch_id>/lines/<int:line>/feedback": end, "DELETE /v1/jobs/<job:job_id>/feedback": end,
    "POST /v1/batches/<batch_id>/lines/<int:line>/feedback": end, "POST /v1/jobs/<job:job_id>/feedback": end,
    "POST /v1/batches/<batch_id>/retry": fail, "POST /v1/jobs/<job:job_id>/retry": fail,
    "POST /v1/deliveries/<delivery_id>/replay": deliver,
}  # fmt: skip


def changing(app: Any) -> set[str]:
    return {f"{method} {rule}" for method, rule, _ in routes(app) if method != "GET"} - NOTHING_KEPT


CHANGING = sorted(changing(Doors(redis.Redis(port=1)).app))


@pytest.fixture
def client(redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> Client:
    """It has no replicas, and a test says when it asks for some."""
    monkeypatch.setattr(scripts, "REPLICATED_MS", 1)
    return Client(connection_pool=redis_client.connection_pool)


@pytest.mark.parametrize("call", CHANGING)
def test_no_call_answers_that_something_was_done_which_no_replica_has(client: Client, call: str) -> None:
    doors = Doors(client, max_tenant_rate=0)
    served = ServedModel(version="fake/1", state=ModelState.LOADED)
    doors.jobs.report_worker(make_worker(models=(served,)), alive_ms=60_000)
    things = Things(doors, caller := doors.client("default", *EVERYTHING, *Scope), "default")
    BEFORE.get(call, lambda things: None)(things)
    link = made(caller)
    method, rule = call.split(" ")
    kind = re.search(r"<(?:\w+:)?(\w+)_id>", rule)
    name = things.ids.get(kind[1], "candidate") if kind else ""
    more: dict[str, Any] = {"json": BODIES.get(call, {})} if method != "DELETE" else {}
    match call:
        case "POST /v1/files":
            more = {"data": b'{"text": "Gut."}\n', "content_type": "application/x-ndjson"}
        case "DELETE /v1/session":
            caller, told = log_in(doors, doors.key("default")[1].text)
            more = {"headers": {"X-CSRF-Token": told["csrf_token"]}}
        case "POST /v1/webhook-links/<link_id>/open":
            name, more = link["id"], {"json": {"code": code_of(link)}}
        case "DELETE /v1/models/<alias_id>":
            AliasStore(client).move(name, {"fake/1": 100}, revision=0)
            more = {"query_string": {"revision": 1}}
        case "POST /v1/retrainings/<retraining_id>/cancel":
            name = caller.post("/v1/retrainings", json=RETRAINING).json["id"]  # type: ignore[index]
    client.replicas = 1
    problem(caller.open(address(rule, name), method=method, **more), 503)


def test_readiness_knows_of_replicas_that_are_missing(client: Client) -> None:
    doors = Doors(client)
    doors.jobs.report_worker(make_worker(), alive_ms=60_000)
    assert doors.stranger().get("/readyz").status_code == 200
    client.replicas = 1
    answer = doors.stranger().get("/readyz")
    assert (answer.status_code, answer.json["detail"]) == (503, "Only 0 of 1 replicas have it in time.")  # type: ignore[index]
