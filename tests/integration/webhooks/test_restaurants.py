"""Endpoints that are limited to restaurants: they get those restaurants' events, from the grant on, and no others.

On a real Redis; the receiver is a stub and time is the test's.
"""

from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.batch import Batch, Line
from jobs.errors import TooOften
from jobs.request import JobRequest, Priority
from store.batches import BatchStore
from tests.integration.webhooks.test_store import judged
from tests.support.factories import claim, succeeded
from tests.support.post import TENANT, Post, disable, enable
from tests.support.receiver_stub import ReceiverStub
from webhooks.delivery import DeliveryStatus
from webhooks.endpoint import Endpoint

ADLER, KRONE = ("adler",), ("adler", "krone")


def limit(post: Post, endpoint: Endpoint, *restaurants: str) -> None:
    """Its owner limits it."""
    post.endpoints.change(
        TENANT, endpoint.id, lambda old: replace(old, options=replace(old.options, restaurants=restaurants))
    )


def told(post: Post, endpoint: Endpoint) -> list[str]:
    """What an endpoint was told of, or is about to be, oldest first."""
    found = [delivery.subject for delivery in post.all() if delivery.endpoint == endpoint.id]
    return found[::-1]


def end_batch(post: Post, name: str, restaurant: str | None) -> str:
    asked = JobRequest(priority=Priority.BULK, restaurant=restaurant)
    lines = [Line(number=1, custom_id=None, text="Gut.")]
    BatchStore(post.redis).create(Batch(id=f"batch_{name}", request=asked), lines, target=20)
    (held,) = claim(post.jobs)
    post.jobs.complete([replace(succeeded(held), good=1)])
    return f"batch_{name}"


def test_it_is_told_of_its_restaurants_and_of_nothing_else(post: Post, receiver: ReceiverStub) -> None:
    all_, one = post.endpoint(), post.endpoint(restaurants=ADLER)
    subjects = [
        post.end_job(restaurant="adler"), post.end_job(restaurant="krone"), post.end_job(),
        end_batch(post, "a", "adler"), end_batch(post, "b", "krone"), end_batch(post, "c", None),
    ]  # fmt: skip
    assert told(post, one) == [subjects[0], subjects[3]]
    assert sorted(told(post, all_)) == sorted(subjects)
    post.turn()
    sent = [sent for sent in receiver.sent if sent.id.endswith(one.id)]
    assert [orjson.loads(each.body)["data"]["restaurant"] for each in sent] == ["adler", "adler"]


def test_a_limited_endpoint_hears_nothing_of_other_endpoints(post: Post, receiver: ReceiverStub) -> None:
    failing, one, all_ = post.endpoint("http://127.0.0.1:8/"), post.endpoint(restaurants=ADLER), post.endpoint()
    receiver.says = 410
    post.end_job()
    post.turn()
    assert not post.endpoints.get(TENANT, failing.id).enabled
    assert told(post, one) == []
    assert failing.id in told(post, all_)


def test_events_and_restaurants_must_both_fit(post: Post) -> None:
    failures = post.endpoint(restaurants=ADLER, events=("job.failed",))
    post.end_job(restaurant="adler")
    assert told(post, failures) == []


def test_the_last_restaurant_of_a_list_is_no_event_and_the_reverse(post: Post) -> None:
    # As the scripts see it: `job.failed|adler,job.succeeded`.
    endpoint = post.endpoint(restaurants=("adler", "job.succeeded"), events=("job.failed",))
    post.end_job(restaurant="adler")
    post.end_job(restaurant="job.failed")
    assert told(post, endpoint) == []


def test_what_waits_for_an_endpoint_that_was_limited_meanwhile_is_not_sent(post: Post, receiver: ReceiverStub) -> None:
    endpoint = post.endpoint()
    mine, other, none = post.end_job(restaurant="adler"), post.end_job(restaurant="krone"), post.end_job()
    limit(post, endpoint, "adler")
    post.turn()
    assert [sent.id for sent in receiver.sent] == [f"msg_{mine}_{endpoint.id}"]
    for job_id in (other, none):
        delivery = post.of(job_id, endpoint)
        assert (delivery.status, delivery.reason) == (DeliveryStatus.DROPPED, "not_granted")
        post.log.replay(TENANT, delivery.id)
    post.turn()
    assert len(receiver.sent) == 1


def test_a_limited_endpoint_can_be_pinged_and_the_ping_replayed(post: Post, receiver: ReceiverStub) -> None:
    endpoint = post.endpoint(restaurants=ADLER)
    ping = post.log.ping(TENANT, endpoint.id)
    post.turn()
    post.log.replay(TENANT, ping.id)
    post.turn()
    assert [sent.id for sent in receiver.sent] == [ping.id, ping.id]


class TestRecovery:
    """How far back it reaches. Jobs end by Redis' own clock: what is to be older than an endpoint ends before it."""

    def test_nothing_from_before_an_endpoint_was_made(self, post: Post, receiver: ReceiverStub) -> None:
        post.end_job(restaurant="adler")
        post.advance(s=1)
        for endpoint in (post.endpoint(), post.endpoint(restaurants=ADLER)):
            assert post.log.recover(TENANT, endpoint.id, since_ms=0) == 0

    def test_nothing_from_before_a_restaurant_was_granted(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint(restaurants=ADLER)
        disable(post, endpoint)
        own, other = post.end_job(restaurant="adler"), post.end_job(restaurant="krone")
        post.advance(s=1)
        limit(post, endpoint, *KRONE)
        enable(post, endpoint)
        assert post.log.recover(TENANT, endpoint.id, since_ms=0) == 1
        assert told(post, endpoint) == [own]
        assert other not in told(post, endpoint)

    def test_what_it_had_it_had_since_then(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        disable(post, endpoint)
        job_id = post.end_job(restaurant="adler")
        post.end_job(restaurant="hirsch")
        post.advance(s=1)
        limit(post, endpoint, *KRONE)
        enable(post, endpoint)
        assert post.log.recover(TENANT, endpoint.id, since_ms=0) == 1
        assert told(post, endpoint) == [job_id]

    def test_what_was_taken_away_and_granted_again_begins_anew(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint(restaurants=KRONE)
        receiver.says = 410
        post.end_job(restaurant="krone")
        post.turn()
        limit(post, endpoint, "adler")
        post.advance(s=1)
        limit(post, endpoint, *KRONE)
        enable(post, endpoint)
        assert post.log.recover(TENANT, endpoint.id, since_ms=0) == 0

    def test_all_restaurants_are_granted_when_the_limit_is_lifted(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint(restaurants=ADLER)
        disable(post, endpoint)
        post.end_job()
        post.advance(s=1)
        limit(post, endpoint)
        enable(post, endpoint)
        assert post.log.recover(TENANT, endpoint.id, since_ms=0) == 0


def ask(post: Post, endpoint: Endpoint, what: str) -> None:
    if what == "ping":
        post.log.ping(TENANT, endpoint.id)
    else:
        post.log.recover(TENANT, endpoint.id, since_ms=0)


@pytest.mark.parametrize("what", ["ping", "recover"])
def test_pings_and_recoveries_are_ten_a_minute_for_each_endpoint(post: Post, receiver: ReceiverStub, what: str) -> None:
    endpoint, other = post.endpoint(), post.endpoint()
    for _ in range(10):
        ask(post, endpoint, what)
    post.advance(s=20)
    with pytest.raises(TooOften) as caught:
        ask(post, endpoint, what)
    assert 35 <= caught.value.retry_after_s <= 41
    ask(post, other, what)
    ask(post, endpoint, "recover" if what == "ping" else "ping")
    post.advance(s=caught.value.retry_after_s)
    ask(post, endpoint, what)


RESTAURANT = st.sampled_from([None, "a", "b", "ab", "a.b", "job.succeeded"])


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    limits=st.lists(st.lists(RESTAURANT.filter(bool), unique=True, max_size=3), min_size=1, max_size=3),
    ended=st.lists(RESTAURANT, min_size=1, max_size=4),
)
def test_whatever_the_limits_each_endpoint_gets_what_they_say(post: Post, limits: Any, ended: Any) -> None:
    post.redis.flushall()
    endpoints = [post.endpoint(restaurants=tuple(names)) for names in limits]
    jobs = [(post.end_job(restaurant=name), name) for name in ended]
    for names, endpoint in zip(limits, endpoints, strict=True):
        wanted = [job_id for job_id, name in jobs if not names or name in names]
        assert sorted(told(post, endpoint)) == sorted(wanted)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    own=st.sampled_from([None, "krone", "adler"]),
    named=st.lists(st.sampled_from([None, "", "krone", "adler"]), min_size=1, max_size=3),
)
def test_a_batch_is_told_to_a_restaurants_endpoint_when_all_of_its_lines_are_the_restaurants(
    post: Post, receiver: ReceiverStub, own: str | None, named: list[str | None]
) -> None:
    """Whether they say it themselves or the batch does."""
    post.redis.flushall()
    receiver.sent.clear()
    post.endpoint(events=("batch.lines", "batch.completed", "batch.deleted"), restaurants=("krone",))
    lines = [Line(number=number, text="Gut.", restaurant=name) for number, name in enumerate(named, 1)]
    request = JobRequest(priority=Priority.BULK, restaurant=own)
    BatchStore(post.redis).create(Batch(id="batch_a", request=request), lines, target=20)
    post.jobs.complete([judged(held) for held in claim(post.jobs)])
    post.turn()
    BatchStore(post.redis).delete(TENANT, "batch_a")
    post.turn()
    theirs = {line.asked(request).restaurant for line in lines} == {"krone"}
    heard = [(sent.event["type"], sent.event["data"]["restaurant"]) for sent in receiver.sent]
    assert len(heard) >= 3 if theirs else not heard
    assert {restaurant for _, restaurant in heard} <= {"krone"}
