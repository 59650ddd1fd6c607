"""A query parameter or a body that a route does not declare is refused on every route, as an unknown member is: what it
says would be dropped without a word."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.http.operation import Operation, operation_of
from tests.support.factories import REVIEW
from tests.support.http import address, problem, submitted

FORM = "application/x-www-form-urlencoded"


def routes(client: FlaskClient) -> list[tuple[str, str, Operation]]:
    """Method, path and operation of every route of the API."""
    app = client.application
    return [
        (method, address(rule.rule, "x"), operation)
        for rule in app.url_map.iter_rules()
        if (operation := operation_of(app.view_functions[rule.endpoint])) is not None
        for method in sorted((rule.methods or set()) - {"OPTIONS"})
    ]


def test_every_route_refuses_what_it_does_not_declare(client: FlaskClient) -> None:
    assert len(routes(client)) > 30
    for method, path, operation in routes(client):
        for name in {"wiat", "follow", "page_size"} - operation.query.keys():
            answer = client.open(path, method=method, query_string={name: "1"})
            assert answer.status_code == 422, (method, path, name)
            if method != "HEAD":
                assert [item["pointer"] for item in problem(answer, 422, "invalid-request")["errors"]] == [f"?{name}"]


def test_every_route_takes_what_it_declares_once(client: FlaskClient) -> None:
    for method, path, operation in routes(client):
        for name in operation.query:
            answer = client.open(path, method=method, query_string=[(name, "x"), (name, "x")])
            if method != "HEAD":
                assert "once" in problem(answer, 422)["errors"][0]["detail"], (method, path, name)
            once = client.open(path, method=method, query_string={name: "x"})
            assert "is no parameter of this call" not in once.text, (method, path, name)


def test_a_call_that_is_refused_for_its_query_does_nothing(client: FlaskClient) -> None:
    problem(client.post("/v1/jobs?deadline_s=5", json={"text": REVIEW}), 422)
    job_id = submitted(client)
    problem(client.delete(f"/v1/jobs/{job_id}?force=true"), 422)
    assert [job["id"] for job in (client.get("/v1/jobs").json or {})["jobs"]] == [job_id]


def test_a_span_that_ends_before_it_begins_is_refused_by_every_route(client: FlaskClient) -> None:
    """An empty answer would be taken for a quiet month."""
    times = {"since": "2026-11-02T00:00:00Z", "until": "2026-11-02T00:30:00+01:00"}
    found = set[tuple[str, ...]]()
    for method, path, operation in routes(client):
        for span in (times, {"from": "2026-12-01", "to": "2026-11-30"}):
            if method == "GET" and span.keys() <= operation.query.keys():
                (error,) = problem(client.get(path, query_string=span), 422, "invalid-request")["errors"]
                first, last = span
                assert error == {
                    "pointer": f"?{last}", "detail": f"should not be before {first}",
                    "detail_code": {"code": f"{last}_before_{first}", "figures": {}},
                }, path  # fmt: skip
                found.add((first, path))
    assert len(found) == 7


def test_a_day_on_which_it_is_not_yet_in_utc_can_be_asked_for(client: FlaskClient) -> None:
    tomorrow = (datetime.now(UTC).date() + timedelta(days=1)).isoformat()
    answer = client.get("/v1/restaurants/adler/summary", query_string={"from": tomorrow}).json or {}
    assert (answer["from"], answer["to"]) == (tomorrow, tomorrow)
    answer = client.get("/v1/restaurants/adler/summary?to=1960-01-01").json or {}
    assert (answer["from"], answer["to"]) == ("1960-01-01", "1960-01-01")


def test_the_document_tells_it_of_every_route(client: FlaskClient) -> None:
    document = client.get("/openapi.json?v=2").json or {}
    assert all("422" in call["responses"] for path in document["paths"].values() for call in path.values())


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(min_size=1))
def test_whatever_its_name_is(client: FlaskClient, name: str) -> None:
    answer = client.get("/v1/queue", query_string={name.encode("utf-8", "replace"): "1"})
    assert problem(answer, 422, "invalid-request")["errors"][0]["pointer"][:1] == "?"


@pytest.mark.parametrize(
    "sent",
    [
        {"json": {"text": REVIEW}},
        {"json": [1]},
        {"data": "text=Gut", "content_type": FORM},
        {"data": b"x" * 100_000, "content_type": "application/octet-stream"},
    ],
)
def test_every_route_without_a_body_refuses_one(client: FlaskClient, sent: dict[str, Any]) -> None:
    bare = [(method, path) for method, path, each in routes(client) if each.body is None and not each.uploads]
    assert len(bare) > 40
    for method, path in bare:
        answer = client.open(path, method=method, **sent)
        assert answer.status_code == 422, (method, path)
        if method != "HEAD":
            errors = problem(answer, 422, "invalid-request")["errors"]
            assert errors == [{"pointer": "#", "detail": "should not be there: this call takes no body"}], (
                method,
                path,
            )


@pytest.mark.parametrize("sent", [{"data": b""}, {"json": {}}, {"json": None, "data": b" null\n"}])
def test_a_body_that_says_nothing_is_none(client: FlaskClient, sent: dict[str, Any]) -> None:
    """Many programs put an empty object into every POST."""
    job_id = submitted(client)
    assert client.post(f"/v1/jobs/{job_id}/cancel", **sent).status_code == 200
    assert client.get("/v1/queue", **sent).status_code == 200


def test_a_call_that_is_refused_for_its_body_does_nothing(client: FlaskClient) -> None:
    job_id = submitted(client)
    problem(client.post(f"/v1/jobs/{job_id}/cancel", json={"text": "x"}), 422)
    assert (client.get(f"/v1/jobs/{job_id}").json or {})["status"] == "queued"


def test_a_route_that_takes_a_body_reads_its_own(client: FlaskClient) -> None:
    assert client.post("/v1/jobs", json={"text": REVIEW}).status_code == 202
