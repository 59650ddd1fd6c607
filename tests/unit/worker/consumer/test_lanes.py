"""The lanes: bulk work gives way to urgent work, in what it begins and between two of its batches."""

import threading
from dataclasses import replace
from typing import Any

import pytest

from jobs.lane import Lane
from tests.support.factories import make_claim
from tests.support.waiting import wait_for
from worker.consumer.device_metrics import Metrics
from worker.consumer.lanes import HeldClaims, Lanes
from worker.consumer.last_minute import Lately
from worker.predict.prepare import Prepared


def work() -> Prepared:
    return Prepared(claims=[], parts=[])


def lay(lanes: Lanes, lane: Lane) -> Prepared:
    prepared = work()
    assert lanes.reserve(lane, 0)
    lanes.put(lane, prepared)
    return prepared


def test_each_lane_takes_its_own_work() -> None:
    lanes = Lanes()
    bulk = lay(lanes, Lane.BULK)
    assert lanes.take(Lane.BULK) is bulk
    urgent = lay(lanes, Lane.URGENT)
    assert lanes.take(Lane.URGENT) is urgent, "beside the bulk work that is on the device"


def test_bulk_work_begins_when_nothing_urgent_is_left() -> None:
    lanes = Lanes()
    lay(lanes, Lane.URGENT)
    bulk = lay(lanes, Lane.BULK)
    taken: list[Prepared | None] = []
    thread = threading.Thread(target=lambda: taken.append(lanes.take(Lane.BULK)), daemon=True)
    thread.start()
    lanes.take(Lane.URGENT)
    assert not taken
    assert not lanes.clear(Lane.BULK, 0)
    lanes.done(Lane.URGENT)
    wait_for(lambda: taken == [bulk], "bulk work begins")
    assert lanes.clear(Lane.BULK, 0)


def test_single_reviews_begin_when_no_high_one_is_left() -> None:
    lanes = Lanes()
    lay(lanes, Lane.HIGH)
    lay(lanes, Lane.URGENT)
    assert not lanes.clear(Lane.URGENT, 0)
    assert not lanes.clear(Lane.BULK, 0)
    assert lanes.clear(Lane.HIGH, 0)
    lanes.take(Lane.HIGH)
    lanes.done(Lane.HIGH)
    assert lanes.clear(Lane.URGENT, 0)
    assert not lanes.clear(Lane.BULK, 0), "single reviews are left"


def test_a_lane_has_three_places() -> None:
    lanes = Lanes()
    for _ in range(3):
        lay(lanes, Lane.BULK)
    assert not lanes.reserve(Lane.BULK, 0)
    assert lanes.reserve(Lane.URGENT, 0), "the other lane has its own"
    lanes.take(Lane.BULK)
    assert not lanes.reserve(Lane.BULK, 0), "work on the device keeps its place"
    lanes.done(Lane.BULK)
    assert lanes.reserve(Lane.BULK, 0)


def claimed(*weights: int, suspect: bool = False) -> Prepared:
    claims = [replace(make_claim(), weight=weight, suspect=suspect) for weight in weights]
    return Prepared(claims=claims, parts=[])


def test_what_is_ready_when_the_device_is_free_is_taken_together_up_to_a_claims_size() -> None:
    lanes = Lanes()
    for each in (first := claimed(1), second := claimed(2, 3), claimed(5)):
        assert lanes.reserve(Lane.URGENT, 0)
        lanes.put(Lane.URGENT, each)
    assert lanes.take(Lane.URGENT) is first
    assert lanes.more(Lane.URGENT, first, jobs=8, weight=10) == [second]
    assert lanes.more(Lane.URGENT, claimed(1, 2, 3), jobs=3, weight=100) == [], "as many jobs as a claim has"
    assert lanes.reserve(Lane.URGENT, 0), "what was taken along has left its place"
    assert not lanes.reserve(Lane.URGENT, 0)


def test_nobody_takes_what_is_ready_before_the_work_that_waits_for_the_device() -> None:
    lanes = Lanes()
    first, second = lay(lanes, Lane.URGENT), lay(lanes, Lane.URGENT)
    taken: list[Prepared | None] = []
    assert lanes.take(Lane.URGENT) is first
    thread = threading.Thread(target=lambda: taken.append(lanes.take(Lane.URGENT)), daemon=True)
    thread.start()
    assert lanes.more(Lane.URGENT, first, jobs=8, weight=10) == [second]
    third = lay(lanes, Lane.URGENT)
    wait_for(lambda: taken == [third], "the other thread takes what came later")


def test_what_may_have_killed_a_worker_is_taken_alone() -> None:
    lanes = Lanes()
    for each in (first := claimed(1), suspect := claimed(1, suspect=True), claimed(1)):
        assert lanes.reserve(Lane.URGENT, 0)
        lanes.put(Lane.URGENT, each)
    assert lanes.take(Lane.URGENT) is first
    assert lanes.more(Lane.URGENT, first, jobs=8, weight=10) == []
    assert lanes.take(Lane.URGENT) is suspect
    assert lanes.more(Lane.URGENT, suspect, jobs=8, weight=10) == []


def test_urgent_work_ends_with_the_last_of_its_threads() -> None:
    lanes = Lanes()
    for _ in range(2):
        urgent = lay(lanes, Lane.URGENT)
        lanes.take(Lane.URGENT)
        lanes.more(Lane.URGENT, urgent, jobs=1, weight=1)
    lanes.done(Lane.URGENT)
    assert not lanes.clear(Lane.BULK, 0)
    lanes.done(Lane.URGENT)
    assert lanes.clear(Lane.BULK, 0)


def test_a_lanes_device_is_one_threads_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.consumer.lanes.LOOK_UP_S", 0.001)
    lanes = Lanes()
    order: list[str] = []
    waits = threading.Event()

    def second() -> None:
        lanes.acquire(Lane.BULK, waits.set)
        order.append("second")

    thread = threading.Thread(target=second, daemon=True)
    lanes.acquire(Lane.BULK, lambda: None)
    thread.start()
    assert waits.wait(30)
    lanes.acquire(Lane.URGENT, lambda: None)
    order += ["urgent, beside it", "first"]
    lanes.release(Lane.BULK)
    thread.join(30)
    assert order == ["urgent, beside it", "first", "second"]


def test_whoever_waits_for_urgent_work_goes_on_moving(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.consumer.lanes.LOOK_UP_S", 0.001)
    lanes = Lanes()
    lay(lanes, Lane.URGENT)
    moved = threading.Semaphore(0)
    thread = threading.Thread(target=lanes.give_way, args=(Lane.BULK, moved.release), daemon=True)
    thread.start()
    for _ in range(3):
        assert moved.acquire(timeout=30)
    lanes.take(Lane.URGENT)
    lanes.done(Lane.URGENT)
    thread.join(30)
    assert not thread.is_alive()


def test_a_closed_lane_is_emptied_first() -> None:
    lanes = Lanes()
    bulk = lay(lanes, Lane.BULK)
    lanes.close(Lane.BULK)
    assert lanes.take(Lane.BULK) is bulk
    assert lanes.take(Lane.BULK) is None


def test_the_device_is_idle_while_no_thread_works() -> None:
    now = [0.0]
    metrics = Metrics(lambda: now[0])
    now[0] = 1.0
    with metrics.at_work():
        now[0] = 3.0
        with metrics.at_work():
            now[0] = 4.0
    now[0] = 9.0
    with metrics.at_work():
        pass
    assert metrics.take()["device_idle_ms"] == 1000 + 5000


def test_how_busy_it_was_and_how_large_its_batches_were_is_that_of_the_last_minute() -> None:
    now = [100.0]
    metrics = Metrics(lambda: now[0])
    assert metrics.lately() == Lately(busy=None, batch_sentences=None)

    def work(seconds: float, sentences: int) -> None:
        with metrics.at_work():
            now[0] += seconds
            metrics.judged(jobs=1, sentences=sentences, busy_ms=round(seconds * 1000))

    work(5.0, 30)
    now[0] += 5.0
    assert metrics.lately() == Lately(busy=0.5, batch_sentences=30.0)
    work(10.0, 11)
    assert metrics.lately() == Lately(busy=0.75, batch_sentences=20.5)
    with metrics.at_work():
        # What goes on counts as far as it has come.
        now[0] += 60.0
        assert metrics.lately() == Lately(busy=1.0, batch_sentences=None)
    now[0] += 600.0
    assert metrics.lately() == Lately(busy=0.0, batch_sentences=None)


def test_the_rate_counts_the_networks_time() -> None:
    metrics = Metrics(lambda: 0.0)
    assert metrics.rate is None
    metrics.judged(jobs=2, sentences=10, busy_ms=100)
    assert metrics.rate == 100
    assert metrics.take() == {"batches": 1, "jobs": 2, "sentences": 10, "device_busy_ms": 100}
    assert not metrics.take()


def test_reading_sentences_again_for_their_evidence_does_not_lower_the_rate() -> None:
    metrics = Metrics(lambda: 0.0)
    metrics.judged(jobs=2, sentences=10, busy_ms=3_100, explaining_ms=3_000)
    assert metrics.rate == 100
    assert metrics.take()["device_busy_ms"] == 3_100


@pytest.mark.parametrize(
    ("changes", "fresh"),
    [({"id": "job_1"}, True), ({"id": "batch_1.0"}, True), ({"id": "own"}, False),
     ({"id": "job_1", "celery_headers": b"{}"}, False)],
)  # fmt: skip
def test_a_task_of_a_celery_client_is_always_asked_about(changes: dict[str, Any], fresh: bool) -> None:
    held, claims = HeldClaims(), [make_claim(**changes)]
    held.add(claims)
    assert held.fresh(claims) is fresh
