"""A request is a span in its caller's trace, and what it makes goes on from there."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
import redis
from flask.testing import FlaskClient

from api.app import create_app
from api.http.hub import RedisHub
from jobs.job import DEFAULT_TENANT
from store.batches import BatchStore
from store.jobs import RedisStore
from telemetry.logs import formatter
from telemetry.meter import Meter
from telemetry.traces import Tracer, carried
from tests.support.factories import REVIEW, claim, make_settings
from tests.support.redis_server import RedisServer
from tests.support.spans import CALLER, CALLERS_TRACE, Spans, id_of, parent_of, trace_of

Serve = Callable[..., FlaskClient]


@pytest.fixture
def spans() -> Spans:
    return Spans()


@pytest.fixture
def serve(redis_client: redis.Redis, redis_server: RedisServer) -> Iterator[Serve]:
    """The API with this tracer."""
    hub = RedisHub(redis_client, most=4)

    def with_tracer(tracer: Tracer, meter: Meter | None = None) -> FlaskClient:
        settings, store = make_settings(redis_url=redis_server.url), RedisStore(redis_client)
        return create_app(settings, store, hub, BatchStore(redis_client), meter=meter, tracer=tracer).test_client()

    with closing(hub):
        yield with_tracer


@pytest.fixture
def http(serve: Serve, spans: Spans) -> FlaskClient:
    return serve(spans.tracer)


def test_a_review_carries_its_callers_trace_to_whoever_claims_it(
    http: FlaskClient, spans: Spans, redis_client: redis.Redis
) -> None:
    sent = http.post("/v1/jobs", json={"text": REVIEW}, headers=CALLER)
    server = spans.one("POST /v1/jobs")
    assert (trace_of(server), parent_of(server)) == (CALLERS_TRACE, int("b7ad6b7169203331", 16))
    assert dict(server.attributes or {}) == {
        "http.request.method": "POST", "http.route": "/v1/jobs", "http.response.status_code": 202,
        "kritiq.job_id": sent.get_json()["id"],
    }  # fmt: skip
    (held,) = claim(RedisStore(redis_client))
    assert held.trace == f"00-{CALLERS_TRACE:032x}-{id_of(server):016x}-01 shop=7"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/batches", {"reviews": [{"text": REVIEW}]}),
        ("/v1/jobs", {"texts": [REVIEW]}),
    ],
)
def test_so_do_the_chunks_of_a_batch(
    http: FlaskClient, spans: Spans, redis_client: redis.Redis, path: str, body: dict[str, Any]
) -> None:
    made = http.post(path, json=body, headers=CALLER).get_json()
    (held,) = claim(RedisStore(redis_client))
    assert held.trace.startswith(f"00-{CALLERS_TRACE:032x}-{id_of(spans.one(f'POST {path}')):016x}")
    assert BatchStore(redis_client).get(DEFAULT_TENANT, made["id"]).trace == held.trace


def test_a_job_that_is_tried_again_is_linked_to_the_trace_of_the_first(
    http: FlaskClient, spans: Spans, redis_client: redis.Redis
) -> None:
    job = http.post("/v1/jobs", json={"text": REVIEW}, headers=CALLER).get_json()["id"]
    http.post(f"/v1/jobs/{job}/cancel")
    http.post(f"/v1/jobs/{job}/retry")
    again = spans.one("POST /v1/jobs/<job_id>/retry")
    assert trace_of(again) != CALLERS_TRACE
    assert [link.context.trace_id for link in again.links] == [CALLERS_TRACE]
    assert claim(RedisStore(redis_client))[0].trace.startswith(f"00-{trace_of(again):032x}")


def test_without_a_callers_trace_one_begins_here_and_a_route_that_is_none_is_named_so(
    http: FlaskClient, spans: Spans
) -> None:
    http.get("/nowhere/Kellner")
    span = spans.one("GET none")
    assert parent_of(span) is None
    assert "Kellner" not in span.to_json()


def test_whoever_looks_after_the_process_leaves_no_trace(http: FlaskClient, spans: Spans) -> None:
    for path in ("/livez", "/readyz", "/metrics"):
        http.get(path)
    assert spans.all == []


def test_the_log_line_of_a_request_names_its_trace(http: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="api.http.request_log"):
        http.post("/v1/jobs", json={"text": REVIEW}, headers=CALLER)
    (line,) = [json.loads(formatter("api", "json").format(record)) for record in caplog.records]
    assert line["trace_id"] == f"{CALLERS_TRACE:032x}"


def test_a_request_is_the_example_of_what_took_so_long(serve: Serve, spans: Spans) -> None:
    meter = Meter()
    http = serve(spans.tracer, meter)
    http.post("/v1/jobs", json={"text": REVIEW}, headers=CALLER)
    found = meter.take_exemplars()
    assert {name.partition("#")[0] for name in found} == {
        "kritiq_http_request_duration_seconds|POST|/v1/jobs", "kritiq_stage_duration_seconds|accept",
    }  # fmt: skip
    assert {trace for trace, _, _ in found.values()} == {f"{CALLERS_TRACE:032x}"}
    assert meter.take_exemplars() == {}


def test_without_a_tracer_nothing_is_carried(serve: Serve, redis_client: redis.Redis) -> None:
    meter = Meter()
    serve(Tracer(), meter).post("/v1/jobs", json={"text": REVIEW}, headers=CALLER)
    assert claim(RedisStore(redis_client))[0].trace == ""
    assert meter.take_exemplars() == {}


def test_the_same_request_in_another_trace_is_the_same_request(http: FlaskClient) -> None:
    headers = {"Idempotency-Key": "once"}
    first, second = (
        http.post("/v1/jobs", json={"text": REVIEW}, headers=headers | CALLER).get_json()["id"] for _ in range(2)
    )
    assert first == second


def test_a_trace_that_nobody_keeps_stays_so(http: FlaskClient, spans: Spans, redis_client: redis.Redis) -> None:
    parent = f"{CALLER['traceparent'][:-2]}00"
    http.post("/v1/jobs", json={"text": REVIEW}, headers={"traceparent": parent})
    assert spans.all == []
    assert carried({"traceparent": claim(RedisStore(redis_client))[0].trace}).endswith("-00")
