"""`map`, `starmap` and `chunks`: many reviews in one task, whose value is the list of their results.

A stock worker does one after the other; ours makes a job of each, so that they are judged together. A plain worker
refuses them (`test_canvas`).
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import chain, chord, group
from celery.canvas import chunks, xmap, xstarmap
from celery.exceptions import NotRegistered, TimeLimitExceeded

from jobs.bundle import MOST_LONG, MOST_REVIEWS
from jobs.job import Status
from jobs.request import Form
from jobs.stored import JobFilter
from kritiq_client.producer import signed
from store.connection import connect
from store.jobs import RedisStore
from tests.celery.subjects import KRITIQ, PRODUCER, REVIEW, STOCK, Running, eventually, fresh_key
from tests.celery.work import result_of
from tests.support.factories import make_settings

pytestmark = [pytest.mark.integration, pytest.mark.only(STOCK, KRITIQ, why="a plain worker refuses them")]

TEXTS = [f"{REVIEW} {number}" for number in range(7)]
RESULTS = [result_of(text) for text in TEXTS]


def mapped(there: Running, texts: Sequence[Any]) -> Any:
    return xmap(there.task(), texts, app=there.app)


def spread(there: Running, arguments: Sequence[Sequence[Any]]) -> Any:
    return xstarmap(there.task(), arguments, app=there.app)


def in_chunks(there: Running, texts: Sequence[Any], size: int = 3) -> Any:
    return chunks(there.task(), [(text,) for text in texts], size, app=there.app)


def test_a_map_has_the_results_in_their_order(there: Running) -> None:
    assert there.value(mapped(there, TEXTS).apply_async()) == RESULTS


def test_a_starmap_calls_with_all_arguments(there: Running) -> None:
    sent = spread(there, [(REVIEW,), (REVIEW, "en"), (REVIEW, "en", True)]).apply_async()
    assert there.value(sent) == [
        result_of(REVIEW), result_of(REVIEW, language="en"), result_of(REVIEW, language="en", include_none=True),
    ]  # fmt: skip


def test_a_map_of_nothing_is_nothing(there: Running) -> None:
    assert there.value(mapped(there, []).apply_async()) == []


@pytest.mark.parametrize(
    "make",
    [lambda them: them, lambda them: them.group(), lambda them: them.group().skew(start=0.01, stop=0.2)],
    ids=["async", "group", "skew"],
)
def test_chunks_are_a_group_of_lists(there: Running, make: Callable[[Any], Any]) -> None:
    sent = make(in_chunks(there, TEXTS)).apply_async()
    assert [there.value(each) for each in sent.results] == [RESULTS[:3], RESULTS[3:6], RESULTS[6:]]


def test_the_first_review_that_fails_ends_it(there: Running) -> None:
    key, linked = fresh_key(), fresh_key()
    sent = mapped(there, [REVIEW, "poison", REVIEW])
    result = sent.apply_async(link=there.note(linked), link_error=there.errback(key))
    assert there.failure(result)
    assert there.noted(key)["value"] == result.id
    assert there.redis.llen(f"note:{linked}") == 0


@pytest.mark.parametrize(
    ("texts", "why"), [([REVIEW, 17], TypeError), ([REVIEW, " "], ValueError), (7, TypeError)], ids=["17", "empty", "7"]
)
def test_wrong_arguments_fail_as_those_of_one_review(there: Running, texts: Any, why: type[Exception]) -> None:
    result = there.app.send_task("celery.map", kwargs={"task": dict(there.task()), "it": texts})
    assert isinstance(there.failure(result), why)


@pytest.mark.parametrize("name", ["celery.map", "celery.starmap"])
def test_that_of_another_task_fails(there: Running, name: str) -> None:
    other = dict(there.app.signature("somebody.elses"))
    result = there.app.send_task(name, kwargs={"task": other, "it": [[REVIEW]]})
    assert isinstance(there.failure(result), NotRegistered)


def test_a_chain_hands_the_list_on(there: Running) -> None:
    key = fresh_key()
    there.value(chain(there.give(REVIEW), mapped(there, TEXTS), there.note(key)).apply_async())
    assert there.noted(key)["value"] == RESULTS


def test_a_chord_has_the_lists_of_its_members(there: Running) -> None:
    key = fresh_key()
    there.value(chord([mapped(there, TEXTS[:2]), there.task(REVIEW)], there.note(key)).apply_async())
    assert there.noted(key)["value"] == [RESULTS[:2], result_of(REVIEW)]


def test_a_chord_behind_one_that_fails_fails(there: Running) -> None:
    ended = chord([mapped(there, [REVIEW, "poison"]), there.task(REVIEW)], there.note(fresh_key())).apply_async()
    assert there.failure(ended)


def test_a_map_may_be_a_chords_body(there: Running) -> None:
    body = chord([there.task(REVIEW)] * 2, mapped(there, TEXTS)).apply_async()
    assert there.value(body) == RESULTS


def test_it_waits_for_its_countdown_and_is_revoked_until_then(there: Running) -> None:
    due = datetime.now(UTC).timestamp() + 0.3
    result = mapped(there, TEXTS).apply_async(countdown=0.3)
    later = mapped(there, TEXTS).apply_async(countdown=60)
    there.value(result)
    assert there.watch.wait(result.id, "task-started", there.patience_s)["timestamp"] >= due
    there.control("revoke", task_id=later.id)
    assert there.end(later).state == "REVOKED"


def test_one_that_has_expired_is_revoked(there: Running) -> None:
    result = mapped(there, TEXTS).apply_async(expires=datetime.now(UTC) - timedelta(seconds=5))
    assert there.end(result).state == "REVOKED"


def test_one_that_waits_is_revoked(there: Running) -> None:
    gate = there.gate()
    held = there.send(gate.text)
    gate.reached()
    waiting = mapped(there, TEXTS).apply_async()
    there.control("revoke", task_id=waiting.id)
    gate.open()
    there.value(held)
    assert there.end(waiting).state == "REVOKED"


def test_one_that_takes_too_long_fails(there: Running) -> None:
    gate = there.gate()
    result = mapped(there, [gate.text, REVIEW]).apply_async(time_limit=1)
    assert isinstance(there.failure(result), TimeLimitExceeded)
    gate.open()
    there.alive()


def test_a_result_that_nobody_wants_is_not_kept(there: Running) -> None:
    key = fresh_key()
    result = mapped(there, TEXTS).apply_async(ignore_result=True, link=there.note(key))
    assert there.noted(key)["value"] == RESULTS
    assert there.redis.get(f"celery-task-meta-{result.id}") is None


@pytest.mark.parametrize("priority", [0, 3, 9])
def test_it_is_done_whatever_its_priority(there: Running, priority: int) -> None:
    assert there.value(mapped(there, TEXTS).apply_async(priority=priority)) == RESULTS


def test_monitors_are_told_of_the_one_task(there: Running) -> None:
    result = mapped(there, TEXTS).apply_async()
    there.value(result)
    received = there.watch.wait(result.id, "task-received", there.patience_s)
    assert received["name"] == "celery.map"
    assert there.watch.wait(result.id, "task-succeeded", there.patience_s)


@pytest.mark.only(KRITIQ, why="a stock worker has no limits")
@pytest.mark.parametrize(
    ("texts", "why"),
    [([REVIEW] * (MOST_REVIEWS + 1), f"at most {MOST_REVIEWS}"), (["x" * 50_001], "at most 50000"),
     (["x" * 50_000] * (MOST_LONG + 1), "in one task")],
    ids=["reviews", "text", "texts"],
)  # fmt: skip
def test_what_is_too_much_fails_with_words(there: Running, texts: list[str], why: str) -> None:
    error = there.failure(mapped(there, texts).apply_async())
    assert isinstance(error, ValueError)
    assert why in str(error)


@pytest.mark.only(KRITIQ, why="a stock worker has no jobs")
def test_each_review_is_a_job_of_its_organisation(there: Running) -> None:
    own, place = fresh_key(), fresh_key()
    arguments = [(text, "auto", False, place) for text in TEXTS]
    there.value(spread(there, arguments).set(**signed("acme", PRODUCER, own)).apply_async())
    with connect(make_settings(redis_url=there.url)) as client:
        store = RedisStore(client)
        found = store.page("acme", JobFilter(restaurant=place), size=10).jobs
        assert [job.status for job in found] == [Status.SUCCEEDED] * len(TEXTS)
        (day,) = store.judgements("acme", place, first="2000-01-01", last="2100-01-01").values()
        assert sum(day["food"].values()) == len(TEXTS)
        whole = store.get("acme", own).job
        assert (whole.status, whole.request.form) == (Status.SUCCEEDED, Form.BUNDLE)


@pytest.mark.only(KRITIQ, why="a stock worker does the task again")
def test_an_id_that_is_used_again_has_one_result(there: Running) -> None:
    key, linked = fresh_key(), fresh_key()
    first = mapped(there, TEXTS).apply_async(task_id=key)
    assert there.value(first) == RESULTS
    again = mapped(there, TEXTS[:1]).apply_async(task_id=key, link=there.note(linked))
    assert there.noted(linked)["value"] == RESULTS
    assert there.value(again) == RESULTS


def test_one_that_failed_may_be_tried_again(there: Running) -> None:
    key = fresh_key()
    assert there.failure(mapped(there, [REVIEW, "poison"]).apply_async(task_id=key))
    mapped(there, TEXTS).apply_async(task_id=key)
    eventually(there, lambda: there.app.AsyncResult(key).state == "SUCCESS", "it is done")
    assert there.app.AsyncResult(key).result == RESULTS


@pytest.mark.only(KRITIQ, why="a stock worker does nothing of the second one either, but only when it is there")
def test_the_reviews_of_one_that_is_called_off_are_not_judged(there: Running) -> None:
    gate = there.gate()
    held = there.send(gate.text)
    gate.reached()
    place = fresh_key()
    result = spread(there, [(REVIEW, "auto", False, place)] * 3).apply_async()
    with connect(make_settings(redis_url=there.url)) as client:
        store = RedisStore(client)
        wanted = JobFilter(restaurant=place)
        eventually(there, lambda: len(store.page("default", wanted, size=10).jobs) == 3, "they are jobs")
        there.control("revoke", task_id=result.id)
        assert there.end(result).state == "REVOKED"
        statuses = lambda: {job.status for job in store.page("default", wanted, size=10).jobs}  # noqa: E731
        eventually(there, lambda: statuses() == {Status.CANCELED}, "they are called off, too")
    gate.open()
    there.end(held)


def test_groups_of_bundles_and_single_tasks_end(there: Running) -> None:
    sent = group(mapped(there, TEXTS[:2]), there.task(REVIEW), spread(there, [(TEXTS[0],)])).apply_async()
    assert [there.value(each) for each in sent.results] == [RESULTS[:2], result_of(REVIEW), RESULTS[:1]]


@pytest.mark.only(KRITIQ, why="a stock worker sends the group, and the step's value names its tasks: nobody joins them")
def test_chunks_that_are_a_step_fail_and_say_what_to_send(there: Running) -> None:
    step, body = in_chunks(there, TEXTS), there.note(fresh_key())
    for sent in (chain(there.give(REVIEW), step), chord([step], body)):
        assert ".group()" in str(there.failure(sent.apply_async()))


def test_the_group_of_chunks_may_be_a_step(there: Running) -> None:
    key = fresh_key()
    there.value(chain(there.task(REVIEW), in_chunks(there, TEXTS).group(), there.note(key)).apply_async())
    assert there.noted(key)["value"] == [RESULTS[:3], RESULTS[3:6], RESULTS[6:]]
