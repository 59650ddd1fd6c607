"""What the result backend holds of an ended task, read by a stock client."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import Celery, group
from celery.result import AsyncResult

from tests.celery.subjects import ANALYZE, REVIEW, Running
from tests.celery.work import result_of
from tests.support.celery_client import celery_client

pytestmark = pytest.mark.integration


def meta_of(there: Running, result: AsyncResult) -> dict[str, Any]:
    """What lies in Redis under the task's key."""
    raw = there.redis.get(f"celery-task-meta-{result.id}")
    assert raw is not None
    found: dict[str, Any] = json.loads(raw)
    return found


def test_a_success_has_the_shape_that_celery_writes(there: Running) -> None:
    result = there.send(REVIEW)
    value = there.value(result)
    meta = meta_of(there, result)
    assert {key: meta[key] for key in ("status", "traceback", "children", "task_id")} == {
        "status": "SUCCESS", "traceback": None, "children": [], "task_id": result.id,
    }  # fmt: skip
    assert meta["result"] == value


def test_an_end_tells_when_it_was(there: Running) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    ended = there.end(there.send(REVIEW))
    assert ended.date_done is not None
    assert before <= ended.date_done.replace(tzinfo=UTC) <= datetime.now(UTC) + timedelta(seconds=1)


def test_a_failure_names_class_and_module_of_its_exception(there: Running) -> None:
    result = there.send(REVIEW, kwargs={"nonsense": 1})
    there.failure(result)
    stored = meta_of(there, result)["result"]
    assert (stored["exc_type"], stored["exc_module"]) == ("TypeError", "builtins")
    assert all(isinstance(part, str) for part in stored["exc_message"])


def test_a_failure_is_raised_by_get(there: Running) -> None:
    result = there.send(REVIEW, kwargs={"nonsense": 1})
    there.failure(result)
    with pytest.raises(TypeError, match="nonsense"):
        result.get(timeout=there.patience_s)


def test_a_result_is_kept_for_a_while_and_not_for_ever(there: Running) -> None:
    result = there.send(REVIEW)
    there.value(result)
    assert 0 < there.redis.ttl(f"celery-task-meta-{result.id}") <= 7 * 86_400


def test_a_forgotten_result_is_gone(there: Running) -> None:
    result = there.send(REVIEW)
    there.value(result)
    result.forget()
    assert there.app.AsyncResult(result.id).state == "PENDING"
    # Nor is it there when the worker has done with the task.
    there.alive()
    assert there.app.AsyncResult(result.id).state == "PENDING"


def test_results_of_many_tasks_are_read_together(there: Running) -> None:
    results = [there.send(f"{REVIEW} {number}") for number in range(20)]
    together = there.app.ResultSet(results, app=there.app)
    values = together.join_native(timeout=max(10.0, there.patience_s))
    assert [value["sentences"][0]["text"] for value in values] == [f"{REVIEW} {number}" for number in range(20)]


def test_nothing_is_stored_for_a_task_whose_result_is_ignored(there: Running) -> None:
    key = "ignored"
    ignored = there.send(REVIEW, ignore_result=True, link=there.note(key))
    # The follow-up runs after the task has ended: nothing was stored for it then, and nothing will be.
    there.noted(key)
    there.alive()
    assert there.redis.get(f"celery-task-meta-{ignored.id}") is None


@pytest.mark.filterwarnings("ignore:Call to deprecated setex")  # Celery 5.7's own call of redis-py 8
def test_a_group_is_saved_restored_joined_and_forgotten(there: Running) -> None:
    sent = group((there.task(text) for text in (REVIEW, "poison")), app=there.app).apply_async()
    sent.save()
    found = there.app.GroupResult.restore(sent.id, app=there.app)
    assert found == sent
    value, error = found.join(timeout=there.patience_s, propagate=False)
    assert (value, isinstance(error, Exception)) == (result_of(REVIEW), True)
    assert (found.completed_count(), found.ready(), found.failed(), found.successful()) == (1, True, True, False)
    assert sorted(meta["status"] for _, meta in found.iter_native(timeout=there.patience_s)) == ["FAILURE", "SUCCESS"]
    with pytest.raises(type(error)):
        found.get(timeout=there.patience_s)
    found.forget()
    assert {each.state for each in found.results} == {"PENDING"}


def test_a_client_that_waits_at_its_own_queue_is_answered_by_nobody_whose_results_are_in_redis(there: Running) -> None:
    with Celery("rpc", set_as_current=False, broker=there.url, backend="rpc://") as app:
        sent = app.send_task(ANALYZE, [REVIEW])
        assert there.value(there.app.AsyncResult(sent.id)) == result_of(REVIEW)
        there.alive()
        assert sent.state == "PENDING"


@pytest.mark.parametrize("utc", [True, False])
def test_a_client_in_another_zone_is_done_when_it_says_if_it_sends_utc(there: Running, utc: bool) -> None:
    before = datetime.now(UTC)
    with celery_client(there.url) as app:
        app.conf.update(timezone="America/New_York", enable_utc=utc, task_compression="zlib", result_extended=True)
        due = datetime.now(UTC) + timedelta(seconds=0.3)
        # Without a zone of its own it is in the client's.
        eta = due.replace(tzinfo=None) if utc else due.astimezone(app.timezone).replace(tzinfo=None)
        sent = app.send_task(ANALYZE, [REVIEW], eta=eta, expires=60)
        assert there.value(there.app.AsyncResult(sent.id)) == result_of(REVIEW)
    # Without UTC a client sends its own zone's time and not which zone that is: any worker takes it for its own, and
    # five hours ago is at once. Redis' clock, which is ours, and that of events are compared to the millisecond.
    earliest = due if utc else before
    started = there.watch.wait(sent.id, "task-started", there.patience_s)["timestamp"]
    assert earliest.timestamp() - 0.001 <= started <= due.timestamp() + 3600
