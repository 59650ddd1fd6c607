"""Webhooks over HTTP: endpoints, secrets, deliveries; strict in what they take, silent about what they refuse."""

import json
from typing import Any

import pytest
import redis
from flask.testing import FlaskClient

from access.scope import Scope
from api.app import create_app
from jobs.job import new_id
from jobs.line import Line
from store.batches import BatchStore
from store.webhooks import open_webhooks
from tests.support.factories import make_settings
from tests.support.http import problem
from tests.support.keys import Doors
from tests.support.model_hub import ModelHub
from tests.support.model_store import ModelStore
from tests.support.post import Post
from tests.support.receiver_stub import ReceiverStub
from tests.unit.archive.endings import end_batch
from webhooks.ssrf import Policy

BATCH_EVENTS = ("batch.completed", "batch.lines")
PUBLIC, PRIVATE = "93.184.216.34", "10.0.0.1"


def resolve(host: str, port: int) -> list[str]:
    if host.startswith("nowhere"):
        raise OSError
    return [PRIVATE] if host.startswith("inside") else [PUBLIC]


@pytest.fixture
def post(redis_client: redis.Redis) -> Post:
    return Post(redis_client, policy=Policy(), resolve=resolve)


@pytest.fixture
def http(post: Post, redis_client: redis.Redis) -> FlaskClient:
    hub = ModelHub(ModelStore())
    return create_app(make_settings(), post.jobs, hub, BatchStore(redis_client), post.webhooks).test_client()


def add(http: FlaskClient, **more: Any) -> dict[str, Any]:
    answer = http.post("/v1/endpoints", json={"url": "https://hooks.example.com/kritiq"} | more)
    assert answer.status_code == 201, answer.json
    found: dict[str, Any] = answer.json
    return found


def test_an_endpoint_is_made_changed_rotated_and_deleted(http: FlaskClient, post: Post, receiver: ReceiverStub) -> None:
    made = add(http, description="ours", events=["job.succeeded"])
    here = f"/v1/endpoints/{made['id']}"
    assert made["secret"].startswith("whsec_")
    got = http.get(here)
    assert "secret" not in got.json
    assert got.json["health"]["pending"] == 0
    assert [endpoint["id"] for endpoint in http.get("/v1/endpoints").json["endpoints"]] == [made["id"]]
    changed = http.patch(here, json={"events": ["job.failed", "job.succeeded"], "enabled": False}).json
    assert (changed["enabled"], changed["disabled_reason"], changed["description"]) == (False, "owner", "ours")
    assert changed["disabled_at"]
    assert http.post(f"{here}/ping").status_code == 409
    assert http.post(f"{here}/enable").json["enabled"] is True
    ping = http.post(f"{here}/ping")
    assert ping.status_code == 202
    post.turn()
    delivery = http.get(ping.headers["Location"]).json
    assert (delivery["status"], delivery["log"][0]["status"]) == ("succeeded", 204)
    rotated = http.post(f"{here}/rotate", json={"grace_seconds": 60}).json
    assert rotated["secret"] not in (None, made["secret"])
    assert http.post(f"{here}/rotate").status_code == 200
    assert http.delete(here).status_code == 204
    assert [http.get(here).status_code, http.delete(here).status_code, http.post(f"{here}/ping").status_code] == [
        404
    ] * 3


def test_secrets_are_kept_by_no_cache(http: FlaskClient) -> None:
    answer = http.post("/v1/endpoints", json={"url": "https://hooks.example.com/"})
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_ed25519_endpoint_shows_a_public_key_and_no_secret(http: FlaskClient) -> None:
    made = add(http, signature="ed25519")
    assert made["secret"] is None
    assert len(made["public_keys"]) == 1
    here = f"/v1/endpoints/{made['id']}"
    assert len(http.post(f"{here}/rotate").json["public_keys"]) == 2
    assert http.post(f"{here}/rotate", json={"grace_seconds": 0}).json["public_keys"] != made["public_keys"]


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/", "https://hooks.example.com:8080/", "https://user:pw@hooks.example.com/",
        "https://127.0.0.1/", "https://[::1]/", "https://2130706433/", "https://0x7f000001/", "https://127.1/",
        "https://169.254.169.254/latest", "https://inside.example.com/", "https://nowhere.example.com/",
        "https://localhost/", "ftp://hooks.example.com/", "https://hooks.example.com/\r\nX: y", "", "//x",
    ],
)  # fmt: skip
def test_hostile_urls_are_refused_everywhere_and_told_nothing(http: FlaskClient, url: str) -> None:
    made = add(http)
    http.post("/v1/webhook-secret")
    answers = [
        http.post("/v1/endpoints", json={"url": url}),
        http.patch(f"/v1/endpoints/{made['id']}", json={"url": url}),
        http.post("/v1/jobs", json={"text": "Gut.", "webhook": {"url": url}}),
    ]
    for answer in answers:
        assert answer.status_code == 422
        assert PRIVATE not in answer.text
        assert answer.json["errors"][0]["pointer"].endswith("/url")


@pytest.mark.parametrize(
    "body",
    [
        {"events": ["job.started"]}, {"events": []}, {"events": ["job.failed", "job.failed"]}, {"include_text": 1},
        {"secret": "whsec_mine"}, {"signature": "none"}, {"description": "x" * 201}, {"id": "ep_mine"},
    ],
)  # fmt: skip
def test_bodies_that_cannot_be_used_are_pointed_at(http: FlaskClient, body: dict[str, Any]) -> None:
    assert http.post("/v1/endpoints", json={"url": "https://hooks.example.com/"} | body).status_code == 422


@pytest.mark.parametrize("grace", [-1, 604_801, "60", 1.5, None])
def test_a_grace_of_more_than_seven_days_is_refused(http: FlaskClient, grace: object) -> None:
    here = f"/v1/endpoints/{add(http)['id']}"
    assert http.post(f"{here}/rotate", json={"grace_seconds": grace}).status_code == 422


def test_a_one_off_webhook_needs_a_secret_first(http: FlaskClient, post: Post, receiver: ReceiverStub) -> None:
    body = {"text": "Gut.", "webhook": {"url": "https://hooks.example.com/once"}}
    refused = http.post("/v1/jobs", json=body)
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "#/webhook")
    assert http.post("/v1/webhook-secret").json["secret"].startswith("whsec_")
    job_id = http.post("/v1/jobs", json=body).json["id"]
    http.post(f"/v1/jobs/{job_id}/cancel")
    post.turn()
    assert [(sent.url, sent.event["type"]) for sent in receiver.sent] == [(body["webhook"]["url"], "job.canceled")]


def test_deliveries_are_listed_replayed_and_recovered(http: FlaskClient, post: Post, receiver: ReceiverStub) -> None:
    made = add(http)
    receiver.says = 500
    ids = [post.end_job() for _ in range(3)]
    post.turn()
    page = http.get("/v1/deliveries?page_size=2").json
    rest = http.get(f"/v1/deliveries?page_size=2&page_token={page['next_page_token']}").json
    assert {delivery["subject"] for delivery in page["deliveries"] + rest["deliveries"]} == set(ids)
    one = http.get(f"/v1/deliveries?job={ids[0]}").json["deliveries"]
    assert [(delivery["status"], delivery["reason"], delivery["log"]) for delivery in one] == [("pending", "500", None)]
    assert http.get("/v1/deliveries?status=succeeded").json["deliveries"] == []
    assert len(http.get(f"/v1/endpoints/{made['id']}/deliveries").json["deliveries"]) == 3
    receiver.says = 200
    assert http.post(f"/v1/deliveries/{one[0]['id']}/replay").status_code == 202
    post.turn()
    detail = http.get(f"/v1/deliveries/{one[0]['id']}").json
    assert (detail["status"], [attempt["trigger"] for attempt in detail["log"]]) == (
        "succeeded",
        ["schedule", "replay"],
    )
    recovered = http.post(f"/v1/endpoints/{made['id']}/recover", json={"since": "2026-01-01T00:00:00Z"})
    assert (recovered.status_code, recovered.json) == (202, {"recovered": 0})
    backwards = {"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}
    answer = http.post(f"/v1/endpoints/{made['id']}/recover", json=backwards)
    assert problem(answer, 422, "invalid-request")["errors"][0]["pointer"] == "#/until"


@pytest.mark.parametrize("query", ["status=lost", "page_size=0", "page_size=101", "page_token=x", "page_token=%F0"])
def test_a_query_that_cannot_be_used_is_refused(http: FlaskClient, query: str) -> None:
    assert http.get(f"/v1/deliveries?{query}").status_code == 422


@pytest.mark.parametrize("name", ["ep_x", "once"])
def test_unknown_endpoints_and_deliveries_are_not_found(http: FlaskClient, post: Post, name: str) -> None:
    http.post("/v1/webhook-secret")
    here = f"/v1/endpoints/{name}"
    calls = [http.get(here), http.get(f"{here}/deliveries"), http.delete(here), http.post(f"{here}/ping")]
    calls += [http.post(f"{here}/enable"), http.post(f"{here}/rotate"), http.patch(here, json={"description": "x"})]
    calls += [http.post(f"{here}/recover", json={"since": "2026-01-01T00:00:00Z"}), http.get("/v1/deliveries/msg_x")]
    assert [call.status_code for call in calls] == [404] * len(calls)
    assert post.endpoints.once("default") is not None


def test_without_a_key_it_says_what_to_set(redis_client: redis.Redis) -> None:
    settings = make_settings(webhook_allow_insecure=True, redis_url="redis://127.0.0.1:1/0")
    webhooks = open_webhooks(settings, redis_client)
    app = create_app(settings, ModelStore(), ModelHub(ModelStore()), BatchStore(redis_client), webhooks)
    answer = app.test_client().post("/v1/endpoints", json={"url": "http://127.0.0.1:5050/"})
    assert (answer.status_code, answer.json["code"]) == (503, "not-configured")
    assert "KRITIQ_SECRET_KEYS" in answer.json["detail"]


def test_what_a_delivery_sends_is_told_as_it_was_sent(http: FlaskClient, post: Post, receiver: ReceiverStub) -> None:
    add(http, include_text=True, events=[*BATCH_EVENTS, "job.succeeded", "job.deleted"])
    job_id = post.end_job(metadata={"mine": 1})
    end_batch(post.redis, new_id("batch"), [Line(number=1, text="Gut.", custom_id="a")])
    post.turn()
    assert {sent.event["type"] for sent in receiver.sent} == {*BATCH_EVENTS, "job.succeeded"}
    for sent in receiver.sent:
        answer = http.get(f"/v1/deliveries/{sent.id}/request")
        assert answer.status_code == 200, answer.text
        assert answer.json["body"].encode() == sent.body
        assert set(answer.json["headers"]) == set(sent.headers) - {"traceparent"}
        for value in ("v1,", "whsec_"):
            assert value not in json.dumps(answer.json["headers"])
    about = f"msg_{job_id}_"
    (delivery,) = [sent.id for sent in receiver.sent if sent.id.startswith(about)]
    http.delete(f"/v1/jobs/{job_id}")
    assert http.get(f"/v1/deliveries/{delivery}/request").status_code in (404, 410)
    post.turn()
    deleted = receiver.sent[-1]
    assert deleted.event["type"] == "job.deleted"
    assert http.get(f"/v1/deliveries/{deleted.id}/request").json["body"].encode() == deleted.body


def test_so_is_what_one_sends_that_has_not_arrived_and_of_an_endpoint_that_is_disabled(
    http: FlaskClient, post: Post, receiver: ReceiverStub
) -> None:
    made = add(http)
    receiver.says = 500
    post.end_job()
    post.turn()
    here = f"/v1/deliveries/{receiver.sent[0].id}/request"
    assert http.get(here).json["body"].encode() == receiver.sent[0].body
    http.patch(f"/v1/endpoints/{made['id']}", json={"enabled": False})
    assert http.get(here).status_code in (200, 410)
    http.delete(f"/v1/endpoints/{made['id']}")
    assert http.get(here).status_code in (404, 410)


def test_a_body_has_what_a_job_has_and_is_for_keys_that_read_jobs(redis_client: redis.Redis) -> None:
    doors = Doors(redis_client)
    sees, both = doors.client("acme", Scope.WEBHOOKS_MANAGE), (Scope.WEBHOOKS_MANAGE, Scope.JOBS_READ)
    problem(sees.get("/v1/deliveries/msg_x/request"), 403)
    problem(doors.client("acme", *both).get("/v1/deliveries/msg_x/request"), 404)
