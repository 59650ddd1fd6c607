"""What clients should not send, and what they are told."""

import ast
import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from pydantic import ValidationError
from werkzeug.test import EnvironBuilder, run_wsgi_app

from api.app import create_app
from api.http.problems import words_of
from api.webhooks.schemas import EndpointRequest
from tests.support.clock import Clock
from tests.support.factories import REVIEW, claim, make_settings, work_off
from tests.support.http import JSON, post, problem, submitted
from tests.support.model_hub import ModelHub
from tests.support.model_store import ModelStore

# Bad input.

#: What is no time as RFC 3339 has it.
NO_TIMES: tuple[Any, ...] = (
    "",
    "17",
    "tomorrow",
    "2026-11-14",
    "2026-11-14T09:30:00",
    "2026-11-14 09:30:00Z",
    "2026-11-14T09:30Z",
    "2026-11-14T09:30:00.Z",
    "20261114T093000Z",
    "2026-W46-6T09:30:00Z",
    "2026-11-14T24:00:01Z",
    "2026-11-14T09:30:00+25:00",
    "2026-13-14T09:30:00Z",
    "0001-01-01T00:00:00+10:00",
    "1700000000",
    "２０２６-11-14T09:30:00Z",
    1_795_000_000,
    1.5,
    True,
    [],
    {},
)

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
    ({"text": REVIEW, "evidence": "yes"}, "#/evidence"),
    ({"text": REVIEW, "deadline_s": 0}, "#/deadline_s"),
    ({"text": REVIEW, "deadline_s": -1}, "#/deadline_s"),
    ({"text": REVIEW, "deadline_s": 86_401}, "#/deadline_s"),
    ({"text": REVIEW, "deadline_s": "10"}, "#/deadline_s"),
    ({"text": REVIEW, "deadline_s": True}, "#/deadline_s"),
    ({"text": REVIEW, "reviewed_at": "2026-02-30"}, "#/reviewed_at"),
    ({"text": REVIEW, "reviewed_at": "14.11.2026"}, "#/reviewed_at"),
    *(({"text": REVIEW, "not_before": value}, "#/not_before") for value in NO_TIMES),
    *(({"text": REVIEW, "reviewed_at": value}, "#/reviewed_at") for value in NO_TIMES if value != "2026-11-14"),
    ({"text": REVIEW, "not_before": "9999-12-31T23:59:59Z"}, "#/not_before"),
    ({"text": REVIEW, "ttl_s": 59}, "#/ttl_s"),
    ({"text": REVIEW, "ttl_s": 60.5}, "#/ttl_s"),
    ({"text": REVIEW, "ttl_s": 2_592_001}, "#/ttl_s"),
    ({"text": REVIEW, "restaurant": "Zur Post"}, "#/restaurant"),
    ({"text": REVIEW, "restaurant": ""}, "#/restaurant"),
    ({"text": REVIEW, "restaurant": "a" * 101}, "#/restaurant"),
    ({"text": REVIEW, "restaurant": "a\n"}, "#/restaurant"),
    ({"text": REVIEW, "metadata": "x"}, "#/metadata"),
    ({"text": REVIEW, "metadata": [1]}, "#/metadata"),
    ({"text": REVIEW, "metadata": {"a": "x" * 2_048}}, "#/metadata"),
]


@pytest.mark.parametrize(("body", "pointer"), BAD_MEMBERS, ids=lambda value: str(value)[:60])
def test_a_member_that_cannot_be_used_is_pointed_at(
    client: FlaskClient, model_store: ModelStore, body: dict[str, Any], pointer: str
) -> None:
    found = problem(post(client, body), 422, "invalid-request")
    assert pointer in [error["pointer"] for error in found["errors"]]
    # In the API's words: the pointer has named what is wrong, and "String should" would be pydantic's.
    assert all(re.match("[a-z]", error["detail"]) for error in found["errors"]), found["errors"]
    assert claim(model_store) == [], "nothing was stored"


@pytest.mark.parametrize("value", NO_TIMES)
def test_what_an_endpoint_missed_is_sent_again_from_a_time_on(client: FlaskClient, value: Any) -> None:
    found = problem(client.post("/v1/endpoints/any/recover", json={"since": value}), 422, "invalid-request")
    assert [error["pointer"] for error in found["errors"]] == ["#/since"]


@pytest.mark.parametrize("value", [value for value in NO_TIMES if isinstance(value, str)])
@pytest.mark.parametrize("name", ["since", "until"])
def test_a_list_takes_the_times_that_members_take(client: FlaskClient, name: str, value: str) -> None:
    found = problem(client.get("/v1/jobs", query_string={name: value}), 422, "invalid-request")
    assert [error["pointer"] for error in found["errors"]] == [f"?{name}"]


@pytest.mark.parametrize("value", ["", "17", "20261114", "2026-W46-6", "2026-11-14T00:00:00Z", "2026-02-30"])
@pytest.mark.parametrize("name", ["from", "to"])
def test_a_summary_takes_days_as_it_writes_them(client: FlaskClient, name: str, value: str) -> None:
    found = problem(client.get("/v1/restaurants/adler/summary", query_string={name: value}), 422, "invalid-request")
    assert [error["pointer"] for error in found["errors"]] == [f"?{name}"]


def test_all_that_is_wrong_is_said_at_once(client: FlaskClient) -> None:
    found = problem(post(client, {"txet": REVIEW, "priority": "urgent"}), 422)
    assert {error["pointer"] for error in found["errors"]} == {"#/text", "#/txet", "#/priority"}


@pytest.mark.parametrize(
    "body",
    [
        {"text": REVIEW} | {f"member-{number}": 1 for number in range(5_000)},
        {"text": REVIEW, "m" * 60_000: 1},
        {"text": REVIEW, "metadata": {"m" * 60_000: 1}},
        {"text": REVIEW, "language": "x" * 60_000},
    ],
)
def test_the_answer_to_a_large_mistake_is_small(client: FlaskClient, body: dict[str, Any]) -> None:
    answer = post(client, body)
    problem(answer, 422, "invalid-request")
    assert len(answer.data) <= 16_000


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/v1/jobs", {"text": "Gut.", "webhook": 5}, "should be a JSON object"),
        ("/v1/jobs", {"text": "Gut.", "metadata": ["a"]}, "should be a JSON object"),
        ("/v1/models/default", {"revision": 0, "rollout": 5}, "should be a JSON object"),
        ("/v1/endpoints", {"url": "https://example.com", "events": {}}, "should be a list"),
    ],
)
def test_no_mistake_is_told_in_words_of_python(
    client: FlaskClient, path: str, body: dict[str, Any], words: str
) -> None:
    (told,) = problem(client.post(path, json=body), 422, "invalid-request")["errors"]
    assert told["detail"] == words


def test_mistakes_are_told_in_words_of_the_api(client: FlaskClient) -> None:
    errors = problem(post(client, {"txet": 1, "language": 3}), 422)["errors"]
    assert {error["pointer"]: error["detail"] for error in errors} == {
        "#/text": "is missing",
        "#/txet": "is not a member that this call takes",
        "#/language": "should be a valid string",
    }


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


def test_the_old_call_names_forms_where_it_takes_something_else(client: FlaskClient) -> None:
    told = problem(client.post("/api/", data=b"Gut.", content_type="text/plain"), 415)["detail"]
    forms = "application/x-www-form-urlencoded or multipart/form-data"
    assert told == f"The body should be application/json or {forms}, not text/plain."


@pytest.mark.parametrize("media", [JSON, "application/json; charset=utf-8", "Application/JSON"])
def test_json_may_be_spelled_in_these_ways(client: FlaskClient, media: str) -> None:
    assert client.post("/v1/jobs", data=b'{"text":"a"}', content_type=media).status_code == 202


def test_a_body_over_the_limit_is_refused(client: FlaskClient) -> None:
    problem(client.post("/v1/jobs", data=b" " * 300_000, content_type=JSON), 413)


def test_a_review_of_a_hundred_thousand_sentences_is_refused(client: FlaskClient, model_store: ModelStore) -> None:
    found = problem(post(client, {"text": "Gut. " * 20_000}), 422)
    assert found["errors"][0]["pointer"] == "#/text"
    told = problem(post(client, {"text": "Gut. " * 100_000}), 413)
    assert f"{make_settings().max_body_bytes} bytes" in told["detail"]
    assert claim(model_store) == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/v1/jobs"),
        ("PATCH", "/v1/jobs/x"),
        ("POST", "/livez"),
        ("GET", "/api/"),
        ("GET", "/api"),
        ("PUT", "/openapi.json"),
    ],
)
def test_another_method_is_refused_with_those_that_work(client: FlaskClient, method: str, path: str) -> None:
    answer = client.open(path, method=method)
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["Allow"]


@pytest.mark.parametrize("path", ["/nothing", "/v1", "/v1/jobs/a/b/c", "/v1/jobs/%00", "/docs/ui/../../app.py"])
def test_an_unknown_address_is_a_problem_too(client: FlaskClient, path: str) -> None:
    problem(client.get(path), 404)


def test_an_error_of_ours_is_a_problem_without_its_secrets(
    client: FlaskClient, model_store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("password=1234")

    monkeypatch.setattr(model_store, "get", broken)
    assert b"1234" not in client.get("/v1/jobs/x").data
    problem(client.get("/v1/jobs/x"), 500, "internal-error")


@pytest.mark.parametrize("path", ["/v1/jobs/job_unknown", "/v1/jobs/job_unknown?wait=1", "/v1/jobs/%F0%9F%98%80"])
def test_an_unknown_job_is_not_found(client: FlaskClient, path: str) -> None:
    problem(client.get(path), 404, "not-found")


@pytest.mark.parametrize("path", ["/v1//jobs", "/v1/jobs//x", "/v1/webhook-links//open", "/docs/own//etc/passwd"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_address_with_a_slash_too_many_leads_nowhere_else(client: FlaskClient, method: str, path: str) -> None:
    answer = client.open(path, method=method, json={"text": REVIEW})
    assert answer.status_code in (404, 405)
    problem(answer, answer.status_code)


@pytest.mark.parametrize("path", ["//v1/jobs", "//livez", "///metrics", "//"])
def test_an_address_that_begins_with_two_slashes_is_none(client: FlaskClient, path: str) -> None:
    """Else a proxy's rules for an address are passed by."""
    environ = EnvironBuilder(method="GET", path="/").get_environ() | {"PATH_INFO": path}
    parts, status, _ = run_wsgi_app(client.application, environ, buffered=True)
    assert (status[:3], orjson.loads(b"".join(parts))["code"]) == ("404", "not-found")


def test_a_job_past_its_time_is_gone() -> None:
    clock = Clock()
    store = ModelStore(clock)
    client = create_app(make_settings(), store, ModelHub(store)).test_client()
    job_id = submitted(client, ttl_s=60)
    work_off(store)
    clock.advance(61_000)
    problem(client.get(f"/v1/jobs/{job_id}"), 410, "gone")


@pytest.mark.parametrize(
    ("method", "path", "pointer"),
    [
        ("PUT", "/v1/jobs/a%20b", "{job_id}"),
        ("GET", "/v1/restaurants/zur%20Krone/summary", "{restaurant}"),
        ("GET", "/v1/restaurants/zur%20Krone/trend?from=2026-11-01", "{restaurant}"),
        ("GET", "/v1/restaurants/zur%20Krone/reviews", "{restaurant}"),
        ("GET", "/v1/jobs?restaurant=zur%20Krone", "?restaurant"),
        ("GET", "/v1/batches?restaurant=zur%20Krone", "?restaurant"),
        ("GET", "/v1/feedback?restaurant=zur%20Krone", "?restaurant"),
        ("POST", "/v1/models/Candidate", "{alias_id}"),
    ],
)
def test_where_the_fault_is_is_told_in_one_way_for_paths_and_one_for_queries(
    client: FlaskClient, method: str, path: str, pointer: str
) -> None:
    body: dict[str, Any] = {} if method == "GET" else {"json": {"text": REVIEW}}
    answer = client.open(path, method=method, **body)
    assert [error["pointer"] for error in problem(answer, 422, "invalid-request")["errors"]] == [pointer]


def test_a_list_that_is_too_short_is_told_of_in_plain_words() -> None:
    with pytest.raises(ValidationError) as raised:
        EndpointRequest.model_validate({"url": "https://hooks.example.com/kritiq", "events": []})
    assert [words_of(each) for each in raised.value.errors()] == ["should have at least 1 item, not 0"]


def test_every_fault_that_the_code_names_is_in_the_body_the_query_the_path_or_a_header() -> None:
    told = [
        "".join(
            part.value if isinstance(part, ast.Constant) else "x"
            for part in getattr(call.args[0], "values", [call.args[0]])
        )
        for path in (Path(__file__).parents[4] / "api").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") == "InvalidRequest"
        and isinstance(call.args[0], ast.Constant | ast.JoinedStr)
    ]
    assert len(told) > 30
    # The last one is handed on, with what it begins with.
    place = r"#|#/.+|\?\w+|\{\w+\}|Idempotency-Key|xx"
    assert [each for each in told if not re.fullmatch(place, each)] == []
