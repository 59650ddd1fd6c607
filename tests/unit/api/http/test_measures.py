"""Every answer says how long it took, and is counted by its route."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient

from api.app import create_app
from api.http.hub import RedisHub
from store.jobs import RedisStore
from telemetry.meter import Meter, parts
from tests.support.factories import REVIEW, make_settings
from tests.support.redis_server import RedisServer


@pytest.fixture
def meter() -> Meter:
    return Meter()


@pytest.fixture
def app(redis_client: redis.Redis, redis_server: RedisServer, meter: Meter) -> Iterator[Flask]:
    settings = make_settings(redis_url=redis_server.url)
    with closing(RedisHub(redis_client, most=4)) as hub:
        yield create_app(settings, RedisStore(redis_client), hub, meter=meter)


@pytest.fixture
def http(app: Flask) -> FlaskClient:
    return app.test_client()


def timing(answer: Any) -> dict[str, float]:
    parts_of = re.findall(r"(\w+);dur=([\d.]+)", answer.headers["Server-Timing"])
    return {name: float(value) for name, value in parts_of}


@pytest.mark.parametrize(
    "path", ["/livez", "/v1/queue", "/v1/jobs/job_unknown", "/nowhere", "/v1/jobs?limit=x", "/docs"]
)
def test_every_answer_says_what_took_its_time_and_the_parts_add_up(http: FlaskClient, path: str) -> None:
    found = timing(http.get(path))
    total = found.pop("total")
    assert set(found) == {"gate", "wait", "app"}
    assert sum(found.values()) == pytest.approx(total, abs=0.02)
    assert total > 0


def test_waiting_for_a_job_is_not_the_applications_time(http: FlaskClient, meter: Meter) -> None:
    found = timing(http.post("/v1/jobs", json={"text": REVIEW}, headers={"Prefer": "wait=1"}))
    assert found["wait"] == pytest.approx(1000, rel=0.2)
    assert found["app"] < 500
    # What was accepted at once counts as accepted at once.
    accepted = {parts(field)[2]: count for field, count in meter.take().items() if "|accept" in field}
    assert accepted.pop(-1) < 500_000
    assert sum(accepted.values()) == 1


def test_requests_are_counted_by_method_rule_and_status(http: FlaskClient, meter: Meter) -> None:
    job_id = http.post("/v1/jobs", json={"text": REVIEW}).get_json()["id"]
    http.get(f"/v1/jobs/{job_id}")
    http.get("/v1/jobs/job_unknown")
    http.get("/wp-admin/secret")
    http.open("/v1/jobs", method="BREW")
    counted = Counter({parts(field)[1]: count for field, count in meter.take().items() if "requests|" in field})
    assert counted == {
        ("POST", "/v1/jobs", "202"): 1, ("GET", "/v1/jobs/<job_id>", "200"): 1, ("GET", "/v1/jobs/<job_id>", "404"): 1,
        ("GET", "none", "404"): 1, ("other", "none", "405"): 1,
    }  # fmt: skip


def test_what_clients_put_into_addresses_is_in_no_label(http: FlaskClient, meter: Meter) -> None:
    http.get("/v1/restaurants/Zum%20Hirsch/summary")
    http.get("/Hirsch")
    assert "Hirsch" not in str(meter.take())
