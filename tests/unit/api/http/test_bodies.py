"""A body that a route does not take is refused, on every route: what it says would be dropped without a word."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.support.factories import REVIEW
from tests.support.http import problem, submitted
from tests.unit.api.http.test_query import routes

FORM = "application/x-www-form-urlencoded"


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
def test_one_that_says_nothing_is_none(client: FlaskClient, sent: dict[str, Any]) -> None:
    """Many programs put an empty object into every POST."""
    job_id = submitted(client)
    assert client.post(f"/v1/jobs/{job_id}/cancel", **sent).status_code == 200
    assert client.get("/v1/queue", **sent).status_code == 200


def test_a_refused_call_does_nothing(client: FlaskClient) -> None:
    job_id = submitted(client)
    problem(client.post(f"/v1/jobs/{job_id}/cancel", json={"text": "x"}), 422)
    assert (client.get(f"/v1/jobs/{job_id}").json or {})["status"] == "queued"


def test_a_route_that_takes_a_body_reads_its_own(client: FlaskClient) -> None:
    assert client.post("/v1/jobs", json={"text": REVIEW}).status_code == 202
