"""Workers go from none to ten and back by what /metrics says: KEDA's rules, the real endpoint, the real store.

The workers are calls of the store that claim and end jobs, as many as a worker would in the time between two looks. Ten
processes with a model each would tell no more of the numbers that the scaler reads.
"""

import math
import re
from collections import deque
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
import redis
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from api.app import create_app
from api.http.hub import RedisHub
from jobs.request import Priority
from store.jobs import RedisStore
from tests.support.factories import claim, create, make_settings, succeeded
from tests.support.redis_server import RedisServer
from tests.unit.deploy.test_kubernetes import FOLDER, resolve


def told(http: FlaskClient, query: str) -> float:
    """What Prometheus would make of the query: sums of `max(name)` and `sum(max by (label) (name))`."""
    answer = http.get("/metrics")
    assert answer.status_code == 200
    values: dict[str, list[float]] = {}
    for family in text_string_to_metric_families(answer.get_data(as_text=True)):
        for sample in family.samples:
            values.setdefault(sample.name, []).append(sample.value)
    total = 0.0
    for term in (part.strip() for part in query.split(" + ")):
        each, whole = re.fullmatch(r"sum\(max by \(priority\) \((\w+)\)\)", term), re.fullmatch(r"max\((\w+)\)", term)
        if each:
            total += sum(values[each[1]])
        else:
            assert whole, f"teach this test what {term} is"
            total += max(values[whole[1]])
    return total


@dataclass
class Scaler:
    """KEDA between none and one, and the autoscaler that it drives above. Its clock is the number of its looks."""

    spec: dict[str, Any]
    replicas: int = 0
    _wanted: deque[tuple[float, int]] = field(default_factory=deque)
    _active_at: float = 0.0
    _removed_at: float = float("-inf")

    def look(self, now: float, value: float) -> int:
        """How many workers there are from now on, at `now` seconds."""
        behavior = self.spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]["scaleDown"]
        (policy,) = behavior["policies"]
        threshold = float(self.spec["triggers"][0]["metadata"]["threshold"])
        if value > 0:
            self._active_at = now
        elif self.replicas <= 1:
            # Above one, the autoscaler takes away; the last one KEDA does.
            if now - self._active_at >= self.spec["cooldownPeriod"]:
                self.replicas = self.spec["minReplicaCount"]
            return self.replicas
        wanted = min(self.spec["maxReplicaCount"], max(1, math.ceil(value / threshold)))
        self._wanted.append((now, wanted))
        while self._wanted[0][0] < now - behavior["stabilizationWindowSeconds"]:
            self._wanted.popleft()
        most = max(count for _, count in self._wanted)
        if wanted > self.replicas:
            self.replicas = wanted
        elif most < self.replicas and now - self._removed_at >= policy["periodSeconds"]:
            self.replicas = max(most, self.replicas - policy["value"])
            self._removed_at = now
        return self.replicas


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    """Of the manifests, with the component that lets workers go to zero."""
    rendered = resolve(FOLDER / "components/scale-to-zero", resolve(FOLDER / "overlays/cpu"))
    found: dict[str, Any] = rendered["ScaledObject", "kritiq-worker"]["spec"]
    assert (found["minReplicaCount"], found["maxReplicaCount"]) == (0, 10)
    return found


@pytest.fixture
def http(redis_server: RedisServer, redis_client: redis.Redis) -> FlaskClient:
    """A client of the API over the session's Redis."""
    settings = make_settings(redis_url=redis_server.url)
    return create_app(settings, RedisStore(redis_client), RedisHub(redis_client, most=2)).test_client()


def test_workers_go_from_none_to_ten_and_back_to_none(
    http: FlaskClient, redis_client: redis.Redis, spec: dict[str, Any]
) -> None:
    store = RedisStore(redis_client)
    scaler, now, history = Scaler(spec), 0.0, list[int]()
    query, poll_s = spec["triggers"][0]["metadata"]["query"], spec["pollingInterval"]
    per_look = 100 * poll_s  # a worker of 100 sentences a second

    def look(*, finish: bool = True) -> float:
        nonlocal now
        now += poll_s
        value = told(http, query)
        history.append(scaler.look(now, value))
        for _ in range(history[-1] if finish else 0):
            store.complete([succeeded(taken) for taken in claim(store, jobs=1_000, weight=per_look)])
        return value

    assert look() == 0
    assert history[-1] == 0
    jobs = [create(store, "Gut.", weight=500, priority=Priority.BULK) for _ in range(120)]
    assert look() == 60_000
    assert history[-1] == 10, "2,000 sentences for each would be thirty"
    while look():
        assert history[-1] == 10
    assert all(store.get(job.tenant, job.id).job.status.value == "succeeded" for job in jobs)
    emptied = len(history)
    while history[-1]:
        look()
        assert len(history) < emptied + 200
    falling = history[emptied:]
    assert falling == sorted(falling, reverse=True)
    assert {earlier - later for earlier, later in pairwise(falling)} <= {0, 1}, "one at a time"
    assert falling.index(9) * poll_s >= 300 - 3 * poll_s, "nobody goes at once: the next batch may come"
    assert len(falling) * poll_s >= spec["cooldownPeriod"]


def test_what_is_held_keeps_its_worker_though_nothing_waits(
    http: FlaskClient, redis_client: redis.Redis, spec: dict[str, Any]
) -> None:
    store = RedisStore(redis_client)
    scaler, query = Scaler(spec), spec["triggers"][0]["metadata"]["query"]
    create(store, "Gut.", weight=500)
    assert scaler.look(15.0, told(http, query)) == 1
    (held,) = claim(store)
    assert all(scaler.look(15.0 * number, told(http, query)) == 1 for number in range(2, 25))
    store.complete([succeeded(held)])
    assert [scaler.look(15.0 * (25 + number), told(http, query)) for number in (0, 30)] == [1, 0]
