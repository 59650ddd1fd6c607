"""The tasks that every worker of Celery's has of itself."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import chain, chord
from celery.exceptions import InvalidTaskError

from jobs.job import Status
from jobs.request import JobRequest, Priority
from store import queues
from store.jobs import RedisStore
from tests.celery.messages import envelope, push
from tests.celery.subjects import KRITIQ, PLAIN, REVIEW, Running, eventually, fresh_key
from tests.celery.work import result_of
from tests.support.factories import make_job

pytestmark = pytest.mark.integration

ACCUMULATE = "celery.accumulate"


def replaced(there: Running, *texts: str) -> Any:
    """A signature of a task of the user's own that has a group of reviews done in its place."""
    return there.app.signature("user.replace", args=(texts,), queue="user", immutable=True)


def accumulate(there: Running, *values: Any, index: int | None = 0, **options: Any) -> Any:
    return there.app.send_task(ACCUMULATE, values, {"index": index}, **options)


def test_a_task_that_is_replaced_by_a_group_has_its_results(there: Running) -> None:
    # Celery makes a chord of the group, whose body `celery.accumulate` goes to the queue of all clients.
    assert there.value(replaced(there, "Eins.", "Zwei.").apply_async()) == [result_of("Eins."), result_of("Zwei.")]


def test_a_chain_goes_on_behind_a_task_that_is_replaced(there: Running) -> None:
    key = fresh_key()
    there.value(chain(replaced(there, "Eins.", "Zwei."), there.note(key)).apply_async())
    assert there.noted(key)["value"] == [result_of("Eins."), result_of("Zwei.")]


def test_a_task_that_is_replaced_is_a_part_of_a_chord(there: Running) -> None:
    header = [replaced(there, "Eins.", "Zwei."), there.task(REVIEW)]
    assert there.value(chord(header, there.note(fresh_key())).apply_async()) == [
        [result_of("Eins."), result_of("Zwei.")], result_of(REVIEW),
    ]  # fmt: skip


@pytest.mark.parametrize(("index", "value"), [(1, "b"), (-1, "c"), (None, ["a", "b", "c"])])
def test_values_are_handed_on(there: Running, index: int | None, value: Any) -> None:
    key = fresh_key()
    assert there.value(accumulate(there, "a", "b", "c", index=index, link=there.note(key))) == value
    assert there.noted(key)["value"] == value


@pytest.mark.parametrize("index", [7, "a", {}])
def test_an_index_that_is_none_is_a_failure(there: Running, index: Any) -> None:
    key = fresh_key()
    result = accumulate(there, "a", index=index, link_error=there.errback(key))
    assert there.failure(result)
    assert there.noted(key)["value"] == result.id


def test_what_is_ignored_is_not_kept(there: Running) -> None:
    key = fresh_key()
    result = accumulate(there, "a", ignore_result=True, link=there.note(key))
    assert there.noted(key)["value"] == "a"
    assert there.redis.get(f"celery-task-meta-{result.id}") is None


def test_links_are_children(there: Running) -> None:
    link = there.note(fresh_key()).set(task_id=fresh_key())
    result = accumulate(there, "a", link=link)
    there.value(result)
    assert [child.id for child in result.children] == [link.options["task_id"]]


def test_monitors_are_told(there: Running) -> None:
    result = accumulate(there, "a")
    there.value(result)
    there.watch.wait(result.id, "task-succeeded", there.patience_s)


def test_cleaning_up_is_done(there: Running) -> None:
    assert there.value(there.app.send_task("celery.backend_cleanup")) is None


@pytest.mark.only(KRITIQ, PLAIN, why="a stock worker waits, and revokes")
def test_what_hands_values_on_does_so_at_once_or_says_why_not(there: Running) -> None:
    assert isinstance(there.failure(accumulate(there, "a", countdown=60)), NotImplementedError)
    past = datetime.now(UTC) - timedelta(seconds=5)
    assert isinstance(there.failure(accumulate(there, "a", expires=past)), InvalidTaskError)


@pytest.mark.only(KRITIQ, why="elsewhere what is delayed is no job before it is due")
def test_the_result_of_a_job_is_not_written_by_another_task_with_its_id(there: Running) -> None:
    delayed = there.send(REVIEW, countdown=0.5)
    there.alive()
    accumulate(there, "a", task_id=delayed.id)
    assert there.value(delayed) == result_of(REVIEW)


#: Task -> what a client that sends it is told to do instead.
INSTEAD = {
    "celery.chunks": ".group()", "celery.group": "group(", "celery.chain": "chain(", "celery.chord": "chord(",
    "celery.chord_unlock": "result backend",
}  # fmt: skip


@pytest.mark.only(
    KRITIQ, PLAIN, why="a stock worker sends what they name, or, of chord_unlock, looks until it is there"
)
@pytest.mark.parametrize("name", INSTEAD)
def test_what_is_not_done_says_what_to_do(there: Running, name: str) -> None:
    error = there.failure(there.app.send_task(name))
    assert isinstance(error, NotImplementedError)
    assert INSTEAD[name] in str(error)


def retraining(there: Running) -> Any:
    """A task that only those may send who may write to its queue."""
    return there.app.signature(queues.RETRAIN, queue=queues.RETRAIN_QUEUE, immutable=True)


@pytest.mark.only(KRITIQ, PLAIN, why="a stock worker sends whatever its clients say")
@pytest.mark.parametrize("name", [ACCUMULATE, "celery.backend_cleanup", "celery.group", queues.PREDICT])
def test_nothing_of_the_deployments_own_is_sent_for_a_client(there: Running, name: str) -> None:
    theirs = retraining(there)
    kwargs = {"tasks": [dict(theirs)], "result": [[fresh_key(), None], []], "group_id": fresh_key(), "partial_args": []}
    options: dict[str, Any] = {"kwargs": kwargs} if name == "celery.group" else {"link": theirs}
    there.failure(there.app.send_task(name, **options))
    assert there.redis.llen(queues.RETRAIN_QUEUE) == 0


@pytest.mark.only(PLAIN, why="a stock worker has no jobs, and the batch consumer needs no message of one")
def test_nothing_of_the_deployments_own_follows_a_job_whose_message_somebody_copies(there: Running) -> None:
    gate, store = there.gate(), RedisStore(there.redis)
    held = there.send(gate.text)
    gate.reached()
    job = store.create(make_job(id=fresh_key(), request=JobRequest(priority=Priority.BULK)), REVIEW).job
    # The copy alone is left.
    there.redis.delete(queues.QUEUES[Priority.BULK])
    message = envelope(job.id, name=queues.PREDICT, task_id=job.id, callbacks=[dict(retraining(there))])
    message["headers"]["origin"] = "kritiq"
    push(there, message)
    gate.open()
    there.value(held)
    eventually(there, lambda: store.get(job.tenant, job.id).job.status is Status.SUCCEEDED, "it is judged")
    there.alive()
    assert there.redis.llen(queues.RETRAIN_QUEUE) == 0
