"""A bundle of reviews: held without a device until its reviews, jobs of their own, have ended."""

import threading
from collections.abc import Sequence
from typing import Any

import orjson
import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from jobs.bundle import Bundle
from jobs.errors import Gone, OverLimit, Unavailable
from jobs.job import Claim, Job, Status
from jobs.request import Form, JobRequest, Priority
from jobs.store import JobStore
from jobs.stored import Created
from store.jobs import RedisStore
from tests.support.clock import Clock
from tests.support.factories import LEASE_MS, RESULT, FakePredictor, claim, create, failed, succeeded
from tests.support.model_store import ModelStore
from tests.support.waiting import wait_for
from tests.support.worlds import RedisWorld, World
from tests.unit.worker.consumer.test_hard_times import Events, make_consumer
from worker.consumer.bundles import AT_ONCE, Bundles

TEXTS = ["Erste.", "Zweite.", "Dritte."]
#: Milliseconds after which a worker counts as lost.
LOST_MS = LEASE_MS + 1


def send(store: JobStore, texts: Sequence[str] = TEXTS, **changes: Any) -> Job:
    """A bundle that waits."""
    bundle = Bundle(reviews=[(text, JobRequest()) for text in texts])
    return create(store, bundle.encode(), **{"form": Form.BUNDLE, "weight": 1} | changes)


def bundles(store: JobStore) -> Bundles:
    return Bundles(store, Events(), lease_ms=LEASE_MS, finished=threading.Event())


def taken(store: JobStore) -> tuple[Bundles, Claim]:
    """A worker that holds the one bundle that waits, whose reviews have become jobs."""
    held = bundles(store)
    (found,) = claim(store)
    held.take([found])
    held.round()
    return held, found


def status(store: JobStore, job: Job) -> Status:
    return store.get(job.tenant, job.id).job.status


@given(
    st.lists(
        st.tuples(
            st.text(), st.builds(JobRequest, priority=st.sampled_from(Priority), include_none=st.booleans()),
        )
    )
)  # fmt: skip
def test_what_is_encoded_is_what_is_decoded(reviews: list[tuple[str, JobRequest]]) -> None:
    bundle = Bundle(reviews=reviews)
    assert Bundle.decode(bundle.encode()) == bundle


def test_its_result_is_the_list_of_its_reviews_results(store: JobStore) -> None:
    job = send(store)
    held, _ = taken(store)
    reviews = claim(store)
    assert [each.text for each in reviews] == TEXTS
    # In another order than they are in.
    for number, each in reversed([*enumerate(reviews)]):
        assert status(store, job) is Status.RUNNING
        store.complete([succeeded(each, b'{"number":%d}' % number)])
        held.round()
    assert store.get("default", job.id).result == b'[{"number":0},{"number":1},{"number":2}]'
    assert held.claims() == []


def test_the_reviews_of_a_large_one_become_jobs_part_by_part(store: JobStore) -> None:
    job = send(store, ["Gut."] * (2 * AT_ONCE + 1))
    held = bundles(store)
    held.take(claim(store))
    made = []
    busy = True
    while busy:
        busy = held.round()
        made.append(sum(store.backlog().waiting_jobs.values()))
    assert made == [AT_ONCE, 2 * AT_ONCE, 2 * AT_ONCE + 1]
    assert status(store, job) is Status.RUNNING


def test_a_review_that_fails_ends_it_and_calls_the_others_off(store: JobStore) -> None:
    job = send(store)
    held, _ = taken(store)
    first, *_ = claim(store, jobs=1)
    store.complete([failed(first)])
    held.round()
    found = store.get("default", job.id).job
    assert (found.status, found.error and found.error.code) == (Status.FAILED, "prediction_failed")
    assert claim(store) == []


@pytest.mark.parametrize("end", ["cancel", "delete"])
def test_whoever_calls_it_off_calls_its_reviews_off(store: JobStore, end: str) -> None:
    job = send(store)
    held, _ = taken(store)
    getattr(store, end)("default", job.id)
    held.round()
    assert claim(store) == []
    assert held.claims() == []


def test_one_whose_time_is_over_expires_with_its_reviews() -> None:
    clock = Clock()
    store = ModelStore(clock)
    job = send(store, deadline_at=clock() + 1_000)
    held, _ = taken(store)
    clock.advance(2_000)
    held.round()
    assert status(store, job) is Status.EXPIRED
    assert claim(store) == []


def test_one_that_was_lost_with_its_worker_finds_its_reviews_again() -> None:
    clock = Clock()
    store = ModelStore(clock)
    job = send(store)
    taken(store)
    (first, *_) = claim(store, jobs=1)
    store.complete([succeeded(first)])
    clock.advance(LOST_MS)
    store.sweep(strikes=3)
    held = bundles(store)
    held.take([each for each in claim(store, jobs=1) if each.id == job.id])
    held.round()
    reviews = claim(store)
    assert [each.text for each in reviews] == TEXTS[1:], "none is made twice"
    store.complete([succeeded(each) for each in reviews])
    held.round()
    assert store.get("default", job.id).result == b"[" + b",".join([RESULT] * 3) + b"]"


def test_it_is_not_to_blame_for_the_workers_that_it_was_lost_with(world: World) -> None:
    # Whatever killed them was on the device, which a bundle never is.
    job = send(world.store)
    for attempt in range(1, 6):
        (found,) = claim(world.store, idle=False)
        assert (found.id, found.attempt, found.suspect) == (job.id, attempt, False)
        world.advance(LOST_MS)
        world.store.sweep(strikes=3)
    assert status(world.store, job) is Status.QUEUED


def test_those_of_a_lost_worker_are_done_by_a_single_other_one() -> None:
    # What was lost with a worker is handed to one that is idle: who holds a bundle must be.
    clock = Clock()
    store = ModelStore(clock)
    jobs = [send(store), send(store)]
    lost = bundles(store)
    lost.take(claim(store))
    lost.round()
    claim(store)
    clock.advance(LOST_MS)
    while store.sweep(strikes=3)[0]:
        pass
    consumer = make_consumer(store, FakePredictor(), lease_ms=LEASE_MS)
    consumer.start()
    try:
        wait_for(lambda: {status(store, job) for job in jobs} == {Status.SUCCEEDED}, "both are done")
    finally:
        consumer.stop(30)


def test_a_worker_that_ends_hands_it_back() -> None:
    store = ModelStore()
    job = send(store, ["Gut."])
    predictor = FakePredictor(gate=threading.Event())
    consumer = make_consumer(store, predictor)
    consumer.start()
    assert predictor.judging.wait(30)
    consumer.stop(0.1)
    predictor.gate.set()  # type: ignore[union-attr]
    assert status(store, job) is Status.QUEUED


class Full(ModelStore):
    """Whose organisation may have only one review waiting."""

    def create(self, job: Job, text: str, **options: Any) -> Created:
        if any(self.backlog().waiting_jobs.values()):
            raise OverLimit("1 of your sentences are waiting already, and 1 may.", retry_after_s=5)
        return super().create(job, text, **options)


def test_it_waits_for_room_when_its_organisation_may_have_no_more() -> None:
    store = Full()
    job = send(store)
    held = bundles(store)
    held.take(claim(store))
    for _ in TEXTS:
        while held.round():
            pass
        assert sum(store.backlog().waiting_jobs.values()) == 1
        store.complete([succeeded(each) for each in claim(store)])
    held.round()
    assert status(store, job) is Status.SUCCEEDED


def test_it_outlives_a_store_that_is_away() -> None:
    class Away(ModelStore):
        away = False

        def renew(self, claims: Sequence[Claim], *, lease_ms: int) -> list[Status | None]:
            if self.away:
                raise Unavailable
            return super().renew(claims, lease_ms=lease_ms)

    store = Away()
    send(store)
    held, _ = taken(store)
    store.away = True
    with pytest.raises(Unavailable):
        held.round()
    assert len(held.claims()) == 1


def test_a_review_that_is_deleted_leaves_its_bundle(redis_client: redis.Redis) -> None:
    store = RedisStore(redis_client)
    job = send(store)
    held, _ = taken(store)
    reviews = claim(store)
    store.complete([succeeded(each) for each in reviews])
    held.round()
    assert TEXTS[0] in store.text("default", job.id)
    store.delete("default", reviews[0].id)
    with pytest.raises(Gone):
        store.get("default", job.id)
    assert redis_client.hget(f"kritiq:job:default:{job.id}", "text") is None
    dumped = b"".join(redis_client.dump(key) or b"" for key in redis_client.scan_iter("*"))
    assert TEXTS[0].encode() not in dumped


def test_one_whose_review_is_deleted_before_it_has_ended_is_canceled(redis_client: redis.Redis) -> None:
    store = RedisStore(redis_client)
    running, waiting = send(store), send(store)
    held = bundles(store)
    (first, second) = claim(store)
    held.take([first, second])
    held.round()
    # The second one is another worker's next.
    store.release([second.tag])
    for each in (first, second):
        store.delete("default", Bundle.decode(each.text).job_id(each, 0))
    held.round()
    assert {status(store, job) for job in (running, waiting)} == {Status.CANCELED}
    assert claim(store) == [], "nobody waits for the other reviews"


def test_a_review_whose_time_is_over_takes_no_answer_from_a_bundle_that_goes_on(redis_client: redis.Redis) -> None:
    world = RedisWorld(redis_client)
    store = world.store
    bundle = Bundle(reviews=[("Kurz.", JobRequest(ttl_s=60)), ("Lang.", JobRequest())])
    job = create(store, bundle.encode(), form=Form.BUNDLE, weight=1)
    held, _ = taken(store)
    (first, second) = claim(store)
    store.complete([succeeded(first)])
    held.round()
    world.advance(61_000)
    store.reconcile(strikes=3)
    store.complete([succeeded(second)])
    held.round()
    assert orjson.loads(store.get("default", job.id).result or b"") == [orjson.loads(RESULT)] * 2
