"""Whoever looks only at Prometheus sees what is: panels show numbers, and each fault raises its alert.

The tests share one stack, whose last test leaves nothing of it.
"""

import pytest

from bench.faults.predictor import KILLS, RAISES
from bench.prometheus import is_installed
from bench.sight.panels import panels
from store import queues
from store.outbox import Outbox
from tests.integration.observability.conftest import BUSY, Stack, shortened
from tests.support.spans import CALLER, CALLERS_TRACE
from tests.support.waiting import wait_for

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not is_installed(), reason="needs prometheus (Debian: prometheus)"),
    pytest.mark.timeout(600),
]

HOUR_MS = 3_600_000


def test_no_panel_is_empty_while_work_is_done(stack: Stack) -> None:
    stack.traffic("Das Essen war gut, und wir kommen wieder am Tisch")
    empty = {
        f"{panel.dashboard}: {panel.title} {query.legend}": shortened(query.expression)
        for panel in panels()
        for query in panel.queries
    }
    assert len(empty) > 40

    def shown() -> bool:
        # The second time its sentences are known.
        stack.review("Das Essen war gut. Der Service war langsam.")
        stack.review(f"Bier Nummer {len(empty)} war warm.")
        for name, query in list(empty.items()):
            if stack.prometheus.ask(query):
                del empty[name]
        return not empty

    wait_for(shown, "every panel shows a number", every_s=0.3, deadline_s=120, explain=lambda: str(empty))
    # With no fault nothing goes on firing, but what a machine that is busy with other things does to times. Rules wait
    # for no while here, so that a job which waits for a moment may raise one for a moment.
    wait_for(
        lambda: stack.prometheus.firing() <= BUSY, "nothing fires", every_s=0.5, deadline_s=120,
        explain=lambda: str(stack.prometheus.firing()),
    )  # fmt: skip


def test_flower_tells_prometheus_of_workers_and_tasks(stack: Stack) -> None:
    told = ['up{job="flower"} == 1', "flower_worker_online == 1", 'flower_events_total{type="task-succeeded"} > 0']

    def all_told() -> bool:
        stack.review()
        return all(stack.prometheus.ask(query) for query in told)

    wait_for(all_told, "Flower tells its numbers", every_s=0.3, deadline_s=120)


def test_panels_of_histograms_lead_to_traces(stack: Stack) -> None:
    wanted = {query.expression for panel in panels() for query in panel.queries if query.exemplars}
    assert wanted

    def named() -> bool:
        assert stack.api.http.post("/v1/jobs", json={"text": "Das Bier war kalt."}, headers=CALLER).status_code == 202
        for expression in list(wanted):
            found = stack.prometheus.get("query_exemplars", query=expression, start="0", end="9999999999")
            traces = {each["labels"].get("trace_id") for series in found for each in series["exemplars"]}
            if f"{CALLERS_TRACE:032x}" in traces:
                wanted.discard(expression)
        return not wanted

    wait_for(named, "every one has the caller's trace", every_s=0.3, deadline_s=120, explain=lambda: str(wanted))


def test_each_fault_raises_its_alert(stack: Stack) -> None:
    prometheus, outbox = stack.prometheus, Outbox(stack.client)
    wait_for(lambda: prometheus.ask('kritiq_processes{process="reconciler"} > 0'), "every process was heard of")
    stack.archive.wait_until(lambda: outbox.lag().files_s is not None, "there is an archive with files")

    # Somebody writes into a queue what is no message; the receiver of webhooks is gone; the guests write English all of
    # a sudden; the archive is killed, and its outbox gets small; and the reconciler's network is slow. Webhooks without
    # a receiver are late in five minutes; a slow machine takes as long for what follows here.
    def missed() -> None:
        stack.review()
        stack.delay_webhooks(HOUR_MS)

    with prometheus.raising(
        "KritiqRejects", "KritiqWebhooksFail", "KritiqWebhooksLate", "KritiqModelDrifts", "KritiqArchiveLoses",
        "KritiqStoreSlow", meanwhile=missed,
    ):  # fmt: skip
        stack.client.lpush(queues.ORDER[0], b"no message")
        stack.stop_receiver()
        stack.traffic("The waiter was friendly and we were given the table with the number")
        stack.archive.kill()
        outbox.switch_on(3)
        stack.line.delay_s = 0.4
    stack.line.delay_s = 0.0

    # The worker is killed, and a job waits. Then Redis is full, and clients go on sending.
    with prometheus.raising(
        "KritiqNoWorker", "KritiqNothingMoves", "KritiqRedisMemory", "KritiqApiFails", meanwhile=stack.review
    ):
        stack.worker.kill()
        assert stack.review() == 202
        stack.client.config_set("maxmemory", stack.client.info("memory")["used_memory"] // 2)
    stack.client.config_set("maxmemory", 0)

    # A worker takes a tenth of a second for each of thousands of reviews, and its model breaks on some that are urgent.
    def urgent() -> None:
        stack.review("Das Essen war gut.", priority="high")
        stack.review(f"Das Essen war gut. {RAISES}", priority="high")

    with prometheus.raising(
        "KritiqBacklogGrows", "KritiqJobsFail", "KritiqErrorBudgetFast", "KritiqErrorBudgetSlow",
        "KritiqErrorBudgetGone", meanwhile=urgent,
    ):  # fmt: skip
        stack.batch("Das Essen war gut", reviews=5_000)
        # Measuring its own token budget, at a tenth of a second a text, would take it most of a minute; what this model
        # says can be kept in no cache.
        stack.process(
            "slow@test", "100", module="bench.faults.worker", KRITIQ_TOKEN_BUDGET="2048", KRITIQ_CACHE="false"
        )

    # It dies of a review.
    with prometheus.raising("KritiqLeasesLost"):
        assert stack.review(f"Das Essen war gut. {KILLS}", priority="high") == 202

    # Nobody sends webhooks or looks after what waits, for longer than an hour.
    with prometheus.raising(
        "KritiqOldestJob", "KritiqArchiveBehind", "KritiqArchiveFilesBehind", "KritiqNoDeliveryWorker",
        "KritiqNoReconciler",
    ):  # fmt: skip
        stack.delivery.kill()
        stack.reconciler.kill()
        stack.age(2 * HOUR_MS)

    with prometheus.raising("KritiqDown"):
        stack.api.process.kill()
    assert prometheus.fired() == prometheus.names, "an alert that no fault raises: add one that does"
