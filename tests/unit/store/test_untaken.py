"""Reviews that lie in Celery messages: found wherever these are, and taken out without their tasks' being lost."""

import json
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import redis

from jobs.celery_task import CeleryMessage, CeleryTask
from jobs.job import Claim
from store import keys, queues
from store.celery_reviews import ERASED, SIGNED, SentReview, sent_reviews
from store.erasure import Eraser
from store.extraction import Extractor
from store.jobs import RedisStore
from store.rejects import RejectStore
from store.sent_messages import UNACKED
from store.untaken import Untaken
from store.whose import Whose
from tests.support.factories import LEASE_MS, REVIEW, create, make_job, succeeded
from tests.support.sent_messages import read_whole, sent_message

GUEST, CANARY = "gast-Zeisig", "Kanari"
THEIRS = Whose(tenant="default", external_author=GUEST)


def message(task_id: str = "t", author: str = GUEST, **headers: Any) -> bytes:
    return sent_message(task_id, f"Ein {CANARY}.", external_author=author, restaurant="adler", **headers)


def step(task_id: str, author: str = GUEST) -> dict[str, Any]:
    kwargs = {"external_author": author}
    return {"task": queues.ANALYZE, "args": [CANARY], "kwargs": kwargs, "options": {"task_id": task_id}}


@pytest.mark.parametrize("name", [*queues.ALL_QUEUES, *queues.GATHERED, "kritiq.plain", "kritiq.plain\x06\x163"])
def test_every_list_that_a_worker_reads_is_looked_through(redis_client: redis.Redis, name: str) -> None:
    redis_client.lpush(name, message("a"), message("b", "gast-Amsel"), b"no message", message("c"))
    assert Untaken(redis_client).places(THEIRS) == [name]
    assert Untaken(redis_client).erase(THEIRS) == 2
    after: Any = redis_client.lrange(name, 0, -1)
    assert [CANARY in read_whole(raw) for raw in after if raw != b"no message"] == [False, True, False]
    assert [json.loads(raw)["headers"].get(ERASED) for raw in after if raw != b"no message"] == [True, None, True]
    assert Untaken(redis_client).places(THEIRS) == []


def test_more_messages_than_one_look_sees(redis_client: redis.Redis) -> None:
    redis_client.lpush("celery", *(message(str(number), GUEST if number % 3 else "o") for number in range(450)))
    assert Untaken(redis_client).erase(THEIRS) == 300
    assert redis_client.llen("celery") == 450


def test_what_stock_workers_hold_is_reached(redis_client: redis.Redis) -> None:
    held = [json.loads(message()), "", "kritiq.plain"]
    redis_client.hset(UNACKED, mapping={"tag": json.dumps(held), "odd": "{}", "other": "[1]", "none": "no"})
    assert Untaken(redis_client).erase(THEIRS) == 1
    raw: Any = redis_client.hget(UNACKED, "tag")
    left, *where = json.loads(raw)
    assert where == ["", "kritiq.plain"]
    assert CANARY not in read_whole(json.dumps(left))


def test_what_a_lost_worker_held_is_reached(redis_client: redis.Redis) -> None:
    redis_client.lpush("celery", message())
    [held] = RedisStore(redis_client).claim(jobs=1, weight=1, lease_ms=LEASE_MS)
    assert isinstance(held, CeleryMessage)
    assert Untaken(redis_client).erase(THEIRS) == 1
    RedisStore(redis_client).release([held.tag])
    [again] = RedisStore(redis_client).claim(jobs=1, weight=1, lease_ms=LEASE_MS)
    assert isinstance(again, CeleryMessage)
    assert CANARY not in read_whole(again.message)


def test_what_a_worker_has_read_and_was_then_erased_becomes_no_job(redis_client: redis.Redis) -> None:
    store = RedisStore(redis_client)
    redis_client.lpush("celery", message())
    [held] = store.claim(jobs=1, weight=1, lease_ms=LEASE_MS)
    assert isinstance(held, CeleryMessage)
    assert Untaken(redis_client).erase(THEIRS) == 1
    assert store.adopt(held, make_job(id="t", tenant="default"), REVIEW, lease_ms=LEASE_MS) is None
    assert not redis_client.exists(keys.JOB("default", "t"))
    [again] = store.claim(jobs=1, weight=1, lease_ms=LEASE_MS)
    assert isinstance(again, CeleryMessage)
    assert CANARY not in read_whole(again.message)


def test_rejected_messages_of_theirs_go(redis_client: redis.Redis) -> None:
    store = RedisStore(redis_client)
    for author in (GUEST, "gast-Amsel"):
        redis_client.lpush("celery", message(author=author))
        [held] = store.claim(jobs=1, weight=1, lease_ms=LEASE_MS)
        assert isinstance(held, CeleryMessage)
        store.reject(held)
    erased, proof = Eraser(redis_client).erase(THEIRS)
    assert (erased.messages, proof.found) == (1, [])
    [kept] = RejectStore(redis_client).all()
    assert kept.message == message(author="gast-Amsel")


def test_only_messages_of_the_organisation_are_touched(redis_client: redis.Redis) -> None:
    redis_client.zadd(keys.TENANTS, {"acme": 1})
    redis_client.lpush("celery", message("acme:1"), message("beta:1", **{SIGNED: "v1,x"}), message("own:1"))
    acme, everything = Whose(tenant="acme", external_author=GUEST), Whose(tenant="beta")
    assert [job for job, _ in Untaken(redis_client).reviews(acme)] == ["1"]
    assert (Untaken(redis_client).erase(THEIRS), Untaken(redis_client).erase(acme)) == (1, 1)
    assert Untaken(redis_client).erase(everything) == 1


def test_all_of_a_restaurant_or_of_everybody_goes(redis_client: redis.Redis) -> None:
    redis_client.lpush("celery", message("a"), message("b", "gast-Amsel"))
    assert Untaken(redis_client).erase(Whose(tenant="default", restaurant="krone")) == 0
    assert Untaken(redis_client).erase(Whose(tenant="default", restaurant="adler")) == 2
    assert Untaken(redis_client).erase(Whose(tenant="default")) == 0, "there is nothing left in them"


def test_steps_behind_a_job_that_waits_go_without_the_job(redis_client: redis.Redis) -> None:
    store = RedisStore(redis_client)
    asked = {"task": queues.ANALYZE, "callbacks": [step("x"), step("y", "gast-Amsel")]}
    redis_client.lpush("celery", message("first", "gast-Amsel"))
    [held] = store.claim(jobs=1, weight=1, lease_ms=LEASE_MS)
    assert isinstance(held, CeleryMessage)
    task = CeleryTask(request=json.dumps(asked).encode(), mark="m")
    claim = store.adopt(held, make_job(id="first", tenant="default"), REVIEW, lease_ms=LEASE_MS, task=task)
    assert isinstance(claim, Claim)
    assert Eraser(redis_client).erase(THEIRS)[0].messages == 1
    store.complete([succeeded(claim)])
    [owed] = store.follow_ups(most=1, lease_ms=LEASE_MS)
    theirs, other = json.loads(owed.request)["callbacks"]
    assert (theirs["args"], theirs["options"]["headers"], other) == ([], {ERASED: True}, step("y", "gast-Amsel"))
    store.followed_up([owed])
    record: Any = redis_client.hgetall(keys.JOB("default", "first"))
    assert CANARY not in str(record), "what was sent is in its own messages and jobs"


def test_a_task_is_found_by_its_jobs_id(redis_client: redis.Redis) -> None:
    redis_client.lpush("celery", message("night/7"), message("night/8"))

    def delete(job_id: str, restaurant: str = "adler") -> bool:
        return RedisStore(redis_client).delete_untaken("default", job_id, restaurant.__eq__)

    assert not delete("night%2F7", "krone"), "it is another restaurant's"
    assert [delete(name) for name in ("night%2F7", "night%2F7", "night%2F9")] == [True, False, False]
    left: Any = redis_client.lrange("celery", 0, -1)
    assert [[review.task for review in sent_reviews(raw)] for raw in left] == [["night/8"], []]


def test_jobs_and_their_messages_are_left_alone(redis_client: redis.Redis) -> None:
    create(RedisStore(redis_client), external_author=GUEST)
    assert Untaken(redis_client).erase(THEIRS) == 0


@pytest.mark.parametrize("seen", [False, True])
def test_a_review_that_a_worker_takes_while_it_is_handed_over_is_handed_over_once(
    redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch, seen: bool
) -> None:
    """Before its message was looked for, or right after."""
    redis_client.lpush("celery", message("late"))
    looked = Untaken(redis_client).reviews

    def taken(self: Untaken, whose: Whose) -> Iterator[tuple[str, SentReview]]:
        found = list(looked(whose))
        redis_client.delete("celery")
        create(RedisStore(redis_client), id="late", external_author=GUEST)
        yield from found if seen else ()

    monkeypatch.setattr(Untaken, "reviews", taken)
    rows = map(orjson.loads, Extractor(redis_client).reviews(THEIRS))
    assert [(row["job_id"], row.get("untaken", False)) for row in rows] == [("late", seen)]
