"""Remote control: each command does what it says, or answers why not. None is accepted and then forgotten."""

import time
from typing import Any

import pytest
from celery.exceptions import TaskRevokedError

from tests.celery.subjects import ANALYZE, KRITIQ, PLAIN, REVIEW, Running, fresh_key

pytestmark = pytest.mark.integration


def refused(answer: Any) -> str | None:
    """Why the worker will not do it; None when it says that it does."""
    error = answer.get("error") if isinstance(answer, dict) else None
    return str(error) if error else None


def test_the_worker_answers_a_ping(there: Running) -> None:
    assert there.control("ping") == {"ok": "pong"}


def test_a_waiting_task_that_is_revoked_is_not_done(there: Running) -> None:
    gate = there.gate()
    held = there.send(gate.text)
    gate.reached()
    waiting = there.send(REVIEW)
    there.control("revoke", task_id=waiting.id)
    gate.open()
    there.value(held)
    ended = there.end(waiting)
    assert (ended.state, type(ended.result)) == ("REVOKED", TaskRevokedError)


def test_several_tasks_are_revoked_at_once(there: Running) -> None:
    gate = there.gate()
    there.send(gate.text)
    gate.reached()
    # More than a worker takes ahead: the last ones lie in the queue still.
    waiting = [there.send(REVIEW) for _ in range(20)]
    there.control("revoke", task_id=[each.id for each in waiting])
    gate.open()
    assert [there.end(each).state for each in waiting] == ["REVOKED"] * 20


def test_a_task_may_be_revoked_before_it_is_sent(there: Running) -> None:
    task_id = fresh_key()
    there.control("revoke", task_id=task_id)
    assert there.end(there.send(REVIEW, task_id=task_id)).state == "REVOKED"


def test_revoking_a_running_task_does_not_break_it_off(there: Running) -> None:
    # Celery lets a running task finish unless it is told to terminate it. Ours is a job, and a job whose owner calls
    # it off ends as canceled at the end of its batch; the worker and its neighbours go on in both.
    gate = there.gate()
    running = there.send(gate.text)
    gate.reached()
    there.control("revoke", task_id=running.id)
    gate.open()
    assert there.end(running).state == ("REVOKED" if there.subject is KRITIQ else "SUCCESS")
    there.alive()


def test_a_running_task_that_is_terminated_is_revoked_and_the_worker_lives(there: Running) -> None:
    gate = there.gate()
    running = there.send(gate.text)
    gate.reached()
    there.control("revoke", task_id=running.id, terminate=True)
    # Stock Celery kills the process at once; ours ends the job when the batch that it is in has been judged.
    gate.open()
    ended = there.end(running)
    assert (ended.state, type(ended.result)) == ("REVOKED", TaskRevokedError)
    there.alive()


def test_what_has_ended_is_not_changed_by_a_revoke(there: Running) -> None:
    result = there.send(REVIEW)
    value = there.value(result)
    there.control("revoke", task_id=result.id)
    there.alive()
    again = there.app.AsyncResult(result.id)
    assert (again.state, again.result) == ("SUCCESS", value)


def test_a_delayed_task_is_revoked(there: Running) -> None:
    result = there.send(REVIEW, countdown=60)
    there.alive()
    there.control("revoke", task_id=result.id)
    assert there.end(result).state == "REVOKED"


def test_tasks_are_revoked_by_a_stamp(there: Running) -> None:
    order = fresh_key()
    gate = there.gate()
    there.send(gate.text)
    gate.reached()
    stamped = there.send(REVIEW, stamped_headers=["order"], order=order)
    other = there.send(REVIEW, stamped_headers=["order"], order=fresh_key())
    there.control("revoke_by_stamped_headers", headers={"order": [order]})
    gate.open()
    assert there.end(stamped).state == "REVOKED"
    there.value(other)


@pytest.mark.only(KRITIQ)
def test_what_waits_in_redis_is_revoked_by_a_stamp_at_once(there: Running) -> None:
    # A stock worker holds delayed tasks itself, and looks at their stamps when their time has come.
    stamp = {"stamped_headers": ["order"], "order": fresh_key()}
    gate = there.gate()
    held = there.send(gate.text, priority=9)
    gate.reached()
    delayed, bulk = there.send(REVIEW, countdown=600, **stamp), there.send(REVIEW, priority=9, **stamp)
    there.alive()
    there.control("revoke_by_stamped_headers", headers={"order": [stamp["order"]]})
    assert there.end(delayed).state == "REVOKED"
    gate.open()
    there.value(held)
    assert there.end(bulk).state == "REVOKED"


def test_a_running_task_is_terminated_by_a_stamp(there: Running) -> None:
    order = fresh_key()
    gate = there.gate()
    running = there.send(gate.text, stamped_headers=["order"], order=order)
    gate.reached()
    there.control("revoke_by_stamped_headers", headers={"order": [order]}, terminate=True)
    gate.open()
    assert there.end(running).state == "REVOKED"
    there.alive()


def test_a_rate_limit_holds_or_is_refused(there: Running) -> None:
    answer = there.control("rate_limit", task_name=ANALYZE, rate_limit="5/s")
    try:
        # A worker hears from its pool that a task has started, and of the first one it may hear late.
        before = time.time()
        results = [there.send(REVIEW) for _ in range(3)]
        for result in results:
            there.value(result)
        begun = [there.watch.wait(r.id, "task-started", there.patience_s)["timestamp"] for r in results]
        assert refused(answer) or max(begun) - before >= 0.3
    finally:
        there.control("rate_limit", task_name=ANALYZE, rate_limit=0)


def test_a_rate_limit_that_is_none_is_refused(there: Running) -> None:
    assert refused(there.control("rate_limit", task_name=ANALYZE, rate_limit="often"))


def test_a_rate_limit_for_an_unknown_task_is_refused(there: Running) -> None:
    assert refused(there.control("rate_limit", task_name="kritiq.analyse", rate_limit="5/s"))


def test_a_time_limit_holds_or_is_refused(there: Running) -> None:
    answer = there.control("time_limit", task_name=ANALYZE, hard=0.3, soft=None)
    try:
        ended = there.end(there.send(there.gate(seconds=0.8).text))
        # Stock Celery 5.7 says `ok` and goes on without a limit: its requests remember the limits of their task from
        # when the worker began (`create_request_cls`). Ours must not say what it does not do.
        forgotten = there.subject.name == "stock" and ended.state == "SUCCESS"
        assert refused(answer) or forgotten or type(ended.result).__name__ == "TimeLimitExceeded"
    finally:
        there.control("time_limit", task_name=ANALYZE, hard=None, soft=None)


def test_restarting_the_pool_is_refused(there: Running) -> None:
    assert refused(there.control("pool_restart"))
    there.alive()


def test_a_queue_that_is_added_is_read_or_refused(there: Running) -> None:
    queue = f"kunde-{fresh_key()}"
    answer = there.control("add_consumer", queue=queue)
    if not refused(answer):
        there.value(there.send(REVIEW, queue=queue))


def test_a_queue_that_is_canceled_is_not_read_any_more_or_the_command_is_refused(there: Running) -> None:
    queue = f"kunde-{fresh_key()}"
    if refused(there.control("add_consumer", queue=queue)):
        assert refused(there.control("cancel_consumer", queue=queue))
        return
    there.value(there.send(REVIEW, queue=queue))
    answer = there.control("cancel_consumer", queue=queue)
    there.alive()
    result = there.send(REVIEW, queue=queue)
    there.alive()
    assert refused(answer) or result.state == "PENDING"


def test_autoscaling_is_refused(there: Running) -> None:
    assert refused(there.control("autoscale", max=4, min=1))


def test_the_pool_cannot_be_resized_where_there_is_none(there: Running) -> None:
    for command in ("pool_grow", "pool_shrink"):
        answer = there.control(command, n=1)
        assert there.subject.name == "stock" or "pool" in (refused(answer) or "")
    there.alive()


def test_an_unknown_command_is_refused(there: Running) -> None:
    assert refused(there.control("dance"))
    there.alive()


def test_events_may_be_asked_for(there: Running) -> None:
    assert "ok" in there.control("enable_events")
    told = there.send(REVIEW)
    there.value(told)
    there.watch.wait(told.id, "task-succeeded", there.patience_s)


@pytest.mark.only(KRITIQ, PLAIN)
def test_tasks_are_told_of_no_more_when_nobody_wants_it(there: Running) -> None:
    # A stock worker that was started with `-E` answers that they are disabled already, and goes on.
    assert there.control("disable_events") == {"ok": "task events disabled"}
    try:
        untold = there.send(REVIEW)
        there.value(untold)
        # Its end would be told once its value is stored, and before the next one's is.
        there.alive()
        assert there.control("disable_events") == {"ok": "task events already disabled"}
    finally:
        assert there.control("enable_events") == {"ok": "task events enabled"}
    told = there.send(REVIEW)
    there.watch.wait(told.id, "task-succeeded", there.patience_s)
    assert there.watch.of(untold.id) == []
