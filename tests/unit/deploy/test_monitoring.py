"""Dashboard and alerts ask for metrics that the API really has, and Prometheus asks where the API is."""

import json
import re
from typing import Any

import pytest
import redis
import yaml

from api.app import create_app
from api.http.waiting import RedisHub
from store.delivery_log import DeliveryLog
from store.jobs import RedisStore
from tests.support.factories import make_settings
from tests.support.redis_server import RedisServer
from tests.unit.deploy.conftest import ROOT

METRIC = re.compile(r"\bkritiq_[a-z_]+")


@pytest.fixture
def exported(redis_client: redis.Redis, redis_server: RedisServer) -> set[str]:
    """The names in an answer of GET /metrics, with every counter once counted."""
    store = RedisStore(redis_client)
    store.count({"cache_hits": 1, "cache_misses": 1})
    redis_client.hincrby("kritiq:delivery-stats", "attempt:ok", 1)
    redis_client.hincrby("kritiq:delivery-stats", "made", 1)
    assert DeliveryLog(redis_client).stats()["made"] == 1
    settings = make_settings(redis_url=redis_server.url)
    app = create_app(settings, store, RedisHub(redis_client, most=1))
    text = app.test_client().get("/metrics").get_data(as_text=True)
    return {name for line in text.splitlines() if not line.startswith("#") for name in METRIC.findall(line)}


def alerts() -> list[dict[str, Any]]:
    found = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text(encoding="utf-8"))
    return [rule for group in found["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((ROOT / "deploy/grafana/dashboards/kritiq.json").read_text())["panels"]
    return found


def test_alerts_and_panels_ask_for_what_there_is(exported: set[str]) -> None:
    asked = [rule["expr"] for rule in alerts()] + [target["expr"] for panel in panels() for target in panel["targets"]]
    asked += [
        trigger["metadata"]["query"]
        for path in ("base", "overlays/gpu")
        for item in yaml.safe_load_all((ROOT / "deploy/kubernetes" / path / "scaling.yaml").read_text())
        for trigger in item["spec"].get("triggers", [])
    ]
    names = {name for expression in asked for name in METRIC.findall(expression)}
    assert len(names) > 8
    assert names - exported == set()
    assert "kritiq_oldest_due_seconds" in names


def test_every_alert_says_what_is_wrong_how_bad_and_after_how_long() -> None:
    for rule in alerts():
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert rule["for"]
        assert rule["expr"].count("(") == rule["expr"].count(")")


def test_panels_do_not_overlap_and_ask_the_provisioned_source() -> None:
    taken: set[tuple[int, int]] = set()
    source = yaml.safe_load((ROOT / "deploy/grafana/provisioning/datasources/prometheus.yml").read_text())
    for panel in panels():
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken
        assert max(x for x, _ in cells) < 24
        taken |= cells
        assert panel["datasource"]["uid"] == source["datasources"][0]["uid"]


def test_prometheus_finds_the_api_and_grafana_finds_both(compose: dict[str, Any]) -> None:
    config = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text(encoding="utf-8"))
    (job,) = config["scrape_configs"]
    assert job["static_configs"] == [{"targets": ["api:5000"]}]
    assert set(compose["services"]["prometheus"]["networks"]) <= set(compose["services"]["api"]["networks"])
    provider = yaml.safe_load((ROOT / "deploy/grafana/provisioning/dashboards/kritiq.yml").read_text())["providers"][0]
    volumes = compose["services"]["grafana"]["volumes"]
    assert f"./deploy/grafana/dashboards:{provider['options']['path']}:ro" in volumes
