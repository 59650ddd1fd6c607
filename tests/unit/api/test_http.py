"""What the API answers: over the store in memory, without a server, with a worker that is the test itself."""

import json
import threading
from functools import partial
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.app import create_app
from api.waiting import MemoryHub
from jobs.errors import QueueFull, Unavailable
from jobs.job import Status
from jobs.memory_store import MemoryStore
from tests.support.clock import Clock
from tests.support.factories import REVIEW, claim, create, failed, make_settings, make_worker, work_off
from tests.support.waiting import wait_for

JSON = "application/json"


def problem(answer: TestResponse, status: int, code: str | None = None) -> dict[str, Any]:
    """The problem document of an answer that should be one."""
    assert answer.status_code == status, answer.data
    assert answer.content_type == "application/problem+json"
    said: dict[str, Any] = json.loads(answer.data)
    assert said["status"] == status
    assert said["title"]
    assert said["type"].startswith("/docs/problems#")
    if code is not None:
        assert said["code"] == code
    return said


def post(client: FlaskClient, body: Any, **headers: str) -> TestResponse:
    return client.post("/v1/jobs", json=body, headers={k.replace("_", "-"): v for k, v in headers.items()})


def submitted(client: FlaskClient, **more: Any) -> str:
    answer = post(client, {"text": REVIEW} | more)
    assert answer.status_code == 202, answer.data
    return str(answer.json["id"])  # type: ignore[index]


# A review in.


def test_a_review_is_accepted(client: FlaskClient, memory_store: MemoryStore) -> None:
    answer = post(client, {"text": REVIEW})
    assert answer.status_code == 202
    said = answer.json
    assert said is not None
    assert (said["status"], said["version"], said["result"], said["error"]) == ("queued", 1, None, None)
    assert answer.headers["Location"] == said["links"]["self"] == f"/v1/jobs/{said['id']}"
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.headers["ETag"] == '"1"'
    assert claim(memory_store)[0].text == REVIEW


def test_all_that_the_client_said_comes_back(client: FlaskClient) -> None:
    said = {"priority": "high", "restaurant": "zur-post", "metadata": {"a": [1, None, "ä"]}}
    answer = client.get(f"/v1/jobs/{submitted(client, reviewed_at='2026-11-14T09:30:00Z', **said)}").json
    assert answer is not None
    assert {key: answer[key] for key in said} == said
    assert answer["reviewed_at"].startswith("2026-11-14T09:30:00")


def test_a_finished_job_shows_its_result(client: FlaskClient, memory_store: MemoryStore) -> None:
    job_id = submitted(client)
    work_off(memory_store, orjson.dumps({"language": "de", "sentences": []}))
    answer = client.get(f"/v1/jobs/{job_id}")
    assert answer.json is not None
    assert answer.json["status"] == "succeeded"
    assert answer.json["result"] == {"language": "de", "sentences": []}
    assert "Retry-After" not in answer.headers


def test_a_failed_job_says_why(client: FlaskClient, memory_store: MemoryStore) -> None:
    job_id = submitted(client)
    memory_store.complete([failed(claim(memory_store)[0])])
    said = client.get(f"/v1/jobs/{job_id}").json
    assert said is not None
    assert said["status"] == "failed"
    assert said["error"] == {"code": "prediction_failed", "message": "The model failed on this text."}


# Bad input.

BAD_MEMBERS: list[tuple[dict[str, Any], str]] = [
    ({}, "#/text"),
    ({"text": ""}, "#/text"),
    ({"text": " \n\t\u2028"}, "#/text"),
    ({"text": None}, "#/text"),
    ({"text": 17}, "#/text"),
    ({"text": True}, "#/text"),
    ({"text": [REVIEW]}, "#/text"),
    ({"text": {"a": 1}}, "#/text"),
    ({"text": "a" * 50_001}, "#/text"),
    ({"text": REVIEW, "txet": 1}, "#/txet"),
    ({"text": REVIEW, "a/b~c": 1}, "#/a~1b~0c"),
    ({"text": REVIEW, "priority": "urgent"}, "#/priority"),
    ({"text": REVIEW, "priority": 1}, "#/priority"),
    ({"text": REVIEW, "priority": None}, "#/priority"),
    ({"text": REVIEW, "language": "German"}, "#/language"),
    ({"text": REVIEW, "language": "DE"}, "#/language"),
    ({"text": REVIEW, "language": ""}, "#/language"),
    ({"text": REVIEW, "include_none": "yes"}, "#/include_none"),
    ({"text": REVIEW, "include_none": 1}, "#/include_none"),
    ({"text": REVIEW, "deadline_s": 0}, "#/deadline_s"),
    ({"text": REVIEW, "deadline_s": -1}, "#/deadline_s"),
    ({"text": REVIEW, "deadline_s": 86_401}, "#/deadline_s"),
    ({"text": REVIEW, "deadline_s": "10"}, "#/deadline_s"),
    ({"text": REVIEW, "deadline_s": True}, "#/deadline_s"),
    ({"text": REVIEW, "ttl_s": 59}, "#/ttl_s"),
    ({"text": REVIEW, "ttl_s": 60.5}, "#/ttl_s"),
    ({"text": REVIEW, "ttl_s": 2_592_001}, "#/ttl_s"),
    ({"text": REVIEW, "restaurant": "Zur Post"}, "#/restaurant"),
    ({"text": REVIEW, "restaurant": ""}, "#/restaurant"),
    ({"text": REVIEW, "restaurant": "a" * 101}, "#/restaurant"),
    ({"text": REVIEW, "restaurant": "a\n"}, "#/restaurant"),
    ({"text": REVIEW, "reviewed_at": "yesterday"}, "#/reviewed_at"),
    ({"text": REVIEW, "reviewed_at": "2026-13-01T00:00:00Z"}, "#/reviewed_at"),
    ({"text": REVIEW, "metadata": "x"}, "#/metadata"),
    ({"text": REVIEW, "metadata": [1]}, "#/metadata"),
    ({"text": REVIEW, "metadata": {"a": "x" * 2_048}}, "#/metadata"),
]


@pytest.mark.parametrize(("body", "pointer"), BAD_MEMBERS, ids=lambda value: str(value)[:60])
def test_a_member_that_cannot_be_used_is_pointed_at(
    client: FlaskClient, memory_store: MemoryStore, body: dict[str, Any], pointer: str
) -> None:
    said = problem(post(client, body), 422, "invalid-request")
    assert pointer in [error["pointer"] for error in said["errors"]]
    assert all(error["detail"] for error in said["errors"])
    assert claim(memory_store) == [], "nothing was stored"


def test_all_that_is_wrong_is_said_at_once(client: FlaskClient) -> None:
    said = problem(post(client, {"txet": REVIEW, "priority": "urgent"}), 422)
    assert {error["pointer"] for error in said["errors"]} == {"#/text", "#/txet", "#/priority"}


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"17", b"null", b"true"])
def test_json_that_is_no_object_is_refused(client: FlaskClient, body: bytes) -> None:
    problem(client.post("/v1/jobs", data=body, content_type=JSON), 422)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"text=a", b"\xff", b"[" * 100_000, b'{"text":"a","text":"b"}', b'{"text":NaN}',
             b'{"text":"\\ud800"}', b'{"text":"\\u0000"}', b'{"text":"a","metadata":{"n":18446744073709551616}}',
             b'{"text":"a","metadata":{"n":1e999}}', b'{"text":"a","deadline_s":1' + b"0" * 400 + b"}"],
    ids=lambda body: str(body[:30]),
)  # fmt: skip
@pytest.mark.parametrize("path", ["/v1/jobs", "/api/"])
def test_what_is_not_strict_json_is_refused(client: FlaskClient, path: str, body: bytes) -> None:
    problem(client.post(path, data=body, content_type=JSON), 400, "bad-json")


@pytest.mark.parametrize("media", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "", "json"])
def test_another_media_type_is_refused(client: FlaskClient, media: str) -> None:
    answer = client.post("/v1/jobs", data=b'{"text":"a"}', content_type=media)
    problem(answer, 415, "unsupported-media-type")


@pytest.mark.parametrize("media", [JSON, "application/json; charset=utf-8", "Application/JSON"])
def test_json_may_be_spelled_in_these_ways(client: FlaskClient, media: str) -> None:
    assert client.post("/v1/jobs", data=b'{"text":"a"}', content_type=media).status_code == 202


def test_a_body_over_the_limit_is_refused(client: FlaskClient) -> None:
    problem(client.post("/v1/jobs", data=b" " * 300_000, content_type=JSON), 413)


def test_a_review_of_a_hundred_thousand_sentences_is_refused(client: FlaskClient, memory_store: MemoryStore) -> None:
    said = problem(post(client, {"text": "Gut. " * 20_000}), 422)
    assert said["errors"][0]["pointer"] == "#/text"
    problem(post(client, {"text": "Gut. " * 100_000}), 413)
    assert claim(memory_store) == []


@pytest.mark.parametrize(
    ("method", "path"),
    [("DELETE", "/v1/jobs"), ("PATCH", "/v1/jobs/x"), ("POST", "/livez"), ("GET", "/api/"), ("PUT", "/openapi.json")],
)
def test_another_method_is_refused_with_those_that_work(client: FlaskClient, method: str, path: str) -> None:
    answer = client.open(path, method=method)
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["Allow"]


@pytest.mark.parametrize("path", ["/nothing", "/v1", "/v1/jobs/a/b/c", "/v1/jobs/%00", "/docs/ui/../../app.py"])
def test_an_unknown_address_is_a_problem_too(client: FlaskClient, path: str) -> None:
    problem(client.get(path), 404)


def test_an_error_of_ours_is_a_problem_without_its_secrets(
    client: FlaskClient, memory_store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("password=1234")

    monkeypatch.setattr(memory_store, "get", broken)
    assert b"1234" not in client.get("/v1/jobs/x").data
    problem(client.get("/v1/jobs/x"), 500, "internal-error")


@pytest.mark.parametrize("path", ["/v1/jobs/job_unknown", "/v1/jobs/job_unknown?wait=1", "/v1/jobs/%F0%9F%98%80"])
def test_an_unknown_job_is_not_found(client: FlaskClient, path: str) -> None:
    problem(client.get(path), 404, "not-found")


def test_a_job_past_its_time_is_gone() -> None:
    clock = Clock()
    store = MemoryStore(clock)
    client = create_app(make_settings(), store, MemoryHub(store)).test_client()
    job_id = submitted(client, ttl_s=60)
    work_off(store)
    clock.advance(61_000)
    problem(client.get(f"/v1/jobs/{job_id}"), 410, "gone")


# Waiting.


def test_a_client_that_prefers_to_wait_gets_the_job_when_it_has_ended(
    client: FlaskClient, memory_store: MemoryStore
) -> None:
    worker = threading.Thread(target=lambda: wait_for(lambda: work_off(memory_store), "a job to do"))
    worker.start()
    answer = post(client, {"text": REVIEW}, Prefer="respond-async, wait=30")
    worker.join()
    assert answer.status_code == 200
    assert answer.headers["Preference-Applied"] == "wait=30"
    assert answer.json is not None
    assert answer.json["status"] == "succeeded"


def test_a_client_that_waits_in_vain_gets_its_202(client: FlaskClient) -> None:
    answer = post(client, {"text": REVIEW}, Prefer="wait=1")
    assert answer.status_code == 202
    assert "Preference-Applied" not in answer.headers


def test_a_wish_that_cannot_be_read_is_no_error(client: FlaskClient) -> None:
    assert post(client, {"text": REVIEW}, Prefer="wait=" + "9" * 5_000 + "x").status_code == 202


def test_a_long_poll_ends_with_the_job(client: FlaskClient, memory_store: MemoryStore) -> None:
    job_id = submitted(client)
    [taken] = claim(memory_store)
    worker = threading.Thread(target=lambda: memory_store.complete([failed(taken)]))
    worker.start()
    said = client.get(f"/v1/jobs/{job_id}?wait=30").json
    worker.join()
    assert said is not None
    assert said["status"] == "failed"


def test_a_long_poll_of_an_ended_job_does_not_wait(client: FlaskClient, memory_store: MemoryStore) -> None:
    job_id = submitted(client)
    work_off(memory_store)
    assert client.get(f"/v1/jobs/{job_id}?wait=30").status_code == 200


@pytest.mark.parametrize("wait", ["soon", "-1", "1.5", "٣", ""])
def test_a_wait_that_is_no_number_is_pointed_at(client: FlaskClient, wait: str) -> None:
    problem(client.get(f"/v1/jobs/{submitted(client)}", query_string={"wait": wait}), 422)


@pytest.mark.parametrize("tag", ['"1"', 'W/"1"', '"0", "1"', "*"])
def test_a_copy_that_is_still_right_is_not_sent_again(client: FlaskClient, tag: str) -> None:
    answer = client.get(f"/v1/jobs/{submitted(client)}", headers={"If-None-Match": tag})
    assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", '"1"')


def test_a_copy_that_is_old_is_replaced(client: FlaskClient, memory_store: MemoryStore) -> None:
    job_id = submitted(client)
    claim(memory_store)
    answer = client.get(f"/v1/jobs/{job_id}", headers={"If-None-Match": '"1"'})
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')


# Twice.


def test_the_same_key_gives_the_same_job(client: FlaskClient, memory_store: MemoryStore) -> None:
    first, again = (post(client, {"text": REVIEW}, Idempotency_Key="key") for _ in range(2))
    assert first.json is not None
    assert again.json is not None
    assert again.json["id"] == first.json["id"]
    assert (first.headers.get("Idempotent-Replayed"), again.headers["Idempotent-Replayed"]) == (None, "true")
    assert len(claim(memory_store)) == 1


def test_the_same_key_for_another_review_is_refused(client: FlaskClient) -> None:
    post(client, {"text": REVIEW}, Idempotency_Key="key")
    problem(post(client, {"text": "Anders."}, Idempotency_Key="key"), 422, "idempotency-mismatch")


def test_a_client_may_choose_the_id(client: FlaskClient, memory_store: MemoryStore) -> None:
    first, again = (client.put("/v1/jobs/mine-1", json={"text": REVIEW}) for _ in range(2))
    assert first.status_code == again.status_code == 202
    assert first.headers["Location"] == "/v1/jobs/mine-1"
    assert len(claim(memory_store)) == 1
    problem(client.put("/v1/jobs/mine-1", json={"text": "Anders."}), 422, "idempotency-mismatch")


@pytest.mark.parametrize("job_id", ["a:b", "a b", "ä", "a" * 65, "a.b", "%0a"])
def test_an_id_that_cannot_be_used_is_refused(client: FlaskClient, job_id: str) -> None:
    problem(client.put(f"/v1/jobs/{job_id}", json={"text": REVIEW}), 422)


# Calling off, again, away.


def test_a_waiting_job_is_called_off_as_often_as_one_likes(client: FlaskClient) -> None:
    job_id = submitted(client)
    answers = [client.post(f"/v1/jobs/{job_id}/cancel") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [(answer.json or {})["status"] for answer in answers] == ["canceled", "canceled"]


def test_a_running_job_is_asked_to_stop(client: FlaskClient, memory_store: MemoryStore) -> None:
    job_id = submitted(client)
    claim(memory_store)
    answer = client.post(f"/v1/jobs/{job_id}/cancel")
    assert answer.status_code == 202
    assert answer.json is not None
    assert (answer.json["status"], answer.json["cancel_requested"]) == ("running", True)


def test_a_job_that_has_ended_is_not_called_off(client: FlaskClient, memory_store: MemoryStore) -> None:
    job_id = submitted(client)
    work_off(memory_store)
    problem(client.post(f"/v1/jobs/{job_id}/cancel"), 409, "not-cancelable")
    problem(client.post("/v1/jobs/job_unknown/cancel"), 404)


def test_a_canceled_job_is_tried_again_as_a_new_one(client: FlaskClient, memory_store: MemoryStore) -> None:
    job_id = submitted(client, restaurant="zur-post")
    client.post(f"/v1/jobs/{job_id}/cancel")
    answer = client.post(f"/v1/jobs/{job_id}/retry")
    assert answer.status_code == 202
    assert answer.json is not None
    assert answer.json["retry_of"] == job_id != answer.json["id"]
    assert answer.json["restaurant"] == "zur-post"
    assert [taken.text for taken in claim(memory_store)] == [REVIEW]


def test_a_job_is_tried_again_once_for_each_key(client: FlaskClient, memory_store: MemoryStore) -> None:
    job_id = submitted(client)
    client.post(f"/v1/jobs/{job_id}/cancel")
    call = partial(client.post, f"/v1/jobs/{job_id}/retry")
    first, again, other = (call(headers={"Idempotency-Key": key}) for key in ("one", "one", "two"))
    assert [answer.status_code for answer in (first, again, other)] == [202, 202, 202]
    ids = [answer.json["id"] for answer in (first, again, other) if answer.json is not None]
    assert ids[0] == ids[1] != ids[2]
    assert (first.headers.get("Idempotent-Replayed"), again.headers["Idempotent-Replayed"]) == (None, "true")
    assert len(claim(memory_store)) == 2
    problem(client.post("/v1/jobs", json={"text": REVIEW}, headers={"Idempotency-Key": "one"}), 422)


def test_a_job_that_succeeded_or_waits_is_not_tried_again(client: FlaskClient, memory_store: MemoryStore) -> None:
    job_id = submitted(client)
    problem(client.post(f"/v1/jobs/{job_id}/retry"), 409)
    work_off(memory_store)
    problem(client.post(f"/v1/jobs/{job_id}/retry"), 409)


def test_a_deleted_job_is_gone(client: FlaskClient, memory_store: MemoryStore) -> None:
    job_id = submitted(client)
    assert client.delete(f"/v1/jobs/{job_id}").status_code == 204
    for answer in (client.get(f"/v1/jobs/{job_id}"), client.delete(f"/v1/jobs/{job_id}")):
        problem(answer, 410, "gone")
    assert claim(memory_store) == []


# The old call.


@pytest.mark.parametrize("form", [{"json": {"text": REVIEW}}, {"data": {"text": REVIEW}}], ids=["json", "form"])
def test_the_old_call_answers_with_the_result_alone(
    client: FlaskClient, memory_store: MemoryStore, form: dict[str, Any]
) -> None:
    worker = threading.Thread(target=lambda: wait_for(lambda: work_off(memory_store, b'{"sent0":{}}'), "a job to do"))
    worker.start()
    answer = client.post("/api/", **form)
    worker.join()
    assert (answer.status_code, answer.data) == (200, b'{"sent0":{}}')


@pytest.mark.parametrize("form", [{"json": {"text": ""}}, {"json": {}}, {"data": {"txet": "a"}}])
def test_the_old_call_refuses_what_is_no_review(client: FlaskClient, form: dict[str, Any]) -> None:
    problem(client.post("/api/", **form), 422)


# Ours, not theirs.


def test_a_full_queue_is_503_with_a_time(memory_store: MemoryStore) -> None:
    client = create_app(make_settings(max_backlog=4), memory_store, MemoryHub(memory_store)).test_client()
    submitted(client)
    submitted(client)
    answer = post(client, {"text": REVIEW})
    problem(answer, 503, "queue-full")
    assert int(answer.headers["Retry-After"]) >= 1
    assert len(claim(memory_store)) == 2


class AwayStore(MemoryStore):
    """A store that cannot be reached."""

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("_") or name in ("on_change", "lock"):
            return super().__getattribute__(name)

        def unreachable(*args: Any, **kwargs: Any) -> Any:
            raise Unavailable("The job store cannot be reached.")

        return unreachable


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/jobs"), ("PUT", "/v1/jobs/x"), ("GET", "/v1/jobs/x"), ("GET", "/v1/jobs/x?wait=5"),
        ("POST", "/v1/jobs/x/cancel"), ("POST", "/v1/jobs/x/retry"), ("DELETE", "/v1/jobs/x"),
        ("GET", "/v1/jobs/x/events"), ("GET", "/v1/jobs"), ("GET", "/v1/restaurants/x/summary"),
        ("GET", "/v1/queue"), ("GET", "/v1/models"), ("GET", "/metrics"), ("POST", "/api/"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("wait", [{}, {"Prefer": "wait=5"}], ids=["", "waiting"])
def test_without_the_store_every_call_is_503(method: str, path: str, wait: dict[str, str]) -> None:
    store = AwayStore()
    client = create_app(make_settings(), store, MemoryHub(store)).test_client()
    body = {"text": REVIEW} if method in ("POST", "PUT") else None
    answer = client.open(path, method=method, json=body, headers=wait)
    problem(answer, 503, "temporarily-unavailable")
    assert int(answer.headers["Retry-After"]) >= 1


def test_without_the_store_the_process_lives_and_is_not_ready() -> None:
    store = AwayStore()
    client = create_app(make_settings(), store, MemoryHub(store)).test_client()
    assert client.get("/livez").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, (answer.json or {})["status"]) == (503, "unavailable")


def test_ready_means_that_a_worker_is_up(client: FlaskClient, memory_store: MemoryStore) -> None:
    assert client.get("/readyz").status_code == 503
    memory_store.report_worker(make_worker(), alive_ms=60_000)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok", "workers": 1})


def test_the_errors_know_whether_trying_again_helps() -> None:
    assert not Unavailable().permanent
    assert not QueueFull().permanent
    assert str(QueueFull()) == "The backlog is at its limit."


def test_other_peoples_jobs_are_not_shown(client: FlaskClient, memory_store: MemoryStore) -> None:
    theirs = create(memory_store, tenant="elsewhere")
    problem(client.get(f"/v1/jobs/{theirs.id}"), 404)
    problem(client.post(f"/v1/jobs/{theirs.id}/cancel"), 404)
    problem(client.delete(f"/v1/jobs/{theirs.id}"), 404)
    problem(client.get(f"/v1/jobs/elsewhere:{theirs.id}"), 404)
    assert memory_store.get("elsewhere", theirs.id).job.status is Status.QUEUED
    assert (client.get("/v1/jobs").json or {})["jobs"] == []
