"""Task events, as a stock receiver sees them: what Flower and `celery events` show."""

import time

import pytest

from tests.celery.subjects import ANALYZE, KRITIQ, PLAIN, REVIEW, STOCK, Running, eventually

pytestmark = pytest.mark.integration


def kinds(there: Running, task_id: str) -> list[str]:
    return [event["type"] for event in there.watch.of(task_id)]


def test_a_task_is_received_started_and_succeeded(there: Running) -> None:
    result = there.send(REVIEW)
    there.value(result)
    there.watch.wait(result.id, "task-succeeded", there.patience_s)
    assert kinds(there, result.id) == ["task-received", "task-started", "task-succeeded"]


def test_the_times_of_a_task_are_in_order_and_its_runtime_is_true(there: Running) -> None:
    gate = there.gate(seconds=0.2)
    result = there.send(gate.text)
    done = there.watch.wait(result.id, "task-succeeded", there.patience_s)
    received, started = (there.watch.wait(result.id, kind, 1) for kind in ("task-received", "task-started"))
    assert received["timestamp"] <= started["timestamp"] <= done["timestamp"]
    # A stock worker hears from its pool that a task has started, and may hear it late.
    begun = received if there.subject is STOCK else started
    assert 0.2 <= done["runtime"] <= done["timestamp"] - begun["timestamp"] + 0.05


def test_a_received_task_tells_its_name(there: Running) -> None:
    result = there.send(REVIEW)
    event = there.watch.wait(result.id, "task-received", there.patience_s)
    assert (event["name"], event["root_id"], event["parent_id"]) == (ANALYZE, result.id, None)
    assert event["hostname"] == "worker@conformance"


def test_a_failure_is_told_with_its_exception(there: Running) -> None:
    result = there.send(REVIEW, kwargs={"nonsense": 1})
    assert there.watch.wait(result.id, "task-failed", there.patience_s)["exception"].startswith("TypeError(")


def test_a_text_that_breaks_the_work_is_told_as_failed(there: Running) -> None:
    result = there.send("poison")
    assert there.watch.wait(result.id, "task-failed", there.patience_s)["exception"]


def test_a_revoked_task_is_told_as_revoked(there: Running) -> None:
    gate = there.gate()
    there.send(gate.text)
    gate.reached()
    result = there.send(REVIEW)
    there.control("revoke", task_id=result.id)
    gate.open()
    event = there.watch.wait(result.id, "task-revoked", there.patience_s)
    assert (event["terminated"], event["expired"]) == (False, False)


def test_an_expired_task_is_told_as_revoked_for_that(there: Running) -> None:
    gate = there.gate()
    there.send(gate.text)
    gate.reached()
    result = there.send(REVIEW, expires=0.01)
    sent = time.time()
    eventually(there, lambda: time.time() > sent + 0.01, "its time is over")
    gate.open()
    assert there.watch.wait(result.id, "task-revoked", there.patience_s)["expired"] is True


def test_an_unknown_task_is_told_as_failed(there: Running) -> None:
    result = there.app.send_task("kritiq.analyse", [REVIEW])
    told = there.watch.wait(result.id, "task-failed", there.patience_s)["exception"]
    # A stock worker's has the class, and ours what `repr` makes of it.
    assert "kritiq.analyse" in told
    assert "NotRegistered" in told or "never registered" in told


@pytest.mark.only(KRITIQ, PLAIN, why="a stock worker does it")
def test_a_task_that_is_not_done_tells_monitors_why(there: Running) -> None:
    result = there.app.send_task("celery.group")
    assert "group(" in there.watch.wait(result.id, "task-failed", there.patience_s)["exception"]


def test_a_delayed_task_tells_its_time(there: Running) -> None:
    result = there.send(REVIEW, countdown=60)
    assert there.watch.wait(result.id, "task-received", there.patience_s)["eta"]
    there.control("revoke", task_id=result.id)


@pytest.mark.only(KRITIQ, PLAIN)
def test_no_event_tells_a_review(there: Running) -> None:
    # Stock Celery tells whoever listens all arguments; ours are people's words.
    text = "Das Schnitzel war kalt."
    done, wrong = there.send(text), there.send(text, kwargs={"nonsense": text})
    there.watch.wait(done.id, "task-succeeded", there.patience_s)
    there.watch.wait(wrong.id, "task-failed", there.patience_s)
    told = [there.watch.of(result.id) for result in (done, wrong)]
    assert all(told)
    assert "Schnitzel" not in str(told)
