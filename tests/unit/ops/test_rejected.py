"""`kritiq jobs rejected`: the operator sees what nobody could answer, and puts it back."""

import json
import logging
from typing import Any

import hypothesis.strategies as st
import pytest
import redis
from hypothesis import HealthCheck, given, settings

from jobs.celery_task import CeleryMessage
from store import keys, queues
from store.audit import AuditStore
from store.jobs import RedisStore
from store.rejects import RejectStore
from tests.support.commands import Kritiq
from tests.support.factories import LEASE_MS, claim, create
from tests.support.waiting import wait_for

BROKEN = b"no \x1b[31mjson\xff\x00\n"
BULK = queues.BULK_QUEUES[-1]


@pytest.fixture
def rejected(kritiq: Kritiq) -> Any:
    """What `kritiq jobs rejected` says."""

    def rejected(*arguments: str, status: int = 0) -> str:
        return kritiq("jobs", "rejected", *arguments, status=status).output

    return rejected


def reject(client: redis.Redis, *messages: bytes, queue: str = queues.CELERY_QUEUE) -> None:
    """Put messages into a queue and let a worker look at them."""
    client.lpush(queue, *messages)
    store = RedisStore(client)
    while client.llen(queue):
        assert store.claim(jobs=10, weight=10, lease_ms=LEASE_MS) == []


def test_it_shows_when_where_how_much_and_why_and_nothing_that_a_terminal_obeys(
    rejected: Any, redis_client: redis.Redis
) -> None:
    assert rejected() == "Nothing was rejected.\n"
    reject(redis_client, BROKEN + b"x" * 100, queue=BULK)
    line = rejected().removesuffix("…\n")
    assert line.isascii()
    assert line.isprintable()
    start = "no \\x1b[31mjson\\xff\\x00\\n"
    for part in ("1  ", "kritiq.bulk\\x06\\x169", "115 bytes", "It is no Celery message.", start):
        assert part in line


def test_as_json_there_is_an_object_for_each_the_newest_first(rejected: Any, redis_client: redis.Redis) -> None:
    reject(redis_client, b"first", b"second")
    found = [json.loads(line) for line in rejected("--json").splitlines()]
    assert [(each["number"], each["start"], each["size"], each["queue"]) for each in found] == [
        (2, "second", 6, "celery"),
        (1, "first", 5, "celery"),
    ]
    assert [json.loads(line)["number"] for line in rejected("--json", "--most", "1").splitlines()] == [2]


def test_one_or_all_are_put_back_into_their_queues(rejected: Any, redis_client: redis.Redis) -> None:
    reject(redis_client, b"a", b"b")
    reject(redis_client, b"c", queue=BULK)
    assert rejected("requeue", "2") == "2 -> celery\n"
    assert redis_client.lrange(queues.CELERY_QUEUE, 0, -1) == [b"b"]
    assert rejected("requeue", "--all").splitlines() == ["1 -> celery", "3 -> kritiq.bulk\\x06\\x169"]
    assert redis_client.lrange(queues.CELERY_QUEUE, 0, -1) == [b"a", b"b"], "at the end of the line"
    assert redis_client.lrange(BULK, 0, -1) == [b"c"]
    assert RejectStore(redis_client).all() == []


def test_one_or_all_are_forgotten(rejected: Any, redis_client: redis.Redis) -> None:
    reject(redis_client, b"a", b"b", b"c")
    assert rejected("drop", "2") == "2 is forgotten.\n"
    assert [json.loads(line)["number"] for line in rejected("--json").splitlines()] == [3, 1]
    rejected("drop", "2", status=1)
    assert rejected("drop", "--all").splitlines() == ["1 is forgotten.", "3 is forgotten."]
    assert rejected() == "Nothing was rejected.\n"


def test_numbers_stay_what_they_are_when_more_is_rejected(rejected: Any, redis_client: redis.Redis) -> None:
    reject(redis_client, b"a", b"b")
    rejected("requeue", "1")
    redis_client.delete(queues.CELERY_QUEUE)
    reject(redis_client, b"c")
    assert [each.number for each in RejectStore(redis_client).all()] == [3, 2]


@pytest.mark.parametrize("arguments", [[], ["1", "--all"], ["x"]])
def test_requeue_wants_one_or_all(rejected: Any, arguments: list[str]) -> None:
    rejected("requeue", *arguments, status=2)


@pytest.mark.parametrize("group", ["dead", "rejected"])
@pytest.mark.parametrize("option", [["--json"], ["--most", "1"]])
def test_what_would_do_nothing_is_wrong_usage(kritiq: Kritiq, group: str, option: list[str]) -> None:
    assert option[0] in kritiq("jobs", group, *option, "requeue", "--all", status=2).output


@pytest.mark.parametrize("group", ["dead", "rejected"])
def test_a_list_of_less_than_one_is_none(kritiq: Kritiq, group: str) -> None:
    kritiq("jobs", group, "--most", "0", status=2)


def test_what_is_not_there_is_said(rejected: Any, redis_client: redis.Redis) -> None:
    reject(redis_client, b"a")
    rejected("requeue", "7", status=1)
    assert len(RejectStore(redis_client).all()) == 1


def test_each_reject_is_logged_once_with_size_and_reason_and_without_its_content(
    redis_client: redis.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        reject(redis_client, b"Das Essen war geheim.")
        RedisStore(redis_client).reject(CeleryMessage(tag="gone", message=b"geheim"), "It has no end.")
    assert [(record.getMessage()[:17], record.reason) for record in caplog.records] == [  # type: ignore[attr-defined]
        ("rejected 21 bytes", "It is no Celery message."),
        ("rejected 6 bytes ", "It has no end."),
    ]
    assert "geheim" not in caplog.text


def test_what_a_worker_held_and_rejects_goes_back_to_where_it_was(rejected: Any, redis_client: redis.Redis) -> None:
    message = json.dumps({"headers": {}, "properties": {"delivery_tag": "t"}, "body": "?"}).encode()
    redis_client.lpush(queues.CELERY_QUEUE, message)
    store = RedisStore(redis_client)
    [held] = store.claim(jobs=10, weight=10, lease_ms=LEASE_MS)
    assert isinstance(held, CeleryMessage)
    store.reject(held, "It has no id.")
    assert (redis_client.hlen(keys.CLAIMS), redis_client.zcard(keys.LEASES)) == (0, 0)
    assert rejected("requeue", "--all") == "1 -> celery\n"
    assert redis_client.lrange(queues.CELERY_QUEUE, 0, -1) == [message]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messages=st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=4))
def test_whatever_the_bytes_are_they_come_back_as_they_were(
    rejected: Any, redis_client: redis.Redis, messages: list[bytes]
) -> None:
    redis_client.flushall()
    reject(redis_client, *messages)
    assert [each.message for each in RejectStore(redis_client).all()] == messages[::-1]
    assert rejected().isascii()
    rejected("requeue", "--all")
    assert redis_client.lrange(queues.CELERY_QUEUE, 0, -1) == messages[::-1]


def test_what_was_put_back_or_forgotten_is_noted(rejected: Any, redis_client: redis.Redis) -> None:
    reject(redis_client, b"first", b"second")
    rejected("requeue", "1")
    rejected("drop", "2")
    noted = AuditStore(redis_client, most=10, lifetime_s=3600).page("default", size=10).entries
    assert [(each.action, each.objects) for each in noted] == [
        ("kritiq jobs rejected drop", {"rejects": "2"}),
        ("kritiq jobs rejected requeue", {"rejects": "1"}),
    ]


def test_who_was_shown_what_guests_wrote_is_in_the_audit_log(kritiq: Kritiq, redis_client: redis.Redis) -> None:
    """A message may have a review in it, and the text of a job that killed its workers is shown."""
    kritiq("jobs", "rejected")
    kritiq("jobs", "dead")
    log = AuditStore(redis_client, most=10, lifetime_s=3600)
    assert not log.page("default", size=10).entries
    reject(redis_client, b"first", b"second")
    store = RedisStore(redis_client)
    create(store, "Giftig.")
    claim(store, lease_ms=1)
    wait_for(lambda: store.sweep(strikes=1)[1], "the lease has ended")
    kritiq("jobs", "rejected", "--json")
    assert "Giftig." in kritiq("jobs", "dead").output
    dead, rejected = log.page("default", size=10).entries
    assert (dead.action, dead.objects) == ("kritiq jobs dead", {"jobs": "1"})
    assert (rejected.action, rejected.objects) == ("kritiq jobs rejected", {"rejects": "2,1"})
