"""`/metrics`: the numbers of all processes, of the right type, at any length of the queue."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
from flask.testing import FlaskClient
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as text_metrics

from api.app import create_app
from api.http.hub import RedisHub
from jobs.retraining import RetrainingRequest
from store import queues
from store.jobs import RedisStore
from store.metrics import MetricsStore, ProcessReport
from store.outbox import Outbox
from store.reporter import Reporter
from store.retrainings import RetrainingStore
from telemetry.meter import Meter
from telemetry.metric import HTTP_SECONDS, METRICS
from tests.support.factories import REVIEW, claim, create, create_of_each_kind, make_settings, make_worker, succeeded
from tests.support.redis_server import RedisServer
from worker.delivery.response import Failure

OPEN = "application/openmetrics-text; version=1.0.0"
Families = dict[str, Any]
#: Commands of connections themselves.
BY_THE_WAY = ("cmdstat_ping", "cmdstat_hello", "cmdstat_client", "cmdstat_select", "cmdstat_auth")


@pytest.fixture
def store(redis_client: redis.Redis) -> RedisStore:
    return RedisStore(redis_client)


@pytest.fixture
def numbers(redis_client: redis.Redis) -> MetricsStore:
    return MetricsStore(redis_client)


@pytest.fixture
def http(redis_client: redis.Redis, redis_server: RedisServer, store: RedisStore) -> FlaskClient:
    settings = make_settings(redis_url=redis_server.url)
    return create_app(settings, store, RedisHub(redis_client, most=1)).test_client()


@pytest.fixture
def told(http: FlaskClient) -> Callable[[], Families]:
    def ask() -> Families:
        answer = http.get("/metrics")
        assert answer.status_code == 200
        return {family.name: family for family in text_metrics(answer.text)}

    return ask


def value(families: Families, name: str, **labels: str) -> float:
    [found] = [
        sample.value
        for family in families.values()
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    ]
    return float(found)


def test_what_only_grows_is_a_counter_and_what_is_measured_a_histogram(
    told: Callable[[], Families], store: RedisStore
) -> None:
    store.count({"batches": 3, "cache_hits": 2, "device_busy_ms": 1500})
    found = told()
    for name, metric in METRICS.items():
        assert found[name].type == ("histogram" if metric.buckets else "counter"), name
    for name in (
        "kritiq_rejected",
        "kritiq_batches",
        "kritiq_device_busy_seconds",
        "redis_commands",
        "kritiq_deliveries",
    ):
        assert found[name].type == "counter", name
    assert value(found, "kritiq_device_busy_seconds_total") == 1.5
    assert found["kritiq_waiting_jobs"].type == found["redis_memory_used_bytes"].type == "gauge"


def test_openmetrics_is_told_to_whoever_asks_for_it(http: FlaskClient) -> None:
    answer = http.get("/metrics", headers={"Accept": OPEN})
    assert answer.content_type.startswith("application/openmetrics-text")
    assert {"kritiq_jobs_ended", "kritiq_workers"} <= {family.name for family in open_metrics(answer.text)}


def test_what_several_processes_measured_is_one_histogram(told: Callable[[], Families], numbers: MetricsStore) -> None:
    for name in ("api-1", "api-2"):
        meter = Meter()
        for seconds in (0.002, 0.3, 1000.0):
            meter.observe(HTTP_SECONDS, seconds, "GET", "/v1/queue")
        Reporter(numbers, meter, process="api", name=name).tell()
    found = told()
    name = HTTP_SECONDS.name
    assert value(found, f"{name}_count", route="/v1/queue") == 6
    assert value(found, f"{name}_sum", route="/v1/queue") == pytest.approx(2 * 1000.302)
    assert value(found, f"{name}_bucket", route="/v1/queue", le="0.0025") == 2
    assert value(found, f"{name}_bucket", route="/v1/queue", le="300.0") == 4
    assert value(found, "kritiq_processes", process="api") == 2


def test_counts_of_another_version_spoil_nothing(told: Callable[[], Families], numbers: MetricsStore) -> None:
    report = ProcessReport(process="api", name="new", cpu_s=1, rss_bytes=1)
    counts = {"kritiq_of_tomorrow|a|b": 1, "kritiq_http_requests|one label only": 2}
    numbers.push(report, counts, number="1", alive_ms=60_000)
    found = told()
    assert found["kritiq_http_requests"].samples == []
    assert not any("tomorrow" in name for name in found)


def test_every_process_tells_its_processor_time_and_memory(told: Callable[[], Families], numbers: MetricsStore) -> None:
    for process in ("api", "worker", "reconciler", "delivery"):
        Reporter(numbers, Meter(), process=process, name=f"{process}@test").tell()
    found = told()
    for process in ("api", "worker", "reconciler", "delivery"):
        assert value(found, "process_cpu_seconds_total", process=process) > 0
        assert value(found, "process_resident_memory_bytes", process=process) > 10_000_000


def test_how_old_the_files_of_an_archive_are_is_told_where_it_has_any(
    told: Callable[[], Families], redis_client: redis.Redis
) -> None:
    outbox = Outbox(redis_client)
    outbox.switch_on(10)
    assert "kritiq_archive_files_age_seconds" not in told()
    outbox.files(on=True)
    outbox.filed(5000)
    assert value(told(), "kritiq_archive_files_age_seconds") >= 5000


def test_what_is_scheduled_does_not_wait_yet(told: Callable[[], Families], http: FlaskClient) -> None:
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert http.post("/v1/jobs", json={"text": REVIEW, "not_before": later}).status_code == 202
    found = told()
    assert value(found, "kritiq_scheduled_jobs") == 1
    assert value(found, "kritiq_scheduled_sentences") == 2
    assert value(found, "kritiq_waiting_jobs", priority="normal") == 0


def test_retrainings_that_wait_are_told(told: Callable[[], Families], redis_client: redis.Redis) -> None:
    statuses = {sample.labels["status"]: sample.value for sample in told()["kritiq_retrainings"].samples}
    assert statuses == {"queued": 0, "running": 0}
    retrainings = RetrainingStore(redis_client)
    asked = [retrainings.ask(RetrainingRequest(model=f"fake/{n}", tenants=("acme",))) for n in (1, 2)]
    assert value(told(), "kritiq_retrainings", status="queued") == 2
    retrainings.cancel(asked[0].id)
    assert value(told(), "kritiq_retrainings", status="queued") == 1


def test_ages_and_ends_are_told_by_queue(told: Callable[[], Families], store: RedisStore) -> None:
    create(store)
    found = told()
    assert value(found, "kritiq_oldest_waiting_seconds", queue="normal") >= 0
    assert value(found, "kritiq_oldest_waiting_seconds", queue="celery") == 0
    store.complete([succeeded(each) for each in claim(store)])
    assert value(told(), "kritiq_jobs_ended_total", queue="normal", status="succeeded") == 1


def test_what_may_go_wrong_is_told_before_it_does(told: Callable[[], Families]) -> None:
    found = told()
    for reason in ("worker_lost", "prediction_failed", "out_of_memory", "time_limit"):
        assert value(found, "kritiq_jobs_ended_total", queue="normal", reason=reason) == 0
    attempts = {sample.labels["outcome"]: sample.value for sample in found["kritiq_delivery_attempts"].samples}
    assert attempts == dict.fromkeys(["ok", *Failure], 0)


def test_nothing_that_is_read_grows_with_what_waits(
    http: FlaskClient, store: RedisStore, redis_client: redis.Redis
) -> None:
    """Redis runs the same commands for few and for many, those in scripts too, and answers no more."""
    Outbox(redis_client).switch_on(1_000)
    store.report_worker(make_worker(), alive_ms=60_000)

    def wait(number: int) -> None:
        create_of_each_kind(store, number)
        store.complete([succeeded(each) for each in claim(store, jobs=number)])

    def read() -> tuple[dict[str, int], int]:
        redis_client.config_resetstat()
        assert http.get("/metrics").status_code == 200
        told, sent = redis_client.info("commandstats"), redis_client.info("stats")
        # On a slow machine a connection may be asked whether it is still there, or made anew.
        calls = {name: stats["calls"] for name, stats in told.items() if not name.startswith(BY_THE_WAY)}
        return calls, int(sent["total_net_output_bytes"])

    wait(3)
    read()
    few, few_bytes = read()
    wait(60)
    many, many_bytes = read()
    assert few["cmdstat_evalsha"] > 1
    assert few["cmdstat_llen"] >= len(queues.ALL_QUEUES), "what scripts run is counted"
    assert many == few
    assert not many.keys() & {f"cmdstat_{walk}" for walk in ("keys", "scan", "hscan", "sscan", "zscan", "smembers")}
    # Numbers have more digits; an entry of each job would be tens of thousands of bytes.
    assert abs(many_bytes - few_bytes) < 2_000


def test_a_bucket_names_the_newest_trace_that_fell_into_it(http: FlaskClient, numbers: MetricsStore) -> None:
    meter = Meter(now=lambda: 1_700_000_000.5)
    for trace in ("a" * 32, "b" * 32):
        meter.observe(HTTP_SECONDS, 0.3, "GET", "/v1/jobs", place=f"00-{trace}-{'c' * 16}-01")
    meter.observe(HTTP_SECONDS, 0.3, "GET", "/v1/jobs", place=f"00-{'d' * 32}-{'c' * 16}-00")
    Reporter(numbers, meter, process="api", name="api-1@test").tell()
    families = open_metrics(http.get("/metrics", headers={"Accept": OPEN}).text)
    (of,) = [family for family in families if family.name == HTTP_SECONDS.name]
    found = [
        (sample.labels["le"], sample.exemplar)
        for sample in of.samples
        if sample.exemplar and sample.labels["route"] == "/v1/jobs"
    ]
    ((bound, exemplar),) = found
    assert (bound, exemplar.labels, exemplar.value) == ("0.5", {"trace_id": "b" * 32}, 0.3)
    assert float(exemplar.timestamp) == 1_700_000_000.5
