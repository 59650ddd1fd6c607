"""In which priorities a key and its organisation may have work done."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
import redis
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from access.scope import Scope
from jobs.request import Priority
from store import keys
from tests.support.commands import Kritiq
from tests.support.factories import create
from tests.support.http import problem
from tests.support.keys import Doors

HIGH, NORMAL, BULK = Priority
TEXT = {"text": "Das Essen war super."}


@pytest.fixture
def doors(redis_client: redis.Redis) -> Doors:
    """The API before a Redis that no worker looks at."""
    return Doors(redis_client)


def only(doors: Doors, *priorities: Priority) -> FlaskClient:
    return doors.client(priorities=priorities)


def lines(*texts: str) -> dict[str, Any]:
    return {
        "data": "".join(json.dumps({"text": text}) + "\n" for text in texts),
        "content_type": "application/x-ndjson",
    }


def refused(answer: TestResponse, priority: Priority, usable: Sequence[Priority]) -> None:
    body = problem(answer, 403, "forbidden")
    assert body["detail"] == f"This key is for certain priorities only ({', '.join(usable)}), not {priority}."


def test_a_key_does_nothing_in_a_priority_that_it_is_not_for(doors: Doors) -> None:
    client = only(doors, NORMAL)
    refused(client.post("/v1/jobs", json=TEXT | {"priority": "high"}), HIGH, [NORMAL])
    refused(client.put("/v1/jobs/mine", json=TEXT | {"priority": "bulk"}), BULK, [NORMAL])
    refused(client.post("/v1/jobs", json={"texts": ["Gut."], "priority": "high"}), HIGH, [NORMAL])
    refused(client.post("/v1/batches", **lines("Gut.")), BULK, [NORMAL])
    refused(client.post("/v1/batches", json={"reviews": [TEXT]}), BULK, [NORMAL])
    # Nothing of a file that may be none of its organisation's.
    refused(client.post("/v1/batches", json={"input_file_id": "file_x"}), BULK, [NORMAL])
    assert doors.client().get("/v1/jobs").get_json()["jobs"] == []
    assert client.post("/v1/jobs", json=TEXT | {"priority": "normal"}).status_code == 202
    assert client.post("/v1/jobs", json={"texts": ["Gut."]}).status_code == 202


@pytest.mark.parametrize(
    ("usable", "gets"), [((HIGH, NORMAL, BULK), NORMAL), ((NORMAL,), NORMAL), ((HIGH, BULK), BULK), ((HIGH,), HIGH)]
)
def test_who_names_no_priority_gets_one_that_it_may_use(
    doors: Doors, usable: tuple[Priority, ...], gets: Priority
) -> None:
    client = only(doors, *usable)
    assert client.post("/v1/jobs", json=TEXT).get_json()["priority"] == gets
    made = client.post("/v1/jobs", json={"texts": ["Gut."]}).get_json()["id"]
    assert doors.batches.get("acme", made).request.priority is gets


def test_what_somebody_else_sent_is_not_tried_again_above_ones_own(doors: Doors) -> None:
    job = create(doors.jobs, "Gut.", tenant="acme", priority=HIGH)
    doors.jobs.cancel("acme", job.id)
    batch = doors.client().post("/v1/batches", **lines("Gut.")).get_json()["id"]
    doors.batches.cancel("acme", batch)
    client = only(doors, NORMAL)
    refused(client.post(f"/v1/jobs/{job.id}/retry"), HIGH, [NORMAL])
    refused(client.post(f"/v1/batches/{batch}/retry"), BULK, [NORMAL])
    assert doors.client().post(f"/v1/jobs/{job.id}/retry").status_code == 202


def test_who_repeats_a_call_that_names_no_priority_gets_the_first_job_whatever_may_be_used_by_now(doors: Doors) -> None:
    first, later = only(doors, NORMAL), only(doors, BULK)
    key = {"Idempotency-Key": "mine"}
    made, own = first.post("/v1/jobs", json=TEXT, headers=key), first.put("/v1/jobs/mine", json=TEXT)
    again, own_again = later.post("/v1/jobs", json=TEXT, headers=key), later.put("/v1/jobs/mine", json=TEXT)
    for one, other in ((made, again), (own, own_again)):
        assert (other.status_code, other.headers["Idempotent-Replayed"]) == (202, "true")
        assert (other.get_json()["id"], other.get_json()["priority"]) == (one.get_json()["id"], NORMAL)
    problem(later.put("/v1/jobs/mine", json=TEXT | {"text": "Anders."}), 422, "idempotency-mismatch")
    texts = {"texts": ["Gut."]}
    batch = first.post("/v1/jobs", json=texts, headers={"Idempotency-Key": "few"}).get_json()["id"]
    assert later.post("/v1/jobs", json=texts, headers={"Idempotency-Key": "few"}).get_json()["id"] == batch


@pytest.mark.parametrize(("usable", "gets"), [((HIGH, BULK), HIGH), ((NORMAL, BULK), NORMAL), ((BULK,), BULK)])
def test_the_old_call_takes_the_most_urgent_that_it_may_use(
    doors: Doors, monkeypatch: pytest.MonkeyPatch, usable: tuple[Priority, ...], gets: Priority
) -> None:
    # Nobody answers it here.
    monkeypatch.setattr("api.jobs.legacy.WAIT_S", 0.01)
    client = only(doors, *usable)
    problem(client.post("/api/", json=TEXT), 503)
    [job] = doors.client().get("/v1/jobs").get_json()["jobs"]
    assert job["priority"] == gets


def test_an_organisation_may_use_only_what_the_operator_says(doors: Doors) -> None:
    tenants = doors.tenants
    tenants.limit("acme", {"priorities": [NORMAL, BULK]})
    assert tenants.allowance("acme", doors.settings.allowance).priorities == (NORMAL, BULK)
    refused(doors.client().post("/v1/jobs", json=TEXT | {"priority": "high"}), HIGH, [NORMAL, BULK])
    bulk = only(doors, HIGH, BULK)
    assert bulk.post("/v1/jobs", json=TEXT).get_json()["priority"] == BULK
    nothing = problem(only(doors, HIGH).post("/v1/jobs", json=TEXT), 403, "forbidden")
    assert "its organisation may use none of them" in nothing["detail"]
    assert doors.client("zeta").post("/v1/jobs", json=TEXT | {"priority": "high"}).status_code == 202


def test_a_page_is_told_what_it_may_use(doors: Doors) -> None:
    doors.tenants.limit("acme", {"priorities": [NORMAL, BULK]})
    assert only(doors, HIGH, BULK).get("/v1/session").get_json()["priorities"] == ["bulk"]
    assert doors.client("zeta").get("/v1/session").get_json()["priorities"] == ["high", "normal", "bulk"]


def test_what_a_newer_version_says_opens_nothing(doors: Doors, redis_client: redis.Redis) -> None:
    redis_client.hset(keys.TENANT_LIMITS("acme"), "priorities", "urgent")
    problem(doors.client().post("/v1/jobs", json=TEXT), 403, "forbidden")


def test_an_admin_makes_a_key_for_some_priorities(doors: Doors) -> None:
    admin = doors.client("acme", Scope.ADMIN)
    made = admin.post("/v1/keys", json={"scopes": ["jobs:write"], "priorities": ["bulk", "normal"]}).get_json()
    assert made["priorities"] == ["bulk", "normal"]
    assert admin.get(f"/v1/keys/{made['id']}").get_json()["priorities"] == ["bulk", "normal"]
    refused(doors.showing(made["key"]).post("/v1/jobs", json=TEXT | {"priority": "high"}), HIGH, [NORMAL, BULK])
    rotated = admin.post(f"/v1/keys/{made['id']}/rotate").get_json()
    refused(doors.showing(rotated["key"]).post("/v1/jobs", json=TEXT | {"priority": "high"}), HIGH, [NORMAL, BULK])


@pytest.mark.parametrize(
    "wrong", [[], ["urgent"], ["high", "high"], "high", [None]], ids=["none", "unknown", "twice", "text", "null"]
)
def test_what_are_no_priorities_is_invalid(doors: Doors, wrong: object) -> None:
    admin = doors.client("acme", Scope.ADMIN)
    problem(admin.post("/v1/keys", json={"scopes": ["jobs:write"], "priorities": wrong}), 422, "invalid-request")
    admins = {"scopes": ["admin"], "priorities": ["high"]}
    problem(admin.post("/v1/keys", json=admins), 422, "invalid-key")


def test_the_operator_says_it_of_keys_and_organisations(kritiq: Kritiq) -> None:
    def told(*words: str) -> str:
        return kritiq(*words).output

    asked = ("--scope", "jobs:write", "--priority", "bulk", "--priority", "normal")
    told("keys", "create", "--tenant", "acme", *asked)
    assert "  jobs:write  priorities normal,bulk  " in told("keys", "list", "--tenant", "acme")
    listed = json.loads(told("keys", "list", "--tenant", "acme", "--json"))
    assert listed["priorities"] == ["normal", "bulk"]
    assert "  priorities bulk  class standard" in told("tenants", "limit", "acme", "--priority", "bulk")
    assert "done  priorities=bulk" in told("audit", "--tenant", "acme")
    assert "  priorities bulk  " in told("tenants", "limit", "acme", "--day", "7")
    assert "priorities" not in told("tenants", "limit", "acme", "--reset")
