"""A Celery client of an organisation: what it signs is the organisation's, and nobody else's."""

from collections.abc import Callable
from typing import Any

import pytest
from celery import chain, chord, group

from jobs.errors import NotFound
from jobs.job import DEFAULT_TENANT
from kritiq_client.producer import signed
from store.connection import connect
from store.jobs import RedisStore
from tests.celery.subjects import KRITIQ, PLAIN, PRODUCER, REVIEW, Running, eventually, fresh_key
from tests.support.factories import make_settings

pytestmark = [pytest.mark.integration, pytest.mark.only(KRITIQ, PLAIN)]


def test_a_signed_task_is_answered_and_its_job_is_the_organisations(there: Running) -> None:
    sent = there.send(REVIEW, **signed("acme", PRODUCER, own := fresh_key()))
    assert sent.id == f"acme:{own}"
    assert there.value(sent)["sentences"]
    with connect(make_settings(redis_url=there.url)) as client:
        store = RedisStore(client)
        assert store.get("acme", own).job.status == "succeeded"
        with pytest.raises(NotFound):
            store.get(DEFAULT_TENANT, own)


def test_steps_of_a_chain_are_each_signed(there: Running) -> None:
    first, second = (there.task(REVIEW, immutable=True).set(**signed("acme", PRODUCER, fresh_key())) for _ in range(2))
    ended = (first | second).apply_async()
    assert there.value(ended)["sentences"]
    assert ended.id.startswith("acme:")
    assert ended.parent.id.startswith("acme:")


def test_without_the_organisations_signature_there_is_no_answer(there: Running) -> None:
    with connect(make_settings(redis_url=there.url)) as client:
        client.zadd("kritiq:tenants", {"acme": 1})
        try:
            forged = there.send(REVIEW, **signed("acme", "f" * 32, fresh_key()))
            # What is behind it is done: it has been looked at.
            there.alive()
            eventually(there, lambda: forged.state == "PENDING", "it has no answer")
            assert RedisStore(client).is_foreign(forged.id)
        finally:
            client.zrem("kritiq:tenants", "acme")


def next_in_a_chain(there: Running, theirs: Any) -> Any:
    return chain(there.task(17), theirs).apply_async().parent


def member_of_a_group(there: Running, theirs: Any) -> Any:
    return chain(there.task(17), group(theirs, there.task(REVIEW))).apply_async().parent


def body_of_a_chord(there: Running, theirs: Any) -> Any:
    return chord([there.task(17)], theirs).apply_async().parent.results[0]


@pytest.mark.parametrize("send", [next_in_a_chain, member_of_a_group, body_of_a_chord])
def test_what_fails_behind_somebody_elses_task_ends_none_of_an_organisation(
    there: Running, send: Callable[[Running, Any], Any]
) -> None:
    with connect(make_settings(redis_url=there.url)) as client:
        client.zadd("kritiq:tenants", {"acme": 1})
        try:
            theirs = there.note(fresh_key()).set(task_id=f"acme:{fresh_key()}")
            there.failure(send(there, theirs))
            there.alive()
            assert there.redis.get(f"celery-task-meta-{theirs.id}") is None
        finally:
            client.zrem("kritiq:tenants", "acme")


def test_what_fails_behind_an_organisations_own_task_ends_with_it(there: Running) -> None:
    with connect(make_settings(redis_url=there.url)) as client:
        client.zadd("kritiq:tenants", {"acme": 1})
        try:
            steps = [there.task(text, immutable=True).set(**signed("acme", PRODUCER)) for text in (17, REVIEW)]
            assert isinstance(there.failure(chain(*steps).apply_async()), TypeError)
        finally:
            client.zrem("kritiq:tenants", "acme")


def of_acme(there: Running, text: Any = REVIEW) -> Any:
    return there.task(text, immutable=True).set(**signed("acme", PRODUCER, fresh_key()))


def own_group() -> str:
    return f"acme:{fresh_key()}"


def test_a_chord_whose_group_is_the_organisations_is_done(there: Running) -> None:
    group_id = own_group()
    ended = chord([of_acme(there), of_acme(there)], of_acme(there)).set(task_id=group_id).apply_async()
    assert there.value(ended)["sentences"]
    assert ended.parent.id == group_id


def joins(there: Running, group_id: str, text: Any, key: str) -> Any:
    """A task of nobody's that is sent as a part of that group, whose body is a task of its own."""
    return there.send(text, group_id=group_id, chord=there.note(key), group_index=1)


@pytest.mark.parametrize("text", [REVIEW, "poison", 17])
def test_nobody_else_is_counted_in_an_organisations_chord_or_is_sent_its_results(there: Running, text: Any) -> None:
    key, group_id, gate = fresh_key(), own_group(), there.gate()
    held = of_acme(there, gate.text)
    body = there.note(fresh_key())
    theirs = chord([of_acme(there), held], body).set(task_id=group_id).apply_async()
    gate.reached()
    joined = joins(there, group_id, text, key)
    gate.open()
    assert "organisation" in str(there.failure(joined)) or text == 17
    assert len(there.value(theirs)) == 2
    there.alive()
    assert there.redis.llen(f"note:{key}") == 0


def test_nobody_else_has_a_worker_begin_a_chord_with_an_organisations_group(there: Running) -> None:
    group_id = own_group()
    # Celery's own client keeps the group's id where the header is one.
    begins = dict(chord([there.task(REVIEW)], there.note(fresh_key())))
    begins["kwargs"]["header"] = dict(group(there.task(REVIEW)).set(task_id=group_id))
    assert "organisation" in str(there.failure(there.send(REVIEW, link=begins)))
    assert there.redis.get(f"celery-taskset-meta-{group_id}.s") is None


def test_what_fails_behind_somebody_elses_task_is_counted_in_no_chord_of_an_organisation(there: Running) -> None:
    group_id = own_group()
    member = there.note(fresh_key()).set(group_id=group_id, chord=there.note(fresh_key()), task_id=fresh_key())
    there.failure(chain(there.task(17), member).apply_async().parent)
    there.alive()
    assert there.redis.keys(f"celery-taskset-meta-{group_id}*") == []


def test_the_body_of_an_organisations_chord_may_be_anybodys(there: Running) -> None:
    body = there.task(REVIEW, immutable=True).set(task_id=fresh_key())
    assert there.value(chord([of_acme(there)], body).set(task_id=own_group()).apply_async())["sentences"]
