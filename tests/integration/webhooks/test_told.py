"""A delivery that arrives at the first attempt ends as a line among others, and reads as one with a record does."""

from dataclasses import replace
from typing import Any

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from jobs.errors import Gone
from jobs.job import new_id
from store import keys, webhook_keys
from store.deliveries import DeliveryStore
from store.forms import LOOKED_EVERY_S, KnownForm
from store.metrics import AFTERWARDS_MS, MetricsStore, ProcessReport
from store.reporter import Reporter
from store.schema import KNOWS
from store.told import KNOWN_AS_LINES, place_of
from telemetry.meter import Meter
from tests.support.post import TENANT, Post, id_made_at, take_away
from tests.support.receiver_stub import ReceiverStub
from tests.support.redis_server import RedisServer
from webhooks.delivery import Attempt, Delivery, DeliveryStatus, Trigger, Verdict
from worker.delivery.deliverer import Deliverer
from worker.delivery.sender import trust

SUCCEEDED = DeliveryStatus.SUCCEEDED
#: Ids of jobs: made here, and chosen by clients.
IDS = st.one_of(st.just(""), st.from_regex(r"[A-Za-z0-9._-]{1,40}", fullmatch=True))


def has_record(client: redis.Redis, delivery: Delivery) -> bool:
    """Whether it has one."""
    return bool(client.exists(webhook_keys.DELIVERY(TENANT, delivery.id)))


@pytest.fixture(scope="module")
def client(redis_server: RedisServer) -> redis.Redis:
    return redis_server.client()


@given(
    id_=IDS,
    answer=st.text(st.characters(exclude_categories=["Cs"]), max_size=180),
    restaurant=st.none() | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20),
    took_ms=st.none() | st.integers(0, 10**6),
    answered=st.none() | st.integers(200, 299),
    late_ms=st.integers(0, 10**10),
)
def test_all_that_there_is_of_it_is_told(
    client: redis.Redis, id_: str, answer: str, restaurant: str | None, took_ms: int | None, answered: int | None,
    late_ms: int,
) -> None:  # fmt: skip
    client.flushall()
    post = Post(client)
    endpoint = post.endpoint()
    job_id = post.end_job(id=id_ or new_id(), restaurant=restaurant)
    post.ahead_ms += late_ms
    (lease,) = post.lease()
    before = post.delivery(lease.id)
    attempt = Attempt(number=1, trigger=Trigger.SCHEDULE, started_at=post.deliveries.now_ms(), duration_ms=took_ms,
                      status=answered, answer=answer)  # fmt: skip
    post.deliveries.record(lease, Verdict.SUCCEEDED, attempt=attempt)
    after = post.delivery(lease.id)
    assert after.log == (attempt,)
    assert (after.status, after.attempts, after.trigger, after.reason) == (SUCCEEDED, 1, Trigger.SCHEDULE, None)
    for name in ("id", "tenant", "endpoint", "type", "subject", "restaurant", "event_at", "created_at"):
        assert getattr(after, name) == getattr(before, name)
    assert after.ended_at is not None
    assert after.ended_at >= attempt.started_at
    for found in (
        post.log.page(TENANT, size=9), post.log.page(TENANT, size=9, endpoint=endpoint.id),
        post.log.page(TENANT, size=9, subject=job_id), post.log.page(TENANT, size=9, status=SUCCEEDED),
    ):  # fmt: skip
        assert [each.id for each in found.deliveries] == [after.id]


def test_only_what_arrived_at_once_has_no_record(post: Post, receiver: ReceiverStub) -> None:
    endpoint = post.endpoint()
    receiver.says = 500
    tried_twice = post.end_job()
    post.turn()
    receiver.says = 200
    at_once = post.end_job()
    post.turn()
    post.wait()
    post.turn()
    assert has_record(post.redis, post.of(tried_twice, endpoint))
    assert len(post.of(tried_twice, endpoint).log) == 2
    assert not has_record(post.redis, post.of(at_once, endpoint))


def test_a_long_answer_has_a_record(post: Post, receiver: ReceiverStub) -> None:
    endpoint = post.endpoint()
    receiver.says, receiver.body = 200, "x" * 161
    job_id = post.end_job()
    post.turn()
    assert has_record(post.redis, post.of(job_id, endpoint))
    assert post.of(job_id, endpoint).log[0].answer == receiver.body


def test_many_jobs_share_a_key_and_it_goes_when_the_last_of_them_may(post: Post, receiver: ReceiverStub) -> None:
    post.endpoint()
    post.endpoint("http://127.0.0.1:9/other")
    now = post.deliveries.now_ms()
    jobs = [post.end_job(id=id_made_at(now, number)) for number in range(3)]
    post.turn()
    (place,) = {place_of(TENANT, job_id)[0] for job_id in jobs}
    assert post.redis.hlen(place) == 3
    assert {delivery.subject for delivery in post.all()} == set(jobs)
    assert len(post.all()) == 6
    log_ms = post.jobs._retention.delivery_log_ms
    assert log_ms - 60_000 < post.redis.pttl(place) <= log_ms
    assert list(post.redis.scan_iter("*deliveries-of*")) == []


@pytest.mark.parametrize("hours", [-2, 2])
def test_no_key_lives_on_for_jobs_of_another_time_whose_ids_say_otherwise(
    post: Post, receiver: ReceiverStub, hours: int
) -> None:
    """What a key has is kept as long as its last line, and a client may have all of its ids begin alike, for ever."""
    endpoint = post.endpoint()
    job_id = post.end_job(id=id_made_at(post.deliveries.now_ms() + hours * 3_600_000))
    post.turn()
    assert has_record(post.redis, post.of(job_id, endpoint))
    # What shares its key with no other job goes by its own time, whatever it is called.
    alone = post.end_job(id="review-4711")
    post.turn()
    assert not has_record(post.redis, post.of(alone, endpoint))


def test_a_page_goes_on_where_it_ended_with_lines_and_records_in_it(post: Post, receiver: ReceiverStub) -> None:
    for number in range(5):
        post.endpoint(f"http://127.0.0.1:9/{number}")
        receiver.by_url[f"http://127.0.0.1:9/{number}"] = 200 if number % 2 else 500
    job_id = post.end_job()
    post.turn()
    seen, place = [], None
    while True:
        page = post.log.page(TENANT, size=2, subject=job_id, before=place)
        seen += [delivery.id for delivery in page.deliveries]
        if (place := page.next) is None:
            break
    assert seen == [delivery.id for delivery in post.all()]
    assert len(seen) == 5


def test_all_of_an_organisations_are_one_list_also_of_endpoints_that_are_gone(
    post: Post, receiver: ReceiverStub
) -> None:
    endpoints = [post.endpoint(f"http://127.0.0.1:9/{number}") for number in range(3)]
    receiver.by_url["http://127.0.0.1:9/0"] = 500
    for _ in range(4):
        post.end_job()
        post.turn()
    post.endpoints.delete(TENANT, endpoints[2].id)
    seen, place = [], None
    while True:
        page = post.log.page(TENANT, size=5, before=place)
        seen += page.deliveries
        if (place := page.next) is None:
            break
    assert len({delivery.id for delivery in seen}) == len(seen) == 12
    assert [(each.created_at, each.id) for each in seen] == sorted(
        ((each.created_at, each.id) for each in seen), reverse=True
    )
    assert post.redis.zcard(webhook_keys.DELIVERIES(TENANT)) == 4


def test_it_is_sent_again_when_somebody_asks_and_keeps_its_log(post: Post, receiver: ReceiverStub) -> None:
    endpoint = post.endpoint()
    receiver.says, receiver.body = 200, "schon da"
    job_id = post.end_job(restaurant="adler")
    post.turn()
    before = post.of(job_id, endpoint)
    post.log.replay(TENANT, before.id)
    waiting = post.of(job_id, endpoint)
    assert (waiting.status, waiting.log, waiting.restaurant) == (DeliveryStatus.PENDING, before.log, "adler")
    post.turn()
    after = post.of(job_id, endpoint)
    assert (after.status, after.attempts, after.created_at) == (SUCCEEDED, 2, before.created_at)
    assert [attempt.trigger for attempt in after.log] == [Trigger.SCHEDULE, Trigger.REPLAY]
    assert post.redis.hget(*place_of(TENANT, job_id)) is None
    assert [delivery.id for delivery in post.all()] == [after.id]


def test_whoever_looks_while_it_is_sent_again_sees_it(
    post: Post, receiver: ReceiverStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = post.endpoint()
    lines = post.log._told
    for look in (post.delivery, lambda name: {each.id: each for each in post.all()}[name]):
        delivery = post.of(post.end_job(), endpoint)
        post.turn()

        def told(*asked: Any, name: str = delivery.id) -> dict[str, Delivery]:
            post.log.replay(TENANT, name)
            return lines(*asked)

        with monkeypatch.context() as patched:
            patched.setattr(post.log, "_told", told)
            assert look(delivery.id).status is DeliveryStatus.PENDING


def test_it_was_not_missed(post: Post, receiver: ReceiverStub) -> None:
    endpoint = post.endpoint()
    post.end_job()
    post.turn()
    assert post.log.recover(TENANT, endpoint.id, since_ms=0) == 0
    assert len(receiver.sent) == 1


def test_what_receivers_answered_goes_with_the_job_and_that_it_was_told_stays(
    post: Post, receiver: ReceiverStub
) -> None:
    endpoint = post.endpoint()
    receiver.says, receiver.body = 200, "Kanarienvogel"
    job_id = post.end_job()
    post.turn()
    take_away(post, job_id)
    told = post.of(job_id, endpoint)
    assert (told.status, told.log[0].answer) == (SUCCEEDED, "")
    kept = [post.redis.hgetall(key) for key in post.redis.scan_iter("*:told:*")]
    assert kept
    assert b"Kanarienvogel" not in repr(kept).encode()
    with pytest.raises(Gone):
        post.log.replay(TENANT, told.id)


def test_an_id_that_is_used_again_has_a_delivery_of_its_own(post: Post, receiver: ReceiverStub) -> None:
    endpoint = post.endpoint()
    first = post.end_job(id="mine")
    post.turn()
    take_away(post, first)
    post.turn()
    # The mark that answers 410 has gone.
    post.redis.delete(keys.JOB(TENANT, "mine"))
    post.end_job(id="mine")
    post.turn()
    assert len([sent for sent in receiver.sent if sent.event["type"] == "job.succeeded"]) == 2
    about = [delivery for delivery in post.all() if delivery.type == "job.succeeded"]
    assert len({delivery.id for delivery in about}) == 2
    assert post.of("mine", endpoint) in [post.delivery(delivery.id) for delivery in about]


def test_nobody_writes_lines_while_a_process_lives_that_cannot_read_them(post: Post, receiver: ReceiverStub) -> None:
    numbers, seconds = MetricsStore(post.redis), [0.0]
    agreement = KnownForm(numbers, KNOWN_AS_LINES, clock=lambda: seconds[0])
    post.deliveries = DeliveryStore(post.redis, post.cipher, as_lines=agreement, offset_ms=lambda: post.ahead_ms)
    post.deliverer = Deliverer(post.deliveries, policy=post.policy, tls=trust())
    endpoint = post.endpoint()
    old = ProcessReport(process="api", name="old@test", cpu_s=0.0, rss_bytes=0)
    new = replace(old, name="new@test", knows=KNOWS)

    def tell(report: ProcessReport, alive_ms: int = 60_000) -> None:
        numbers.push(report, {}, number=str(seconds[0]), alive_ms=alive_ms)
        seconds[0] += LOOKED_EVERY_S

    def as_line() -> bool:
        job_id = post.end_job()
        post.turn()
        assert post.of(job_id, endpoint).status is SUCCEEDED
        return not has_record(post.redis, post.of(job_id, endpoint))

    tell(new)
    assert as_line()
    tell(old)
    assert not as_line()
    # Redis was away for a while: who lives tells of itself again, and who was first finds nobody.
    post.redis.zadd(keys.PROCESSES, {"old@test": post.deliveries.now_ms() - 60_000})
    tell(new)
    assert not as_line()
    tell(old, alive_ms=0)
    post.redis.zadd(keys.PROCESSES, {"old@test": post.deliveries.now_ms() - AFTERWARDS_MS})
    seconds[0] += LOOKED_EVERY_S
    assert as_line()


def test_every_process_tells_what_it_knows(redis_client: redis.Redis) -> None:
    numbers = MetricsStore(redis_client)
    Reporter(numbers, Meter(), process="api", name="api@test").tell()
    assert [report.knows for report in numbers.processes()] == [KNOWS]
    assert numbers.all_know(KNOWS)
    assert not numbers.all_know(KNOWS + 1)
