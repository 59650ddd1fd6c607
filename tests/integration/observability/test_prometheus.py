"""Whoever looks only at Prometheus sees what is: panels show numbers, and each fault raises its alert."""

import json
import shutil
from typing import Any

import pytest

from ops.ports import free_port
from store.jobs import RedisStore
from tests.integration.observability.conftest import Stack, shortened
from tests.support.factories import create
from tests.support.processes import ROOT
from tests.support.waiting import wait_for
from tests.support.worlds import RedisWorld

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(shutil.which("prometheus") is None, reason="needs prometheus (Debian: prometheus)"),
    pytest.mark.timeout(600),
]


def queries() -> dict[str, str]:
    """Every query of every dashboard, by where it stands."""
    found: dict[str, str] = {}
    for path in (ROOT / "deploy" / "grafana" / "dashboards").glob("*.json"):
        page: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        for panel in page["panels"]:
            for target in panel["targets"]:
                query = shortened(target["expr"]).replace("$queue", "normal")
                found[f"{path.stem}: {panel['title']} {target['legendFormat']}"] = query
    return found


def test_no_panel_is_empty_while_work_is_done(stack: Stack) -> None:
    stack.endpoint(stack.receiver.port)
    stack.batch("Das Essen war gut, und wir kommen wieder am Tisch")
    empty = queries()

    def shown() -> bool:
        # The second time its sentences are known.
        stack.api.http.post("/v1/jobs", json={"text": "Das Essen war gut. Der Service war langsam."})
        stack.api.http.post("/v1/jobs", json={"text": f"Bier Nummer {len(empty)} war warm."})
        for name, query in list(empty.items()):
            if stack.prometheus.ask(query):
                del empty[name]
        return not empty

    wait_for(shown, "every panel shows a number", every_s=0.3, deadline_s=120, explain=lambda: str(empty))
    # With no fault, nothing but what a machine that is busy with other things may do to times.
    assert stack.prometheus.firing() <= {"KritiqStoreSlow", "KritiqOldestJob", "KritiqBacklogGrows"}


def test_each_fault_raises_its_alert(stack: Stack) -> None:
    prometheus, store = stack.prometheus, RedisStore(stack.client)
    wait_for(lambda: prometheus.ask('kritiq_processes{process="reconciler"} > 0'), "every process was heard of")

    # Nobody listens at the receiver's port.
    stack.endpoint(free_port())
    stack.api.ended(stack.api.submit("Das Essen war gut."))
    stack.api.ended(stack.api.submit("Das Bier war kalt."))
    prometheus.await_alert("KritiqWebhooksFail")

    # The guests of the model write English all of a sudden.
    stack.batch("The waiter was friendly and we were given the table with the number")
    prometheus.await_alert("KritiqModelDrifts")

    # A worker dies with a job in its hands, and none is left.
    stack.worker.kill()
    prometheus.await_alert("KritiqNoWorker")
    job = create(store)
    assert store.claim(jobs=1, weight=100, lease_ms=500)
    prometheus.await_alert("KritiqLeasesLost")

    # The queue stands still, for more than a minute as far as Redis knows.
    prometheus.await_alert("KritiqNothingMoves")
    RedisWorld(stack.client).advance(61_000)
    prometheus.await_alert("KritiqOldestJob")

    # Redis fills up.
    used = stack.client.info("memory")["used_memory"]
    stack.client.config_set("maxmemory", int(used * 1.05))
    prometheus.await_alert("KritiqRedisMemory")
    stack.client.config_set("maxmemory", 0)

    stack.reconciler.kill()
    prometheus.await_alert("KritiqNoReconciler")
    stack.delivery.kill()
    prometheus.await_alert("KritiqNoDeliveryWorker")
    assert store.get("default", job.id).job.status == "queued"

    stack.api.process.kill()
    prometheus.await_alert("KritiqDown")
