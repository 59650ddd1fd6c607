"""A job or batch past its time is told to receivers that were down until then; for everybody else it is gone."""

from contextlib import suppress

import orjson
import pytest

from jobs.errors import Gone
from jobs.job import Status, task_id
from jobs.request import JobRequest
from jobs.stored import JobFilter
from store import keys
from store.batches import BatchStore
from store.key import author_digest
from tests.support.factories import create
from tests.support.post import TENANT, Post, end_batch, take_away
from tests.support.receiver_stub import ReceiverStub, Sent
from tests.support.worlds import RedisWorld
from webhooks.delivery import DeliveryStatus
from webhooks.endpoint import Endpoint

HOUR_MS = 3_600_000


@pytest.fixture
def endpoint(post: Post, receiver: ReceiverStub) -> Endpoint:
    """Of a receiver that is down, for the events of one restaurant."""
    receiver.says = 503
    return post.endpoint(restaurants=("adler",), include_text=True)


def let_time_pass(post: Post, ms: int) -> None:
    """And have the reconciler look."""
    RedisWorld(post.redis).advance(ms)
    post.jobs.reconcile()


def kept(post: Post) -> list[bytes]:
    return list(post.redis.scan_iter("kritiq:*:unsent:*"))


@pytest.fixture(params=["job", "batch"])
def ended(request: pytest.FixtureRequest, post: Post, endpoint: Endpoint) -> str:
    """What ended with a lifetime of an hour, and could not be delivered."""
    if request.param == "job":
        name = post.end_job(restaurant="adler", ttl_ms=HOUR_MS)
    else:
        name = end_batch(post, ttl_ms=HOUR_MS, request=JobRequest(restaurant="adler"))
    post.turn()
    return name


def told(sent: Sent) -> bytes:
    """What a webhook tells; its time is left out, as `RedisWorld` makes all times older."""
    data = {name: value for name, value in sent.event["data"].items() if name != "finished_at"}
    return orjson.dumps([sent.event["type"], data])


def read(post: Post, ended: str) -> object:
    return BatchStore(post.redis).get(TENANT, ended) if ended.startswith("batch") else post.jobs.get(TENANT, ended)


def test_a_receiver_that_was_down_past_its_time_is_told_all_of_it(
    post: Post, receiver: ReceiverStub, endpoint: Endpoint, ended: str
) -> None:
    let_time_pass(post, 30 * HOUR_MS)
    post.turn()
    receiver.says = 204
    let_time_pass(post, 20 * HOUR_MS)
    post.turn()
    post.jobs.reconcile()
    assert post.of(ended, endpoint).status is DeliveryStatus.SUCCEEDED
    assert len(receiver.sent) >= 3
    assert len({told(sent) for sent in receiver.sent}) == 1, "the same is told each time"
    assert kept(post) == []


def test_nobody_else_finds_anything_of_it(post: Post, endpoint: Endpoint, ended: str) -> None:
    let_time_pass(post, 2 * HOUR_MS)
    with pytest.raises(Gone):
        read(post, ended)
    assert not post.redis.exists(keys.RESULT(task_id(TENANT, ended)))
    (unsent,) = kept(post)
    assert b"text" not in post.redis.hgetall(unsent)
    assert ended not in [job.id for job in post.jobs.page(TENANT, JobFilter(), size=10).jobs]


def test_it_goes_when_the_delivery_is_given_up(post: Post, endpoint: Endpoint, ended: str) -> None:
    let_time_pass(post, 2 * HOUR_MS)
    while post.of(ended, endpoint).status is DeliveryStatus.PENDING:
        RedisWorld(post.redis).advance(12 * HOUR_MS)
        post.turn()
    post.jobs.reconcile()
    assert post.of(ended, endpoint).status in (DeliveryStatus.FAILED, DeliveryStatus.DROPPED)
    assert kept(post) == []


def test_it_goes_after_a_week_whatever_happens(post: Post, endpoint: Endpoint, ended: str) -> None:
    let_time_pass(post, 2 * HOUR_MS)
    assert kept(post)
    let_time_pass(post, 7 * 24 * HOUR_MS)
    if ended.startswith("job"):
        assert post.of(ended, endpoint).reason == "job_gone"
        assert kept(post) == []
    RedisWorld(post.redis).advance(24 * HOUR_MS)
    assert kept(post) == [], "and should no reconciler be there, Redis itself takes it"


def test_its_owner_erases_it_all_the_same(post: Post, receiver: ReceiverStub, endpoint: Endpoint, ended: str) -> None:
    let_time_pass(post, 2 * HOUR_MS)
    before = len(receiver.sent)
    with suppress(Gone):  # as it is for its owner, too
        take_away(post, ended)
    assert kept(post) == []
    RedisWorld(post.redis).advance(12 * HOUR_MS)
    post.turn()
    delivery = post.of(ended, endpoint)
    assert (delivery.status, delivery.reason) == (DeliveryStatus.DROPPED, "job_gone")
    what = "batch" if ended.startswith("batch") else "job"
    # A receiver may have kept what it was sent last, though its answer was none.
    assert [sent.event["type"] for sent in receiver.sent[before:]] == [f"{what}.deleted"]
    assert b"Essen" not in receiver.sent[-1].body


def test_whoever_erases_a_restaurant_or_an_author_still_finds_it(post: Post, receiver: ReceiverStub) -> None:
    receiver.says = 503
    post.endpoint()
    job_id = post.end_job(restaurant="adler", external_author="7", ttl_ms=HOUR_MS)
    indexes = [keys.RESTAURANT(TENANT, "adler"), keys.AUTHOR(TENANT, author_digest("7"))]
    let_time_pass(post, 2 * HOUR_MS)
    assert [post.redis.zrange(index, 0, -1) for index in indexes] == [[job_id.encode()]] * 2
    with suppress(Gone):
        post.jobs.delete(TENANT, job_id)
    assert not post.redis.exists(*indexes)


def test_what_was_delivered_leaves_nothing(post: Post, receiver: ReceiverStub) -> None:
    receiver.body = "Danke"
    endpoint = post.endpoint()
    job_id = post.end_job(ttl_ms=HOUR_MS)
    post.turn()
    let_time_pass(post, 2 * HOUR_MS)
    assert kept(post) == []
    assert [attempt.answer for attempt in post.of(job_id, endpoint).log] == [""]


def test_another_job_with_its_id_is_told_as_itself(post: Post, receiver: ReceiverStub) -> None:
    receiver.says = 503
    endpoint = post.endpoint()
    job_id = post.end_job(ttl_ms=HOUR_MS)
    post.turn()
    let_time_pass(post, 2 * HOUR_MS)
    RedisWorld(post.redis).advance(25 * HOUR_MS)
    create(post.jobs, id=job_id)
    assert kept(post) == []
    post.turn()
    assert post.of(job_id, endpoint).reason == "job_gone"


def test_a_failed_job_is_told_with_its_reason(post: Post, receiver: ReceiverStub, endpoint: Endpoint) -> None:
    post.end_job(Status.FAILED, restaurant="adler", ttl_ms=HOUR_MS)
    post.turn()
    let_time_pass(post, 2 * HOUR_MS)
    receiver.says = 204
    RedisWorld(post.redis).advance(HOUR_MS)
    post.turn()
    first, *_, last = receiver.sent
    assert last.event["data"]["error"]["code"]
    assert told(first) == told(last)
