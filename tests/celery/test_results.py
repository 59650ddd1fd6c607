"""What the result backend holds of an ended task, read by a stock client."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery.result import AsyncResult

from tests.celery.subjects import REVIEW, Running

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
    group = there.app.ResultSet(results, app=there.app)
    values = group.join_native(timeout=max(10.0, there.patience_s))
    assert [value["sentences"][0]["text"] for value in values] == [f"{REVIEW} {number}" for number in range(20)]


def test_nothing_is_stored_for_a_task_whose_result_is_ignored(there: Running) -> None:
    key = "ignored"
    ignored = there.send(REVIEW, ignore_result=True, link=there.note(key))
    # The follow-up runs after the task has ended: nothing was stored for it then, and nothing will be.
    there.noted(key)
    there.alive()
    assert there.redis.get(f"celery-task-meta-{ignored.id}") is None
