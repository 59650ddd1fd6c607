"""What is deleted is told: whoever keeps something of it is to forget it, too. Time being over is told to nobody."""

import orjson
import pytest

from jobs.errors import NotFound
from jobs.job import DEFAULT_TTL_MS
from jobs.request import JobRequest
from store import keys, webhook_keys
from store.batches import BatchStore
from tests.integration.webhooks.test_restaurants import ADLER, end_batch, limit, told
from tests.support.factories import create
from tests.support.post import TENANT, Post, disable, enable
from tests.support.post import end_batch as end_any_batch
from tests.support.receiver_stub import ReceiverStub
from tests.support.worlds import RedisWorld
from webhooks.delivery import DeliveryStatus

URL = "http://127.0.0.1:9/einmal?gast=Kanarienvogel"


def heard(receiver: ReceiverStub) -> list[tuple[str, dict[str, object]]]:
    """Type and data of everything that was sent."""
    return [(event["type"], event["data"]) for event in (orjson.loads(each.body) for each in receiver.sent)]


def test_who_deletes_a_job_has_its_endpoints_told(post: Post, receiver: ReceiverStub) -> None:
    post.endpoint()
    job_id = post.end_job(restaurant="adler")
    post.turn()
    post.jobs.delete(TENANT, job_id)
    post.turn()
    ended, deleted = heard(receiver)
    assert ended[0] == "job.succeeded"
    assert deleted == ("job.deleted", {"job_id": job_id, "restaurant": "adler"})
    assert len({each.id for each in receiver.sent}) == 2


def test_who_deletes_a_batch_has_its_endpoints_told_once(post: Post, receiver: ReceiverStub) -> None:
    post.endpoint(events=("job.deleted", "batch.deleted"))
    batch_id = end_batch(post, "a", "adler")
    BatchStore(post.redis).delete(TENANT, batch_id)
    post.turn()
    assert heard(receiver) == [("batch.deleted", {"batch_id": batch_id, "restaurant": "adler"})]


def test_what_was_not_sent_yet_is_not_but_that_it_was_deleted_is(post: Post, receiver: ReceiverStub) -> None:
    endpoint = post.endpoint()
    job_id = post.end_job()
    post.jobs.delete(TENANT, job_id)
    post.turn()
    assert heard(receiver) == [("job.deleted", {"job_id": job_id, "restaurant": None})]
    assert post.of(job_id, endpoint).status is DeliveryStatus.DROPPED


def test_a_waiting_and_a_running_job_are_told_of_too(post: Post, receiver: ReceiverStub) -> None:
    post.endpoint(events=("job.deleted",))
    job = create(post.jobs)
    post.jobs.delete(TENANT, job.id)
    post.turn()
    assert heard(receiver) == [("job.deleted", {"job_id": job.id, "restaurant": None})]


def test_only_those_hear_of_it_that_heard_of_the_job(post: Post) -> None:
    one, other = post.endpoint(restaurants=ADLER), post.endpoint(restaurants=("krone",))
    job_id = post.end_job(restaurant="adler")
    post.jobs.delete(TENANT, job_id)
    assert told(post, one) == [job_id, job_id]
    assert told(post, other) == []


def test_one_that_was_limited_meanwhile_is_not_told(post: Post, receiver: ReceiverStub) -> None:
    endpoint = post.endpoint(events=("job.deleted",))
    job_id = post.end_job(restaurant="krone")
    post.jobs.delete(TENANT, job_id)
    limit(post, endpoint, *ADLER)
    post.turn()
    assert receiver.sent == []


def test_it_is_tried_again_replayed_and_recovered_as_any_other(post: Post, receiver: ReceiverStub) -> None:
    endpoint = post.endpoint(events=("job.deleted",), restaurants=ADLER)
    job_id = post.end_job(restaurant="adler")
    post.jobs.delete(TENANT, job_id)
    receiver.says = 500
    post.turn()
    receiver.says = 204
    post.wait()
    post.turn()
    (delivery,) = post.all()
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.SUCCEEDED, 2)
    post.log.replay(TENANT, delivery.id)
    post.turn()
    assert len(receiver.sent) == 3
    disable(post, endpoint)
    other = post.end_job(restaurant="adler")
    enable(post, endpoint)
    post.jobs.delete(TENANT, other)
    disable(post, endpoint)
    post.turn()
    enable(post, endpoint)
    assert post.log.recover(TENANT, endpoint.id, since_ms=0) == 1
    post.turn()
    assert heard(receiver)[-1] == ("job.deleted", {"job_id": other, "restaurant": "adler"})


def test_an_id_that_was_used_again_is_told_of_again(post: Post, receiver: ReceiverStub) -> None:
    post.endpoint(events=("job.deleted",))
    for _ in range(2):
        post.end_job(id="mine")
        post.jobs.delete(TENANT, "mine")
        post.redis.delete(keys.JOB(TENANT, "mine"))
        post.turn()
    assert [kind for kind, _ in heard(receiver)] == ["job.deleted", "job.deleted"]
    assert len({each.id for each in receiver.sent}) == 2


def test_that_a_job_is_past_its_time_is_told_to_nobody(post: Post, receiver: ReceiverStub) -> None:
    post.endpoint()
    post.end_job(ttl_ms=60_000)
    post.turn()
    world = RedisWorld(post.redis)
    world.advance(61_000)
    assert world.store.reconcile().purged == 1
    post.turn()
    assert [kind for kind, _ in heard(receiver)] == ["job.succeeded"]


def test_that_a_time_is_over_which_its_client_said_is_told(post: Post, receiver: ReceiverStub) -> None:
    post.endpoint(restaurants=ADLER)
    job_id = post.end_job(ttl_ms=60_000, ttl_s=60, restaurant="adler")
    batch_id = end_any_batch(post, request=JobRequest(restaurant="adler", ttl_s=60), ttl_ms=60_000)
    post.turn()
    world = RedisWorld(post.redis)
    world.advance(61_000)
    world.store.reconcile()
    post.turn()
    assert {(kind, data.get("job_id") or data.get("batch_id")) for kind, data in heard(receiver)} == {
        ("job.succeeded", job_id), ("job.deleted", job_id), ("batch.completed", batch_id), ("batch.deleted", batch_id),
    }  # fmt: skip
    assert len(receiver.sent) == 4


def test_whoever_may_have_what_is_still_being_sent_past_its_time_hears_that_it_was_deleted(
    post: Post, receiver: ReceiverStub
) -> None:
    """It may have arrived, though the receiver's answer was none."""
    post.endpoint()
    receiver.says = 500
    job_id = post.end_job(ttl_ms=60_000, restaurant="adler")
    post.turn()
    world = RedisWorld(post.redis)
    world.advance(61_000)
    world.store.reconcile()
    with pytest.raises(NotFound):
        post.jobs.delete(TENANT, job_id)
    receiver.says = 204
    while post.wait() is not None:
        post.turn()
    assert [kind for kind, _ in heard(receiver)] == ["job.succeeded", "job.deleted"]
    assert heard(receiver)[-1][1]["restaurant"] == "adler"


def test_a_url_that_came_with_a_job_goes_with_it(post: Post, receiver: ReceiverStub) -> None:
    post.endpoints.rotate_once(TENANT, grace_s=0)
    sent, waiting, sending = (post.end_job(webhook=URL) for _ in range(3))
    first, second, third = post.lease()
    post.deliverer.deliver(first)
    for job_id in (sent, waiting, sending):
        post.jobs.delete(TENANT, job_id)
    # It was being sent when its job was deleted: what comes of it is written down, and that was all.
    for lease in (second, third):
        post.deliverer.deliver(lease)
    post.turn()
    records = [post.redis.hgetall(webhook_keys.DELIVERY(TENANT, delivery.id)) for delivery in post.all()]
    assert len(records) == 3
    assert not any(b"Kanarienvogel" in value for record in records for value in record.values())


def test_what_receivers_answered_of_a_batch_goes_with_its_time(post: Post, receiver: ReceiverStub) -> None:
    post.endpoint()
    receiver.body = "Kanarienvogel"
    batch_id = end_batch(post, "a", "adler")
    post.turn()
    world = RedisWorld(post.redis)
    world.advance(DEFAULT_TTL_MS + 1_000)
    world.store.reconcile()
    (delivery,) = post.all()
    assert delivery.status is DeliveryStatus.SUCCEEDED
    assert [attempt.answer for attempt in post.delivery(delivery.id).log] == [""]
    assert post.redis.hgetall(keys.BATCH(TENANT, batch_id)) == {b"gone": b"1"}
