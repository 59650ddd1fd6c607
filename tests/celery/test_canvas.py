"""What follows a task: links, chains and groups, sent by whoever ends it."""

from collections.abc import Callable
from typing import Any

import pytest
from celery import chain, group
from celery.canvas import chunks, xmap, xstarmap

from tests.celery.subjects import KRITIQ, PLAIN, REVIEW, Running, fresh_key
from tests.celery.work import result_of

pytestmark = pytest.mark.integration


def in_a_row(task: Any, texts: list[str]) -> Any:
    return xmap(task, texts, app=task.app)


def in_a_row_with_options(task: Any, texts: list[str]) -> Any:
    return xstarmap(task, [(text,) for text in texts], app=task.app)


def in_chunks(task: Any, texts: list[str]) -> Any:
    return chunks(task, [(text,) for text in texts], len(texts), app=task.app)


def test_a_link_is_called_with_the_result(there: Running) -> None:
    key = fresh_key()
    result = there.send(REVIEW, link=there.note(key))
    seen = there.noted(key)
    assert seen["value"] == result_of(REVIEW)
    assert (seen["parent"], seen["root"]) == (result.id, result.id)


def test_every_one_of_several_links_is_called(there: Running) -> None:
    keys = [fresh_key() for _ in range(3)]
    there.send(REVIEW, link=[there.note(key) for key in keys])
    assert [there.noted(key)["value"] for key in keys] == [result_of(REVIEW)] * 3


def test_an_immutable_link_is_called_without_the_result(there: Running) -> None:
    key = fresh_key()
    link = there.app.signature("user.note", args=("nothing", key), queue="user", immutable=True)
    there.send(REVIEW, link=link)
    assert there.noted(key)["value"] == "nothing"


def test_a_link_waits_for_its_countdown(there: Running) -> None:
    key = fresh_key()
    there.send(REVIEW, link=there.note(key).set(countdown=0.2))
    assert there.noted(key)["value"] == result_of(REVIEW)


def test_a_link_to_our_own_task_is_done(there: Running) -> None:
    key = fresh_key()
    there.send(REVIEW, link=there.task(REVIEW, immutable=True).set(link=there.note(key)))
    assert there.noted(key)["value"] == result_of(REVIEW)


def test_a_link_is_a_child_of_the_result(there: Running) -> None:
    key = fresh_key()
    link = there.note(key).set(task_id=fresh_key())
    result = there.send(REVIEW, link=link)
    there.noted(key)
    there.value(result)
    assert [child.id for child in result.children] == [link.options["task_id"]]


def test_a_link_is_not_called_after_a_failure(there: Running) -> None:
    key, failed = fresh_key(), fresh_key()
    there.send("poison", link=there.note(key), link_error=there.errback(failed))
    there.noted(failed)
    assert there.redis.llen(f"note:{key}") == 0


def test_a_link_error_is_called_with_the_id_of_what_failed(there: Running) -> None:
    key = fresh_key()
    result = there.send("poison", link_error=there.errback(key))
    assert there.noted(key)["value"] == result.id
    there.failure(result)


def test_a_link_error_is_called_for_arguments_that_are_wrong(there: Running) -> None:
    key = fresh_key()
    result = there.send(REVIEW, kwargs={"nonsense": 1}, link_error=there.errback(key))
    assert there.noted(key)["value"] == result.id


@pytest.mark.only(KRITIQ, PLAIN, why="a stock worker calls errbacks that it knows itself, with other arguments")
@pytest.mark.parametrize("text", ["poison", 17])
def test_a_link_error_that_names_no_queue_is_sent_to_that_of_all_clients(there: Running, text: Any) -> None:
    key = fresh_key()
    there.send(text, link_error=there.task(REVIEW, immutable=True).set(link=there.note(key)))
    assert there.noted(key)["value"] == result_of(REVIEW)


def test_a_link_error_is_not_called_after_a_success(there: Running) -> None:
    key, linked = fresh_key(), fresh_key()
    there.send(REVIEW, link=there.note(linked), link_error=there.errback(key))
    there.noted(linked)
    assert there.redis.llen(f"note:{key}") == 0


def test_a_link_carries_the_stamps_of_its_parent(there: Running) -> None:
    key = fresh_key()
    signature = there.task(REVIEW)
    signature.link(there.note(key))
    signature.stamp(order="7")
    signature.apply_async()
    seen = there.noted(key)
    assert seen["stamped_headers"] == ["order"]
    assert seen["stamps"] == {"order": "7"}


def test_a_chain_hands_the_result_on(there: Running) -> None:
    key = fresh_key()
    result = chain(there.task(REVIEW), there.note(key)).apply_async()
    assert there.value(result) == result_of(REVIEW)
    assert there.noted(key)["parent"] == result.parent.id


def test_a_chain_gives_our_task_what_came_before(there: Running) -> None:
    result = chain(there.give(REVIEW), there.task()).apply_async()
    assert there.value(result) == result_of(REVIEW)


def test_a_chain_of_many_steps_has_one_root(there: Running) -> None:
    first, second = fresh_key(), fresh_key()
    steps = [
        there.give(REVIEW),
        there.task(),
        there.note(first),
        there.task(REVIEW, immutable=True),
        there.note(second),
    ]
    result = chain(*steps).apply_async()
    assert there.value(result) == result_of(REVIEW)
    roots = {there.noted(key)["root"] for key in (first, second)}
    top = result
    while top.parent is not None:
        top = top.parent
    assert roots == {top.id}


def test_the_steps_after_a_failure_fail_with_it(there: Running) -> None:
    key = fresh_key()
    result = chain(there.task("poison"), there.note(key), there.task(REVIEW, immutable=True)).apply_async()
    assert there.failure(result)
    assert there.failure(result.parent)
    assert there.failure(result.parent.parent)
    assert there.redis.llen(f"note:{key}") == 0


def test_the_link_error_of_a_chain_is_called(there: Running) -> None:
    key = fresh_key()
    result = chain(there.task("poison"), there.task(REVIEW, immutable=True)).apply_async(link_error=there.errback(key))
    there.failure(result)
    assert there.noted(key)["value"] == result.parent.id


def test_a_group_has_the_results_of_all(there: Running) -> None:
    texts = [f"{REVIEW} {number}" for number in range(5)]
    result = group(there.task(text) for text in texts).apply_async()
    for each in result.results:
        there.end(each)
    assert result.get(timeout=there.patience_s) == [result_of(text) for text in texts]


def test_a_group_with_a_failure_tells_which_failed(there: Running) -> None:
    result = group(there.task(REVIEW), there.task("poison")).apply_async()
    assert [there.end(each).state for each in result.results] == ["SUCCESS", "FAILURE"]
    assert result.failed()


def test_a_member_of_a_group_tells_its_group(there: Running) -> None:
    result = group(there.task(REVIEW), there.task(REVIEW)).apply_async()
    for each in result.results:
        there.value(each)
        # `date_done` and others are the same for every task; `group_id` is there for members only.
        assert there.app.backend.get_task_meta(each.id).get("group_id") == result.id


@pytest.mark.filterwarnings("ignore:Call to deprecated setex")  # Celery 5.7's own call of redis-py 8
def test_a_saved_group_is_restored(there: Running) -> None:
    result = group(there.task(REVIEW), there.task(REVIEW)).apply_async()
    result.save()
    for each in result.results:
        there.value(each)
    restored = there.app.GroupResult.restore(result.id)
    assert restored.get(timeout=there.patience_s) == [result_of(REVIEW)] * 2


def test_a_link_that_is_a_group_calls_every_member(there: Running) -> None:
    keys = [fresh_key(), fresh_key()]
    there.send(REVIEW, link=group(there.note(key) for key in keys))
    assert [there.noted(key)["value"] for key in keys] == [result_of(REVIEW)] * 2


@pytest.mark.only(PLAIN, why="the others do them: see test_bundles")
@pytest.mark.parametrize("make", [in_a_row, in_a_row_with_options, in_chunks])
def test_a_plain_worker_refuses_one_task_for_many_reviews(
    there: Running, make: Callable[[Any, list[str]], Any]
) -> None:
    sent = make(there.task(), [REVIEW, "Das Bier war warm."]).apply_async()
    (result,) = getattr(sent, "results", None) or [sent]
    error = there.failure(result)
    assert isinstance(error, NotImplementedError), repr(error)
    assert "group" in str(error)
