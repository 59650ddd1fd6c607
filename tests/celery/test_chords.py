"""Chords over the Redis backend: each member of the header returns its part, the last one sends the body."""

from typing import Any

import pytest
from celery import chain, chord, group
from celery.exceptions import ChordError

from tests.celery.subjects import REVIEW, Running, fresh_key
from tests.celery.work import result_of
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration


def texts_of(values: list[Any]) -> list[str]:
    """The texts of some results."""
    return [value["sentences"][0]["text"] for value in values]


def test_a_chord_gives_its_body_all_results_in_order(there: Running) -> None:
    key = fresh_key()
    texts = [f"{REVIEW} {number}" for number in range(4)]
    result = chord([there.task(text) for text in texts], there.note(key)).apply_async()
    assert there.value(result) == [result_of(text) for text in texts]
    assert there.noted(key)["value"] == [result_of(text) for text in texts]


def test_the_keys_of_a_chord_are_cleared_away(there: Running) -> None:
    result = chord([there.task(REVIEW), there.task(REVIEW)], there.note(fresh_key())).apply_async()
    there.value(result)

    def left() -> set[str]:
        return {
            key.decode().rpartition(".")[2] for key in there.redis.scan_iter(f"celery-taskset-meta-{result.parent.id}*")
        }

    # Celery sends the body first, so its result may be there before they are gone.
    wait_for(lambda: left() <= {"c"}, "they are gone", explain=lambda: str(left()))


def test_a_chord_of_one_has_a_list_of_one(there: Running) -> None:
    result = chord([there.task(REVIEW)], there.note(fresh_key())).apply_async()
    assert there.value(result) in ([result_of(REVIEW)], result_of(REVIEW))


def test_our_task_may_be_the_body_of_a_chord(there: Running) -> None:
    header = [there.give(1), there.give(2)]
    result = chord(header, there.task(REVIEW, immutable=True)).apply_async()
    assert there.value(result) == result_of(REVIEW)


def test_a_header_of_both_kinds_of_tasks_is_complete(there: Running) -> None:
    result = chord([there.give("eins"), there.task(REVIEW)], there.note(fresh_key())).apply_async()
    assert there.value(result) == ["eins", result_of(REVIEW)]


def test_a_failure_in_the_header_fails_the_body(there: Running) -> None:
    key = fresh_key()
    result = chord([there.task(REVIEW), there.task("poison")], there.note(key)).apply_async()
    error = there.failure(result)
    assert isinstance(error, ChordError), repr(error)
    assert result.parent.results[1].id in str(error)
    assert there.redis.llen(f"note:{key}") == 0


def test_wrong_arguments_in_the_header_fail_the_body(there: Running) -> None:
    result = chord([there.task(REVIEW), there.task(REVIEW, nonsense=1)], there.note(fresh_key())).apply_async()
    assert isinstance(there.failure(result), ChordError)


def test_a_task_that_nobody_has_leaves_the_body_waiting_in_stock_celery_only(there: Running) -> None:
    # `Consumer.on_unknown_task` marks the task itself and says `chord=None`: the chord never hears of it. Whoever of
    # ours takes such a message knows its chord, and tells it.
    unknown = there.app.signature("kritiq.analyse", args=(REVIEW,))
    result = chord([there.task(REVIEW), unknown], there.note(fresh_key())).apply_async()
    for part in result.parent.results:
        there.end(part)
    if there.subject.name == "stock":
        assert result.state == "PENDING"
    else:
        assert isinstance(there.failure(result), ChordError)


def test_the_link_error_of_the_body_is_called_when_the_header_fails(there: Running) -> None:
    key = fresh_key()
    body = there.note(fresh_key())
    body.link_error(there.errback(key))
    result = chord([there.task(REVIEW), there.task("poison")], body).apply_async()
    there.failure(result)
    assert there.noted(key)["value"] == result.id


def test_a_revoked_member_fails_the_body(there: Running) -> None:
    gate = there.gate()
    there.send(gate.text)
    gate.reached()
    result = chord([there.task(REVIEW), there.task(REVIEW)], there.note(fresh_key())).apply_async()
    there.control("revoke", task_id=result.parent.results[1].id)
    gate.open()
    assert isinstance(there.failure(result), ChordError)


def test_a_group_and_a_task_make_a_chord(there: Running) -> None:
    result = chain(group(there.task(REVIEW), there.task(REVIEW)), there.note(fresh_key())).apply_async()
    assert there.value(result) == [result_of(REVIEW)] * 2


def test_a_chain_goes_on_after_a_chord(there: Running) -> None:
    steps = (group(there.task(REVIEW), there.task(REVIEW)), there.note(fresh_key()), there.note(fresh_key()))
    assert there.value(chain(*steps).apply_async()) == [result_of(REVIEW)] * 2


def test_a_chain_may_be_a_member_of_the_header(there: Running) -> None:
    steps = chain(there.give(REVIEW), there.task())
    result = chord([steps, there.task(REVIEW)], there.note(fresh_key())).apply_async()
    assert there.value(result) == [result_of(REVIEW)] * 2


def test_a_group_inside_the_header_gives_its_members(there: Running) -> None:
    # Celery 5.7 takes the group apart, and members of one group have the same place: their order is left to chance.
    inner = group(there.task("Eins."), there.task("Zwei."))
    result = chord([inner, there.task("Drei.")], there.note(fresh_key())).apply_async()
    *first, last = there.value(result)
    assert sorted(texts_of(first)) == ["Eins.", "Zwei."]
    assert texts_of([last]) == ["Drei."]


def test_a_chord_inside_a_chord_is_done(there: Running) -> None:
    inner = chord([there.task("Eins."), there.task("Zwei.")], there.note(fresh_key()))
    result = chord([inner, there.task("Drei.")], there.note(fresh_key())).apply_async()
    first, last = there.value(result)
    assert texts_of(first) == ["Eins.", "Zwei."]
    assert texts_of([last]) == ["Drei."]


def test_the_body_may_be_a_chain_of_our_tasks(there: Running) -> None:
    body = chain(there.task("Eins.", immutable=True), there.task("Zwei.", immutable=True))
    result = chord([there.task(REVIEW), there.task(REVIEW)], body).apply_async()
    assert there.value(result) == result_of("Zwei.")


def test_the_body_may_be_a_group(there: Running) -> None:
    body = group(there.note(fresh_key()), there.note(fresh_key()))
    result = chord([there.task(REVIEW), there.task(REVIEW)], body).apply_async()
    for each in result.results:
        assert there.value(each) == [result_of(REVIEW)] * 2
