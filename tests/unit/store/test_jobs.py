"""What only Redis has: other Celery clients' messages, garbage in queues, results in Celery's format, full memory."""

import json
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import redis
from celery import Celery
from hypothesis import given
from hypothesis import strategies as st

from jobs.celery_task import CeleryMessage
from jobs.errors import Unavailable
from jobs.job import Claim, Job, Status
from jobs.lane import Lane
from jobs.request import Priority
from ops.ports import free_port
from store import keys, queues
from store.jobs import RedisStore
from store.rejects import RejectStore
from store.results import result_of, success_meta
from store.sealing import PLAIN
from tests.support.factories import (
    LEASE_MS,
    RESULT,
    REVIEW,
    claim,
    create,
    failed,
    make_job,
    succeeded,
    work_off,
)
from tests.support.redis_server import RedisServer
from tests.support.worlds import RedisWorld

NORMAL = queues.QUEUES[Priority.NORMAL]


def message(**changes: Any) -> bytes:
    """A Celery message as an unknown client might have written it; None takes a part away."""
    whole: dict[str, Any] = {
        "body": "W1tdLCB7fSwge31d",
        "content-type": "application/json",
        "content-encoding": "utf-8",
        "headers": {"task": queues.ANALYZE, "id": "native-1"},
        "properties": {"delivery_tag": "native-tag", "body_encoding": "base64"},
    }
    return orjson.dumps({key: value for key, value in (whole | changes).items() if value is not ...})


def claim_native(store: RedisStore, **changes: Any) -> CeleryMessage:
    [taken] = store.claim(jobs=10, weight=100, **({"lease_ms": LEASE_MS} | changes))
    assert isinstance(taken, CeleryMessage)
    return taken


def held(client: redis.Redis) -> tuple[int, int]:
    """How many messages are held, by their texts and by their leases."""
    return int(client.hlen(keys.CLAIMS)), int(client.zcard(keys.LEASES))


def test_another_clients_message_is_handed_out_as_it_is(redis_world: RedisWorld) -> None:
    redis_world.redis.lpush(queues.CELERY_QUEUE, message())
    assert claim_native(redis_world.store) == CeleryMessage(tag="native-tag", message=message())
    assert held(redis_world.redis) == (1, 1)


def test_another_clients_message_in_the_list_of_a_model_can_be_handed_back(redis_world: RedisWorld) -> None:
    where = keys.MODEL_LIST(Lane.URGENT, "fake/1")
    redis_world.redis.lpush(where, message())
    for _ in range(2):
        redis_world.store.release([claim_native(redis_world.store, serves=["fake/1"]).tag])
        assert redis_world.redis.llen(where) == 1


def test_an_adopted_message_becomes_a_running_job(redis_world: RedisWorld) -> None:
    redis_world.redis.lpush(queues.CELERY_QUEUE, message())
    native = claim_native(redis_world.store)
    taken = redis_world.store.adopt(native, make_job(id="native-1", weight=2), REVIEW, lease_ms=LEASE_MS)
    assert isinstance(taken, Claim)
    assert (taken.id, taken.attempt, taken.text) == ("native-1", 1, REVIEW)
    assert redis_world.store.get("default", "native-1").job.status is Status.RUNNING
    assert redis_world.store.backlog().running == 2
    assert redis_world.store.complete([succeeded(taken)]) == [Status.SUCCEEDED]
    assert redis_world.store.get("default", "native-1").result == RESULT
    assert held(redis_world.redis) == (0, 0)
    assert redis_world.store.backlog().running == 0


def test_an_adopted_job_that_was_lost_waits_again(redis_world: RedisWorld) -> None:
    redis_world.redis.lpush(queues.CELERY_QUEUE, message())
    native = claim_native(redis_world.store, lease_ms=1_000)
    redis_world.store.adopt(native, make_job(id="native-1", weight=2), REVIEW, lease_ms=1_000)
    redis_world.advance(2_000)
    assert redis_world.store.sweep() == (1, 0)
    [again] = claim(redis_world.store)
    assert (again.id, again.attempt, again.text) == ("native-1", 2, REVIEW)
    assert redis_world.store.complete([succeeded(again)]) == [Status.SUCCEEDED]


@pytest.mark.parametrize("due_at", [None, 4_102_444_800_000], ids=["running", "scheduled"])
def test_a_celery_client_hears_that_its_job_was_deleted_and_nothing_of_the_review_stays(
    redis_world: RedisWorld, due_at: int | None
) -> None:
    redis_world.redis.lpush(queues.CELERY_QUEUE, message())
    job = make_job(id="native-1", due_at=due_at)
    redis_world.store.adopt(claim_native(redis_world.store), job, REVIEW, lease_ms=LEASE_MS)
    redis_world.store.delete("default", "native-1")
    meta = orjson.loads(redis_world.redis.get(keys.RESULT("native-1")) or b"{}")
    assert (meta["status"], meta["result"]["exc_type"]) == ("REVOKED", "TaskRevokedError")
    left = b" ".join(redis_world.redis.dump(key) or b"" for key in redis_world.redis.scan_iter())
    assert REVIEW.encode() not in left
    assert redis_world.store.backlog().running == redis_world.store.backlog().scheduled == 0


def test_a_message_that_comes_twice_makes_one_job(redis_world: RedisWorld) -> None:
    job = make_job(id="native-1")
    redis_world.redis.lpush(queues.CELERY_QUEUE, message())
    first = redis_world.store.adopt(claim_native(redis_world.store), job, REVIEW, lease_ms=LEASE_MS)
    again = CeleryMessage(tag="other-tag", message=message())
    assert isinstance(first, Claim)
    assert redis_world.store.adopt(again, job, REVIEW, lease_ms=LEASE_MS) is None
    redis_world.store.complete([succeeded(first)])
    assert redis_world.store.adopt(again, job, REVIEW, lease_ms=LEASE_MS) is None
    assert redis_world.store.get("default", "native-1").job.status is Status.SUCCEEDED


def test_a_message_that_nobody_adopted_comes_back(redis_world: RedisWorld) -> None:
    redis_world.redis.lpush(queues.CELERY_QUEUE, message())
    first = claim_native(redis_world.store, lease_ms=1_000)
    redis_world.advance(2_000)
    assert redis_world.store.sweep() == (1, 0)
    assert claim_native(redis_world.store).message == first.message


def test_a_message_that_was_handed_back_comes_back(redis_world: RedisWorld) -> None:
    redis_world.redis.lpush(queues.CELERY_QUEUE, message())
    native = claim_native(redis_world.store)
    assert redis_world.store.release([native.tag]) == 1
    assert claim_native(redis_world.store).message == native.message


def test_a_dropped_message_is_gone(redis_world: RedisWorld) -> None:
    redis_world.redis.lpush(queues.CELERY_QUEUE, message())
    redis_world.store.drop(claim_native(redis_world.store))
    assert held(redis_world.redis) == (0, 0)
    assert redis_world.store.claim(jobs=10, weight=10, lease_ms=LEASE_MS) == []


#: What lies in a queue and is no message at all.
NO_MESSAGES = [
    b"", b"garbage", b"\x80\x04\x95pickle", b"null", b"[]", b"{}", b'"text"', b"17", b"{" * 2_000, b"\xff\xfe",
    orjson.dumps({"properties": None}), message(properties=...), message(properties=[]),
    message(properties={"delivery_tag": 5}), message(properties={"delivery_tag": None}),
]  # fmt: skip

#: Messages with a delivery tag whose headers are not what Celery writes.
ODD_HEADERS = [
    None, [], {}, "text", 5, True, {"task": None, "id": None}, {"task": queues.ANALYZE}, {"id": "no-task"},
    {"task": queues.ANALYZE, "id": 5}, {"task": queues.ANALYZE, "id": {}}, {"task": queues.ANALYZE, "id": ""},
    {"task": [queues.ANALYZE], "id": "x"}, {"task": queues.PREDICT, "id": ":"}, ...,
]  # fmt: skip


@pytest.mark.parametrize("garbage", NO_MESSAGES)
def test_garbage_in_a_queue_is_put_aside(redis_world: RedisWorld, garbage: bytes) -> None:
    job = create(redis_world.store)
    redis_world.redis.rpush(NORMAL, garbage)
    assert [taken.id for taken in claim(redis_world.store)] == [job.id]
    [reject] = RejectStore(redis_world.redis).all()
    assert (reject.message, reject.queue, reject.number) == (garbage, NORMAL, 1)


@pytest.mark.parametrize("headers", ODD_HEADERS)
def test_odd_headers_take_no_job_with_them(redis_world: RedisWorld, headers: Any) -> None:
    job = create(redis_world.store)
    redis_world.redis.rpush(NORMAL, message(headers=headers))
    taken = redis_world.store.claim(jobs=10, weight=100, lease_ms=LEASE_MS)
    assert [one.id for one in taken if not isinstance(one, CeleryMessage)] == [job.id]


@pytest.mark.parametrize("headers", ODD_HEADERS)
@pytest.mark.parametrize("way", ["sweep", "release"])
def test_odd_headers_do_not_stop_what_comes_back(redis_world: RedisWorld, headers: Any, way: str) -> None:
    job = create(redis_world.store)
    redis_world.redis.rpush(NORMAL, message(headers=headers))
    taken = redis_world.store.claim(jobs=10, weight=100, lease_ms=1_000)
    redis_world.advance(2_000)
    if way == "sweep":
        redis_world.store.sweep()
    else:
        redis_world.store.release([one.tag for one in taken])
    assert redis_world.store.get("default", job.id).job.status is Status.QUEUED
    assert held(redis_world.redis) == (0, 0)


def test_the_operator_finds_the_last_thousand_rejected_and_how_many_there_were(redis_world: RedisWorld) -> None:
    redis_world.redis.rpush(NORMAL, *[f"garbage {n}" for n in range(1_050)])
    while redis_world.redis.llen(NORMAL):
        assert redis_world.store.claim(jobs=100, weight=10, lease_ms=LEASE_MS) == []
    assert redis_world.redis.llen(keys.REJECTED) == 1_000
    assert redis_world.store.counters()["rejected"] == 1_050


def test_a_message_whose_job_was_deleted_is_nothing(redis_world: RedisWorld) -> None:
    job = create(redis_world.store)
    redis_world.redis.delete(keys.JOB("default", job.id))
    assert redis_world.store.claim(jobs=10, weight=10, lease_ms=LEASE_MS) == []
    assert sum(redis_world.store.backlog().waiting_jobs.values()) == 0


def test_a_result_is_one_key_that_both_kinds_of_client_read(redis_world: RedisWorld, redis_server: RedisServer) -> None:
    job = create(redis_world.store)
    work_off(redis_world.store, orjson.dumps({"language": "de", "sentences": [{"text": "Ä"}]}))
    app = Celery(set_as_current=False)
    app.conf.update(broker_url=redis_server.url, result_backend=redis_server.url)
    assert app.AsyncResult(job.id).get(timeout=10) == {"language": "de", "sentences": [{"text": "Ä"}]}
    assert redis_world.redis.hget(keys.JOB("default", job.id), "result") is None
    assert 0 < redis_world.redis.pttl(keys.RESULT(job.id)) <= job.ttl_ms


@pytest.mark.parametrize("ending", ["failed", "canceled"])
def test_celery_clients_see_jobs_that_ended_without_a_result(
    redis_world: RedisWorld, redis_server: RedisServer, ending: str
) -> None:
    job = create(redis_world.store)
    if ending == "failed":
        redis_world.store.complete([failed(claim(redis_world.store)[0])])
    else:
        redis_world.store.cancel("default", job.id)
    app = Celery(set_as_current=False)
    app.conf.update(broker_url=redis_server.url, result_backend=redis_server.url)
    result = app.AsyncResult(job.id)
    assert result.state == ("FAILURE" if ending == "failed" else "REVOKED")
    with pytest.raises(Exception, match=r"The model failed|revoked"):
        result.get(timeout=10)


def test_every_change_is_announced_with_its_version(redis_world: RedisWorld) -> None:
    with redis_world.redis.pubsub(ignore_subscribe_messages=True) as pubsub:
        pubsub.psubscribe("kritiq:job:*")
        pubsub.get_message(timeout=10)
        create(redis_world.store, id="job-1")
        [taken] = claim(redis_world.store)
        redis_world.store.release([taken.tag])
        [taken] = claim(redis_world.store)
        redis_world.store.cancel("default", "job-1")
        redis_world.store.complete([succeeded(taken)])
        heard = list(_heard(pubsub, 6))
    assert heard == [b"1 queued", b"2 running", b"3 queued", b"4 running", b"5 running", b"6 canceled"]
    assert redis_world.store.get("default", "job-1").job.version == 6


def _heard(pubsub: Any, count: int) -> Iterator[bytes]:
    while count:
        message = pubsub.get_message(timeout=10)
        assert message is not None
        yield message["data"]
        count -= 1


def test_a_full_redis_refuses_new_jobs_and_keeps_the_old(redis_world: RedisWorld) -> None:
    job = create(redis_world.store)
    redis_world.redis.config_set("maxmemory", "1")
    try:
        with pytest.raises(Unavailable):
            create(redis_world.store)
    finally:
        redis_world.redis.config_set("maxmemory", "0")
    assert [taken.id for taken in claim(redis_world.store)] == [job.id]


def test_a_redis_that_is_away_is_unavailable_on_every_call() -> None:
    client = redis.Redis(port=free_port(), host="127.0.0.1", retry=None)
    store = RedisStore(client)
    job = make_job()
    calls = [
        lambda: store.create(job, REVIEW),
        lambda: store.get("default", job.id),
        lambda: store.cancel("default", job.id),
        lambda: store.claim(jobs=1, weight=1, lease_ms=1),
        lambda: store.take("default", job.id, "tag", lease_ms=1),
        lambda: store.drop(CeleryMessage(tag="tag", message=b"")),
        lambda: store.adopt(CeleryMessage(tag="tag", message=b""), job, REVIEW, lease_ms=1),
        lambda: store.release(["tag"]),
        lambda: store.sweep(),
        lambda: store.backlog(),
        lambda: store.workers(),
        lambda: store.ping(),
    ]
    for call in calls:
        with pytest.raises(Unavailable):
            call()
    client.close()


def test_ours_and_foreign_keys_do_not_collide(redis_world: RedisWorld) -> None:
    create(redis_world.store)
    work_off(redis_world.store)
    keys = {key.decode().split(":")[0] for key in redis_world.redis.scan_iter()}
    assert {key for key in keys if not key.startswith("celery-task-meta-")} == {"kritiq"}


@given(st.dictionaries(st.text(), st.text()), st.text(min_size=1))
def test_the_result_is_found_in_celerys_frame(result: dict[str, str], task: str) -> None:
    data = orjson.dumps(result)
    meta = success_meta(task, data)
    assert json.loads(meta)["result"] == result
    assert result_of("default", meta, PLAIN) == data


def test_a_record_holds_each_field_it_was_made_with(redis_world: RedisWorld) -> None:
    job = create(redis_world.store, restaurant="zur-post", deadline_at=redis_world.now() + 60_000)
    kept: Job = redis_world.store.get("default", job.id).job
    assert kept == job


def test_behind_a_flood_of_garbage_the_job_is_found_by_one_claim(redis_world: RedisWorld) -> None:
    job = create(redis_world.store)
    redis_world.redis.rpush(NORMAL, *[b"garbage"] * 50)
    assert [taken.id for taken in claim(redis_world.store, jobs=4)] == [job.id]
    assert len(RejectStore(redis_world.redis).all()) == 50
