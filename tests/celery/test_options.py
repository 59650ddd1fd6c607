"""The options of `apply_async`: each does what Celery's documentation says."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import chain
from celery.exceptions import TaskRevokedError
from kombu.transport.redis import Channel

from store.keys import FOLLOW_UPS
from tests.celery.messages import envelope, push
from tests.celery.subjects import ANALYZE, DEFAULT_QUEUE, KRITIQ, PLAIN, REVIEW, STOCK, Running, eventually, fresh_key
from tests.celery.work import result_of
from tests.support.celery_client import celery_client

pytestmark = pytest.mark.integration

ODD_IDS = {
    "word": "bewertung",
    "umlaut": "Käse-№1",
    "emoji": "🍕",
    "slash": "kunde/7/bewertung",
    "colon": "kunde:7",
    "space": "Bewertung Nr. 7",
    "percent": "100%25",
    "newline": "eins\nzwei",
    "quote": "\"'\\",
    "braces": "{7}*?[a]",
    "long": "x" * 1000,
}


def test_countdown_delays_the_work(there: Running) -> None:
    due = datetime.now(UTC).timestamp() + 0.3
    result = there.send(REVIEW, countdown=0.3)
    there.value(result)
    assert there.watch.wait(result.id, "task-started", there.patience_s)["timestamp"] >= due


def test_eta_delays_the_work(there: Running) -> None:
    eta = datetime.now(UTC) + timedelta(seconds=0.3)
    result = there.send(REVIEW, eta=eta)
    there.value(result)
    assert there.watch.wait(result.id, "task-started", there.patience_s)["timestamp"] >= eta.timestamp()


def test_an_eta_in_another_zone_is_the_same_moment(there: Running) -> None:
    eta = datetime.now(UTC) + timedelta(seconds=0.3)
    result = there.send(REVIEW, eta=eta.astimezone(None).isoformat())
    there.value(result)
    assert there.watch.wait(result.id, "task-started", there.patience_s)["timestamp"] >= eta.timestamp()


def test_an_eta_in_the_past_is_now(there: Running) -> None:
    assert there.value(there.send(REVIEW, eta=datetime.now(UTC) - timedelta(days=1)))


def test_an_eta_that_is_no_time_ends_or_is_rejected(there: Running) -> None:
    # Stock Celery drops such a message without an end (`Consumer.on_invalid_task`); ours must tell the client.
    result = there.send(REVIEW, eta="morgen")
    if there.subject.name != "stock":
        assert there.failure(result)
    there.alive()


def test_what_has_expired_is_revoked_and_not_done(there: Running) -> None:
    result = there.send(REVIEW, expires=datetime.now(UTC) - timedelta(seconds=5))
    ended = there.end(result)
    assert (ended.state, type(ended.result)) == ("REVOKED", TaskRevokedError)
    assert "task-started" not in [event["type"] for event in there.watch.of(result.id)]


def test_what_expires_later_is_done(there: Running) -> None:
    assert there.value(there.send(REVIEW, expires=60))


def test_what_expires_before_its_eta_is_revoked(there: Running) -> None:
    ended = there.end(there.send(REVIEW, countdown=0.4, expires=0.1))
    assert ended.state == "REVOKED"


@pytest.mark.parametrize("priority", range(10))
def test_every_priority_is_answered(there: Running, priority: int) -> None:
    assert there.value(there.send(REVIEW, priority=priority)) == result_of(REVIEW)


@pytest.mark.parametrize("step", [3, 6, 9])
def test_the_lists_that_kombu_makes_of_priorities_are_read(there: Running, step: int) -> None:
    queue = f"{DEFAULT_QUEUE}{Channel.sep}{step}"
    assert there.value(push(there, envelope(REVIEW), queue)) == result_of(REVIEW)


@pytest.mark.only(KRITIQ, PLAIN, why="a stock worker reads them with the same transport options alone")
@pytest.mark.parametrize("separator", [Channel.sep, ":"], ids=["kombu's", "colon"])
def test_more_priorities_than_kombus_four_are_read(there: Running, separator: str) -> None:
    # "Redis message priorities" in Celery's documentation: `priority_steps` of 0 to 9, and a colon between.
    options = {"priority_steps": list(range(10)), "sep": separator, "queue_order_strategy": "priority"}
    with celery_client(there.url) as app:
        app.conf.broker_transport_options = options
        queues = (DEFAULT_QUEUE, "kritiq.high", "kritiq.normal", "kritiq.bulk")
        sent = [app.send_task(ANALYZE, [REVIEW], queue=queue, priority=n) for queue in queues for n in range(1, 10)]
        for result in sent:
            assert there.value(there.app.AsyncResult(result.id)) == result_of(REVIEW)


def test_the_more_urgent_priority_is_done_first(there: Running) -> None:
    # Over Redis 0 is the most urgent of ten (Celery, "Redis message priorities").
    gate = there.gate()
    held = there.send(gate.text)
    gate.reached()
    late, early = there.send(REVIEW, priority=9), there.send(REVIEW, priority=0)
    gate.open()
    for result in (held, late, early):
        there.value(result)
    first, second = (there.watch.wait(r.id, "task-started", there.patience_s) for r in (early, late))
    assert first["clock"] < second["clock"]


@pytest.mark.parametrize("key", ODD_IDS)
def test_any_string_may_be_a_task_id(there: Running, key: str) -> None:
    task_id = f"{ODD_IDS[key]} {fresh_key()}" if key == "space" else f"{ODD_IDS[key]}{fresh_key()}"
    result = there.send(REVIEW, task_id=task_id)
    assert result.id == task_id
    assert there.value(result) == result_of(REVIEW)


def as_uuid(key: uuid.UUID) -> Any:
    """An id as some clients send it; as Celery's own, they find its result by its text."""
    return key


def as_bytes(key: uuid.UUID) -> Any:
    """The same."""
    return str(key).encode()


@pytest.mark.only(KRITIQ, PLAIN)
@pytest.mark.parametrize("written", [as_uuid, as_bytes])
def test_an_id_may_be_what_celery_makes_a_text_of(there: Running, written: Callable[[uuid.UUID], Any]) -> None:
    # A stock worker is not asked: what follows such a task it does not send, and one with a UUID it may leave as it is.
    key = uuid.uuid4()
    there.send(REVIEW, task_id=written(key), link=there.note(str(key)))
    assert there.value(there.app.AsyncResult(str(key))) == result_of(REVIEW)
    seen = there.noted(str(key))
    assert (seen["value"], seen["parent"], seen["root"]) == (result_of(REVIEW), str(key), str(key))


def test_an_id_that_was_used_keeps_its_first_success(there: Running) -> None:
    task_id = fresh_key()
    there.value(there.send("Das Bier war kalt.", task_id=task_id))
    second = there.send("Das Bier war warm.", task_id=task_id)
    there.alive()
    assert there.value(second) == result_of("Das Bier war kalt.")


def test_an_id_whose_result_was_forgotten_may_be_used_again(there: Running) -> None:
    first = there.send("Das Bier war kalt.", task_id=fresh_key())
    there.value(first)
    first.forget()
    # Another client: to the first one, what was published of the first result may still be on its way.
    with celery_client(there.url) as app:
        second = app.send_task(ANALYZE, ["Das Bier war warm."], task_id=first.id)
        assert there.value(second) == result_of("Das Bier war warm.")


def test_an_id_whose_result_nobody_wanted_may_be_used_again(there: Running) -> None:
    key = fresh_key()
    first = there.send("Das Bier war kalt.", task_id=fresh_key(), ignore_result=True, link=there.note(key))
    there.noted(key)
    # Until Kritiq's worker has noted that the link is sent, it keeps the result for that, and answers with it.
    eventually(there, lambda: not there.redis.zcard(FOLLOW_UPS), "the link was never noted as sent")
    second = there.send("Das Bier war warm.", task_id=first.id)
    assert there.value(second) == result_of("Das Bier war warm.")


def test_a_chain_goes_on_behind_an_id_that_was_used(there: Running) -> None:
    key = fresh_key()
    first = there.send(REVIEW, task_id=fresh_key(), link=there.note(key))
    there.noted(key)
    result = chain(there.task(REVIEW).set(task_id=first.id), there.note(fresh_key())).apply_async()
    assert there.value(result) == result_of(REVIEW)


def test_what_follows_a_second_message_for_a_running_task_is_sent_too(there: Running) -> None:
    keys, gate = [fresh_key(), fresh_key()], there.gate()
    first = there.send(gate.text, task_id=fresh_key(), link=there.note(keys[0]))
    gate.reached()
    there.send(gate.text, task_id=first.id, link=there.note(keys[1]))
    gate.open()
    if there.subject.name == "stock":
        # It does the task a second time.
        gate.reached()
        gate.open()
    assert [there.noted(key)["value"] for key in keys] == [result_of(gate.text)] * 2


def test_an_id_that_failed_may_be_tried_again(there: Running) -> None:
    task_id = fresh_key()
    there.failure(there.send("poison", task_id=task_id))
    there.send(REVIEW, task_id=task_id, retries=1)
    again = lambda: there.app.AsyncResult(task_id).state == "SUCCESS"  # noqa: E731
    eventually(there, again, "it is done at the second try")


def test_a_retry_by_the_client_tells_which_try_it_is(there: Running) -> None:
    result = there.send(REVIEW, retries=2)
    there.value(result)
    assert there.watch.wait(result.id, "task-received", there.patience_s)["retries"] == 2


def test_a_reply_to_and_another_correlation_id_change_nothing(there: Running) -> None:
    result = there.send(REVIEW, reply_to="somewhere", correlation_id=fresh_key())
    assert there.value(result) == result_of(REVIEW)


def test_headers_of_the_clients_own_change_nothing(there: Running) -> None:
    assert there.value(there.send(REVIEW, headers={"x-request-id": "7", "tenant": "nobody"})) == result_of(REVIEW)


def test_a_shadow_is_the_name_that_monitors_show(there: Running) -> None:
    result = there.send(REVIEW, shadow="Nachtlauf")
    there.value(result)
    assert there.watch.wait(result.id, "task-received", there.patience_s)["name"] == "Nachtlauf"


def test_stamps_of_the_clients_own_change_nothing(there: Running) -> None:
    result = there.send(REVIEW, stamped_headers=["order"], order="7")
    assert there.value(result) == result_of(REVIEW)


@pytest.mark.parametrize(
    ("option", "error"), [("time_limit", "TimeLimitExceeded"), ("soft_time_limit", "SoftTimeLimitExceeded")]
)
def test_a_time_limit_ends_work_that_takes_longer(there: Running, option: str, error: str) -> None:
    limit: dict[str, Any] = {option: 0.3}
    # A stock worker breaks the work off, however late it looks; ours sees at its end how long it took.
    gate = there.gate() if there.subject is STOCK else there.gate(seconds=0.8)
    failure = there.failure(there.send(gate.text, **limit))
    assert type(failure).__name__ == error, repr(failure)
    there.alive()


def test_a_generous_time_limit_changes_nothing(there: Running) -> None:
    assert there.value(there.send(REVIEW, time_limit=60, soft_time_limit=50)) == result_of(REVIEW)


def test_a_queue_by_name_is_read_when_the_worker_reads_it(there: Running) -> None:
    assert there.value(there.send(REVIEW, queue=DEFAULT_QUEUE)) == result_of(REVIEW)
