"""A turn on the device: whose it is, and how long the network worked in it."""

from typing import Any

import pytest

from jobs.job import Status
from jobs.timings import Timings
from tests.support.factories import FakeEncoded, FakePredictor, make_claim
from worker.predict.device_turn import DeviceTurn
from worker.predict.pipeline import Pipeline


class Clock:
    """A clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_networks_time_is_counted_without_waiting_and_without_pauses() -> None:
    clock = Clock()

    def acquire() -> None:
        clock.now += 100  # somebody else has it

    def between() -> None:
        clock.now += 50

    turn = DeviceTurn(between, acquire, clock=clock)
    for _ in range(2):
        with turn.network():  # gives way before the clock runs
            clock.now += 3
            turn.pause()
            clock.now += 4
    assert turn.seconds == 14
    assert turn.waited_s == 400
    with turn.explaining():
        clock.now += 30
        turn.pause()
    assert (turn.seconds, turn.explaining_s) == (44, 30)


def test_every_second_of_an_attempt_is_split_waited_or_judged() -> None:
    clock = Clock()

    class Slow(FakePredictor):
        def split(self, *given: Any) -> Any:
            clock.now += 1
            return super().split(*given)

        def judge(self, encoded: FakeEncoded, between: Any = None, judged: Any = None) -> list[str]:
            clock.now += 4
            between()
            return super().judge(encoded)

    def others() -> None:
        clock.now += 16

    pipeline = Pipeline(Slow().as_predictor(), clock=clock)
    prepared = pipeline.prepare([make_claim(), make_claim()], others)
    clock.now += 64  # it is ready, and nobody takes it
    turn = DeviceTurn(others, acquire=others, clock=clock)
    timings = {outcome.timings for outcome in pipeline.judge(prepared, turn)}
    # It gave way before each review, to whoever had the device, before the network began and between two batches.
    assert timings == {Timings(tokenize_ms=2_000, wait_ms=(64 + 5 * 16) * 1000, inference_ms=4_000)}


def test_a_review_that_fails_has_its_times_too() -> None:
    pipeline = Pipeline(FakePredictor(poison="Gift").as_predictor())
    [outcome] = pipeline.judge(pipeline.prepare([make_claim("Gift.")]))
    assert (outcome.status, outcome.timings is None) == (Status.FAILED, False)


def told(order: list[str]) -> DeviceTurn:
    return DeviceTurn(acquire=lambda: order.append("acquired"), release=lambda: order.append("released"))


def test_the_device_is_ours_from_the_beginning_and_free_after_each_use() -> None:
    order: list[str] = []
    with told(order) as turn:
        order.append("decided")
        with turn.network():
            order.append("judged")
        with turn.network():
            order.append("judged")
        order.append("stored")
    assert order == ["acquired", "decided", "judged", "released", "acquired", "judged", "released", "stored"]


def test_a_turn_that_does_nothing_gives_the_device_back() -> None:
    order: list[str] = []
    with told(order):
        pass
    assert order == ["acquired", "released"]


def test_the_device_is_given_back_once_after_an_error() -> None:
    order: list[str] = []
    with pytest.raises(RuntimeError), told(order) as turn, turn.network():
        raise RuntimeError
    assert order == ["acquired", "released"]


def test_bulk_work_gives_way_when_the_device_has_come_free() -> None:
    order: list[str] = []
    with DeviceTurn(lambda: order.append("gave way"), lambda: order.append("acquired")) as turn:
        order.append("decided")
        with turn.network():
            order.append("judged")
    assert order == ["acquired", "gave way", "decided", "judged"]
