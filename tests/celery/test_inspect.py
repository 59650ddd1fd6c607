"""What `inspect` tells of our tasks: what Flower and `celery inspect` read."""

import time
from typing import Any

import pytest

from tests.celery.subjects import ANALYZE, KRITIQ, PLAIN, REVIEW, Running, eventually

pytestmark = pytest.mark.integration


def ids(listed: list[dict[str, Any]]) -> list[str]:
    """The tasks' ids in an answer, whose items are requests or have one."""
    return [item.get("request", item)["id"] for item in listed]


def test_the_running_task_is_active(there: Running) -> None:
    gate = there.gate()
    result = there.send(gate.text)
    gate.reached()

    def listed() -> list[dict[str, Any]]:
        return [task for task in there.control("active") if task["id"] == result.id]

    try:
        # A stock worker hears of it from its pool.
        (task,) = eventually(there, listed, "it is active")
    finally:
        gate.open()
    assert (task["name"], task["type"]) == (ANALYZE, ANALYZE)
    assert abs(task["time_start"] - time.time()) < 60
    there.value(result)
    eventually(there, lambda: result.id not in ids(there.control("active")), "it is active no more")


def test_a_task_that_waits_in_the_worker_or_in_its_queue_is_not_active(there: Running) -> None:
    gate = there.gate()
    held = there.send(gate.text)
    gate.reached()
    waiting = there.send(REVIEW)
    try:
        assert waiting.id not in ids(there.control("active"))
        assert isinstance(there.control("reserved"), list)
    finally:
        gate.open()
    there.value(held)
    there.value(waiting)


def test_delayed_work_is_scheduled_with_its_time(there: Running) -> None:
    result = there.send(REVIEW, countdown=60)

    def entry() -> dict[str, Any] | None:
        found = [item for item in there.control("scheduled") if item["request"]["id"] == result.id]
        return found[0] if found else None

    listed = eventually(there, entry, "it is scheduled")
    assert listed["request"]["name"] == ANALYZE
    assert listed["eta"].startswith("20")
    there.control("revoke", task_id=result.id)
    there.end(result)


def test_revoked_tasks_are_listed(there: Running) -> None:
    result = there.send(REVIEW, countdown=60)
    there.control("revoke", task_id=result.id)
    assert result.id in there.control("revoked")


def test_the_task_is_registered(there: Running) -> None:
    assert any(name.split(" ")[0] == ANALYZE for name in there.control("registered"))


def test_a_task_is_found_by_its_id(there: Running) -> None:
    gate = there.gate()
    result = there.send(gate.text)
    gate.reached()

    def active() -> Any:
        answer = there.control("query_task", ids=[result.id])
        assert list(answer) == [result.id]
        state, task = answer[result.id]
        return task if state == "active" else None

    try:
        # A stock worker has it as reserved until it hears from its pool.
        assert eventually(there, active, "it is active")["id"] == result.id
    finally:
        gate.open()
    there.value(result)


def test_delayed_work_is_found_by_its_id(there: Running) -> None:
    result = there.send(REVIEW, countdown=60)
    state, _ = eventually(there, lambda: there.control("query_task", ids=[result.id]).get(result.id), "it is found")
    assert state == "scheduled"
    there.control("revoke", task_id=result.id)


def test_what_is_not_there_is_not_found(there: Running) -> None:
    assert there.control("query_task", ids=["nobody"]) == {}


def done(there: Running) -> None:
    """Until a task and all before it have ended for the worker as well, which has their values stored first."""
    result = there.send(REVIEW)
    there.watch.wait(result.id, "task-succeeded", there.patience_s)


def test_the_statistics_count_what_was_done(there: Running) -> None:
    done(there)
    before = there.control("stats")["total"][ANALYZE]
    done(there)
    assert there.control("stats")["total"][ANALYZE] == before + 1


def test_the_statistics_name_pool_and_process(there: Running) -> None:
    stats = there.control("stats")
    assert {"total", "pid", "pool", "broker", "prefetch_count", "uptime", "clock"} <= set(stats)


def test_the_queue_that_clients_send_to_is_among_the_active_ones(there: Running) -> None:
    assert "celery" in [queue["name"] for queue in there.control("active_queues")]


@pytest.mark.parametrize("command", ["conf", "report", "clock", "active_queues", "stats", "registered", "revoked"])
def test_the_commands_that_flower_begins_with_are_answered(there: Running, command: str) -> None:
    answer = there.control(command)
    assert not (isinstance(answer, dict) and answer.get("error")), answer


@pytest.mark.only(KRITIQ, PLAIN)
def test_no_command_tells_a_review(there: Running) -> None:
    # Stock Celery shows whoever asks all arguments; ours are people's words.
    gate = there.gate()
    result = there.send(gate.text)
    gate.reached()
    try:
        told = [there.control(command) for command in ("active", "reserved")]
        told.append(there.control("query_task", ids=[result.id]))
    finally:
        gate.open()
    assert result.id in str(told)
    assert "Essen" not in str(told)
    assert gate.name not in str(told)


@pytest.mark.only(KRITIQ, PLAIN)
def test_no_command_tells_a_delayed_review(there: Running) -> None:
    delayed = there.send("Das Schnitzel war kalt.", kwargs={"restaurant": "krone"}, countdown=60)
    found = eventually(there, lambda: there.control("query_task", ids=[delayed.id]), "it is found")
    told = [found, there.control("scheduled")]
    there.control("revoke", task_id=delayed.id)
    assert delayed.id in str(told)
    assert "Schnitzel" not in str(told)
