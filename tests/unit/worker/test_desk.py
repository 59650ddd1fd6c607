"""The desk: bulk work gives way to urgent work, in what it begins and between two of its batches."""

import threading

import pytest

from tests.support.waiting import wait_for
from worker.desk import Desk, Lane
from worker.meter import Meter
from worker.pipeline import Prepared


def work() -> Prepared:
    return Prepared(claims=[], parts=[])


def lay(desk: Desk, lane: Lane) -> Prepared:
    prepared = work()
    assert desk.reserve(lane, 0)
    desk.put(lane, prepared)
    return prepared


def test_each_lane_takes_its_own_work() -> None:
    desk = Desk()
    bulk = lay(desk, Lane.BULK)
    assert desk.take(Lane.BULK) is bulk
    urgent = lay(desk, Lane.URGENT)
    assert desk.take(Lane.URGENT) is urgent, "beside the bulk work that is on the device"


def test_bulk_work_begins_when_nothing_urgent_is_left() -> None:
    desk = Desk()
    lay(desk, Lane.URGENT)
    bulk = lay(desk, Lane.BULK)
    taken: list[Prepared | None] = []
    thread = threading.Thread(target=lambda: taken.append(desk.take(Lane.BULK)), daemon=True)
    thread.start()
    desk.take(Lane.URGENT)
    assert not taken
    assert not desk.clear(0)
    desk.done(Lane.URGENT)
    wait_for(lambda: taken == [bulk], "bulk work begins")
    assert desk.clear(0)


def test_a_lane_has_three_places() -> None:
    desk = Desk()
    for _ in range(3):
        lay(desk, Lane.BULK)
    assert not desk.reserve(Lane.BULK, 0)
    assert desk.reserve(Lane.URGENT, 0), "the other lane has its own"
    desk.take(Lane.BULK)
    assert not desk.reserve(Lane.BULK, 0), "work on the device keeps its place"
    desk.done(Lane.BULK)
    assert desk.reserve(Lane.BULK, 0)


def test_urgent_work_ends_with_the_last_of_its_threads() -> None:
    desk = Desk()
    for _ in range(2):
        lay(desk, Lane.URGENT)
        desk.take(Lane.URGENT)
    desk.done(Lane.URGENT)
    assert not desk.clear(0)
    desk.done(Lane.URGENT)
    assert desk.clear(0)


def test_a_lanes_device_is_one_threads_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.desk.LOOK_UP_S", 0.001)
    desk = Desk()
    order: list[str] = []
    waits = threading.Event()

    def second() -> None:
        desk.acquire(Lane.BULK, waits.set)
        order.append("second")

    thread = threading.Thread(target=second, daemon=True)
    desk.acquire(Lane.BULK, lambda: None)
    thread.start()
    assert waits.wait(30)
    desk.acquire(Lane.URGENT, lambda: None)
    order += ["urgent, beside it", "first"]
    desk.release(Lane.BULK)
    thread.join(30)
    assert order == ["urgent, beside it", "first", "second"]


def test_whoever_waits_for_urgent_work_goes_on_moving(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.desk.LOOK_UP_S", 0.001)
    desk = Desk()
    lay(desk, Lane.URGENT)
    moved = threading.Semaphore(0)
    thread = threading.Thread(target=desk.give_way, args=(moved.release,), daemon=True)
    thread.start()
    for _ in range(3):
        assert moved.acquire(timeout=30)
    desk.take(Lane.URGENT)
    desk.done(Lane.URGENT)
    thread.join(30)
    assert not thread.is_alive()


def test_a_closed_lane_is_emptied_first() -> None:
    desk = Desk()
    bulk = lay(desk, Lane.BULK)
    desk.close(Lane.BULK)
    assert desk.take(Lane.BULK) is bulk
    assert desk.take(Lane.BULK) is None


def test_the_device_is_idle_while_no_thread_works() -> None:
    now = [0.0]
    meter = Meter(lambda: now[0])
    now[0] = 1.0
    with meter.at_work():
        now[0] = 3.0
        with meter.at_work():
            now[0] = 4.0
    now[0] = 9.0
    with meter.at_work():
        pass
    assert meter.take()["device_idle_ms"] == 1000 + 5000


def test_the_rate_counts_the_networks_time() -> None:
    meter = Meter(lambda: 0.0)
    assert meter.rate is None
    meter.judged(jobs=2, sentences=10, busy_ms=100)
    assert meter.rate == 100
    assert meter.take() == {"batches": 1, "jobs": 2, "sentences": 10, "device_busy_ms": 100}
    assert not meter.take()
