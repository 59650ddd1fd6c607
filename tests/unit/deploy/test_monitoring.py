"""Dashboard and alerts ask for metrics that the API really has, and Prometheus asks where the API is."""

import json
import re
from typing import Any

import pytest
import redis
import yaml

from api.app import create_app
from api.http.hub import RedisHub
from deploy.dashboard import rendered
from deploy.dashboards import DASHBOARDS
from store.delivery_log import DeliveryLog
from store.jobs import RedisStore
from store.metrics import MetricsStore
from store.outbox import Outbox
from store.reporter import Reporter
from store.traffic import TrafficStore, model_key
from telemetry.meter import Meter
from telemetry.metric import METRICS
from tests.support.factories import make_settings, make_worker
from tests.support.redis_server import RedisServer
from tests.unit.deploy.conftest import ROOT
from watch.drift import LEAST
from watch.traffic import Traffic

METRIC = re.compile(r"\b(?:kritiq|redis|process)_[a-z_]+|\bkritiq:[a-z_:0-9]+")


@pytest.fixture
def exported(redis_client: redis.Redis, redis_server: RedisServer) -> set[str]:
    """The names in an answer of GET /metrics, with every counter once counted."""
    store, numbers = RedisStore(redis_client), MetricsStore(redis_client)
    counts = ("batches", "tokens", "padded_tokens", "cache_hits", "cache_misses", "device_busy_ms", "device_idle_ms")
    store.count(dict.fromkeys(counts, 1))
    redis_client.hincrby("kritiq:delivery-stats", "attempt:ok", 1)
    redis_client.hincrby("kritiq:delivery-stats", "made", 1)
    assert DeliveryLog(redis_client).stats()["made"] == 1
    meter = Meter()
    for metric in METRICS.values():
        labels = ["x"] * len(metric.labels)
        meter.observe(metric, 1.0, *labels) if metric.buckets else meter.count(metric, *labels)
    Reporter(numbers, meter, process="worker", name="worker@test", device_bytes=lambda: 1).tell()
    store.report_worker(make_worker(), alive_ms=60_000)
    traffic, model = TrafficStore(redis_client), model_key(**make_worker().model)
    traffic.set_reference(model, Traffic(features={"language": {"de": 1}}))
    traffic.add(None, model, {"total|reviews": LEAST, "total|answers": 1, "total|confidence": 1, "language|de": LEAST})
    outbox = Outbox(redis_client)
    outbox.switch_on(1)
    outbox.files(on=True)
    settings = make_settings(redis_url=redis_server.url)
    app = create_app(settings, store, RedisHub(redis_client, most=1))
    text = app.test_client().get("/metrics").get_data(as_text=True)
    told = {name for line in text.splitlines() if not line.startswith("#") for name in METRIC.findall(line)}
    return told | {rule["record"] for rule in rules() if "record" in rule}


def rules() -> list[dict[str, Any]]:
    found = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text(encoding="utf-8"))
    return [rule for group in found["groups"] for rule in group["rules"]]


def alerts() -> list[dict[str, Any]]:
    return [rule for rule in rules() if "alert" in rule]


def pages() -> dict[str, dict[str, Any]]:
    return {path.name: json.loads(path.read_text()) for path in (ROOT / "deploy/grafana/dashboards").glob("*.json")}


def panels() -> list[dict[str, Any]]:
    return [panel for page in pages().values() for panel in page["panels"]]


def test_alerts_and_panels_ask_for_what_there_is(exported: set[str]) -> None:
    asked = [rule["expr"] for rule in rules()] + [target["expr"] for panel in panels() for target in panel["targets"]]
    asked += [
        trigger["metadata"]["query"]
        for path in ("base", "overlays/gpu")
        for item in yaml.safe_load_all((ROOT / "deploy/kubernetes" / path / "scaling.yaml").read_text())
        for trigger in item["spec"].get("triggers", [])
    ]
    names = {name for expression in asked for name in METRIC.findall(expression)}
    assert len(names) > 30
    assert names - exported == set()
    assert "kritiq_oldest_due_seconds" in names


def test_the_dashboards_are_what_their_description_makes_of_them() -> None:
    """When this fails: python -m deploy.dashboards"""
    made = {f"{each.uid}.json": json.loads(rendered(each)) for each in DASHBOARDS}
    assert pages() == made


def test_every_alert_has_its_page_in_the_runbook_and_every_page_its_alert() -> None:
    text = (ROOT / "deploy/runbook.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## (\w+)\n\n(.+)", text, re.MULTILINE))
    assert sections.keys() == {rule["alert"] for rule in alerts()}
    for rule in alerts():
        assert rule["annotations"]["runbook"] == f"deploy/runbook.md#{rule['alert'].lower()}"


def test_every_alert_says_what_is_wrong_how_bad_and_after_how_long() -> None:
    for rule in alerts():
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert rule["for"]
        assert rule["expr"].count("(") == rule["expr"].count(")")


@pytest.mark.parametrize("page", pages().values(), ids=pages().keys())
def test_panels_do_not_overlap_and_ask_the_provisioned_source(page: dict[str, Any]) -> None:
    taken: set[tuple[int, int]] = set()
    source = yaml.safe_load((ROOT / "deploy/grafana/provisioning/datasources/prometheus.yml").read_text())
    for panel in page["panels"]:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken
        assert max(x for x, _ in cells) < 24
        taken |= cells
        assert panel["datasource"]["uid"] == source["datasources"][0]["uid"]


def test_grafana_leads_from_a_histogram_to_a_trace_and_asks_as_often_as_prometheus(compose: dict[str, Any]) -> None:
    [source] = yaml.safe_load((ROOT / "deploy/grafana/provisioning/datasources/prometheus.yml").read_text())[
        "datasources"
    ]
    [to] = source["jsonData"]["exemplarTraceIdDestinations"]
    assert to["name"] == "trace_id"
    # As Grafana reads it: variables of its environment, and `$$` for `$`.
    before, after = to["url"].split("$$")
    assert before == "${TRACE_PAGES}"
    assert compose["services"]["grafana"]["environment"]["TRACE_PAGES"]
    assert f"${after}" == "${__value.raw}"
    examples = [target for panel in panels() for target in panel["targets"] if target["exemplar"]]
    assert all("_seconds_bucket{" in target["expr"] for target in examples)
    assert examples
    config = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text(encoding="utf-8"))
    every = config["global"]["scrape_interval"]
    assert source["jsonData"]["timeInterval"] == every
    assert {page["refresh"] for page in pages().values()} == {panel["interval"] for panel in panels()} == {every}
    assert "--enable-feature=exemplar-storage" in compose["services"]["prometheus"]["command"]


def test_prometheus_finds_the_api_and_grafana_finds_both(compose: dict[str, Any]) -> None:
    config = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text(encoding="utf-8"))
    for job, service, port in zip(config["scrape_configs"], ("api", "flower"), (5000, 5555), strict=True):
        assert job["static_configs"] == [{"targets": [f"{service}:{port}"]}]
        assert set(compose["services"]["prometheus"]["networks"]) <= set(compose["services"][service]["networks"])
    provider = yaml.safe_load((ROOT / "deploy/grafana/provisioning/dashboards/kritiq.yml").read_text())["providers"][0]
    volumes = compose["services"]["grafana"]["volumes"]
    assert f"./deploy/grafana/dashboards:{provider['options']['path']}:ro" in volumes
