"""`GET /v1/models/{name}/drift`: whether an organisation's traffic has shifted, and by what."""

from dataclasses import replace

import pytest
import redis

from access.scope import Scope
from store.traffic import TrafficStore, model_key
from tests.support.factories import make_worker
from tests.support.http import problem
from tests.support.keys import Doors
from watch.restaurants import Counted
from watch.traffic import Traffic

MODEL = {"name": "mini", "version": "7"}
REFERENCE = Traffic(
    reviews=1_000, features={"language": {"de": 950, "en": 50}, "aspect:price": {"none": 900, "positive": 100}},
    confidence=0.9,
)  # fmt: skip


@pytest.fixture
def doors(redis_client: redis.Redis) -> Doors:
    found = Doors(redis_client)
    found.jobs.report_worker(replace(make_worker(), model=MODEL), alive_ms=60_000)
    return found


@pytest.fixture
def traffic(redis_client: redis.Redis) -> TrafficStore:
    return TrafficStore(redis_client)


def added(traffic: TrafficStore, tenant: str | None, *, english: int, of: int = 200) -> None:
    counts = {"total|reviews": of, "language|en": english, "language|de": of - english, "aspect:price|none": of * 9}
    counts |= {"aspect:price|positive": of, "total|answers": 10, "total|confidence": 8_000_000}
    traffic.add(tenant, model_key("mini", "7"), counts)


def test_it_says_what_has_shifted_to_whom_it_belongs(doors: Doors, traffic: TrafficStore) -> None:
    traffic.set_reference(model_key("mini", "7"), REFERENCE)
    added(traffic, "acme", english=120)
    added(traffic, "other", english=10)
    [found] = doors.client("acme", Scope.MODELS_MANAGE).get("/v1/models/mini/drift").get_json()["versions"]
    assert (found["version"], found["drifted"], found["reviews"]) == ("7", True, 200)
    assert found["reasons"] == ["language en in 60%, 5% in the reference"]
    figures = {"feature": "language", "category": "en", "now": 0.6, "before": 0.05}
    assert found["reason_codes"] == [{"code": "feature_is", "figures": figures}]
    assert found["indices"]["language"] > 1 > 0.1 > found["indices"]["aspect:price"]
    assert (found["expected_right"], found["reference_right"]) == (0.8, 0.9)
    [theirs] = doors.client("other", Scope.MODELS_MANAGE).get("/v1/models/mini/drift").get_json()["versions"]
    assert (theirs["drifted"], theirs["reasons"]) == (False, [])


def test_it_names_the_restaurant_that_a_shift_comes_from(doors: Doors, traffic: TrafficStore) -> None:
    traffic.set_reference(model_key("mini", "7"), REFERENCE)
    krone = Counted(weight=100, counts={"total|reviews": 100, "language|en": 95, "language|de": 5})
    added(traffic, "acme", english=100)
    traffic.add("acme", model_key("mini", "7"), {}, {"krone": krone})
    [found] = doors.client("acme", Scope.MODELS_MANAGE).get("/v1/models/mini/drift").get_json()["versions"]
    assert found["reasons"] == ["language en in 50%, 5% in the reference; mostly restaurant krone"]
    assert [each["figures"]["restaurants"] for each in found["reason_codes"]] == [["krone"]]


def test_it_says_what_share_of_the_tokens_is_unknown(doors: Doors, traffic: TrafficStore) -> None:
    traffic.set_reference(model_key("mini", "7"), replace(REFERENCE, tokens=1_000, unknown_tokens=1))
    added(traffic, "acme", english=10)
    traffic.add("acme", model_key("mini", "7"), {"total|tokens": 400, "total|unknown_tokens": 6})
    [found] = doors.client("acme", Scope.MODELS_MANAGE).get("/v1/models/mini/drift").get_json()["versions"]
    assert (found["unknown_tokens"], found["reference_unknown_tokens"]) == (0.015, 0.001)


def test_a_model_without_a_reference_says_so(doors: Doors, traffic: TrafficStore) -> None:
    added(traffic, "acme", english=120)
    [found] = doors.client("acme", Scope.MODELS_MANAGE).get("/v1/models/mini/drift").get_json()["versions"]
    assert (found["reference"], found["drifted"], found["indices"]) == (False, False, {})


def test_a_model_that_nobody_has_loaded_is_unknown(doors: Doors) -> None:
    problem(doors.client("acme", Scope.MODELS_MANAGE).get("/v1/models/other/drift"), 404)
    problem(doors.client("acme", Scope.JOBS_READ).get("/v1/models/mini/drift"), 403)


def test_prometheus_is_told_of_all_organisations_together(doors: Doors, traffic: TrafficStore) -> None:
    traffic.set_reference(model_key("mini", "7"), REFERENCE)
    added(traffic, None, english=120)
    text = doors.client("acme", Scope.ADMIN).get("/metrics").text
    assert 'kritiq_model_shifted_features{model="mini",version="7"} 1.0' in text
    assert 'kritiq_model_expected_right{model="mini",version="7"} 0.8' in text
    assert 'feature="language"' in text
