"""One log line for each request, with what it was about and never what was in it."""

import logging
from typing import Any

import pytest
from flask.testing import FlaskClient

from telemetry.logs import fields_of

REVIEW = "Das Essen war gut."


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Any:
    """The fields of all request lines at INFO so far."""
    caplog.set_level(logging.INFO, "api.http.request_log")
    return lambda: [dict(fields_of(record)) for record in caplog.records if record.name == "api.http.request_log"]


def test_a_submission_names_the_job_that_it_made(client: FlaskClient, lines: Any) -> None:
    job_id = client.post("/v1/jobs", json={"text": REVIEW}).get_json()["id"]
    (line,) = lines()
    assert line.pop("ms") >= 0
    assert line == {"method": "POST", "route": "/v1/jobs", "status": 202, "job_id": job_id, "tenant": "default"}


def test_a_question_names_the_job_and_the_route(client: FlaskClient, lines: Any) -> None:
    client.get("/v1/jobs/job_unknown?wait=0")
    (line,) = lines()
    assert "wait" not in str(line)
    assert (line["route"], line["job_id"], line["status"]) == ("/v1/jobs/<job_id>", "job_unknown", 404)
    assert "path" not in line


def test_a_path_that_leads_nowhere_is_named_up_to_a_length(client: FlaskClient, lines: Any) -> None:
    client.get("/wp-admin/" + "x" * 1000)
    (line,) = lines()
    assert (line["path"], line["status"]) == (("/wp-admin/" + "x" * 1000)[:200], 404)


def test_what_a_client_names_in_a_path_is_its_own(client: FlaskClient, lines: Any) -> None:
    client.get("/v1/restaurants/Zum%20Hirsch/summary")
    (line,) = lines()
    assert "Hirsch" not in str(line)


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
def test_health_is_asked_too_often_to_be_said(client: FlaskClient, lines: Any, path: str) -> None:
    client.get(path)
    assert lines() == []


def test_files_of_the_console_are_said_only_where_one_is_refused(client: FlaskClient, lines: Any) -> None:
    assert client.get("/console/static/main.js", buffered=True).status_code == 200
    client.get("/console/static/nothing.js")
    assert [(line["route"], line["status"]) for line in lines()] == [("/console/static/<name>", 404)]


def test_health_is_said_when_everything_is(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "api.http.request_log")
    client.get("/livez")
    assert [record.levelname for record in caplog.records if record.name == "api.http.request_log"] == ["DEBUG"]


def test_no_line_has_the_review(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client.post("/v1/jobs", json={"text": REVIEW, "restaurant": "Hirsch"})
    client.post("/v1/jobs", json={"text": REVIEW, "unknown": 1})
    client.post("/v1/jobs", data=REVIEW, content_type="text/plain")
    assert len(caplog.records) >= 3
    assert not [record for record in caplog.records if "Essen" in str(vars(record))]
