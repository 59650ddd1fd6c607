"""Batches side by side: each once, none after an error, and never while something else has its turn."""

import threading
from collections.abc import Callable

import pytest

from model.runtime.streams import each_on_a_stream

BATCHES = [[number] for number in range(12)]


@pytest.mark.parametrize("streams", [1, 2, 5])
def test_every_batch_is_judged_once(streams: int) -> None:
    judged: list[int] = []
    each_on_a_stream(BATCHES, judged.extend, streams=streams)
    assert sorted(judged) == list(range(12))


def test_streams_judge_at_the_same_time() -> None:
    together = threading.Barrier(3)

    def judge(batch: list[int]) -> None:
        together.wait(30)

    each_on_a_stream(BATCHES, judge, streams=3)


def test_one_stream_is_the_calling_thread() -> None:
    threads: set[int] = set()
    each_on_a_stream(BATCHES, lambda batch: threads.add(threading.get_ident()), streams=1)
    assert threads == {threading.get_ident()}


@pytest.mark.parametrize("streams", [1, 3])
def test_each_stream_begins_once(streams: int) -> None:
    begun: list[int] = []
    each_on_a_stream(BATCHES, lambda batch: None, streams=streams, begin=lambda: begun.append(threading.get_ident()))
    assert len(begun) == streams


@pytest.mark.parametrize("streams", [1, 3])
def test_what_comes_between_comes_before_every_batch_but_the_first_and_alone(streams: int) -> None:
    alone = threading.Lock()
    judged: list[int] = []
    seen: list[int] = []

    def between() -> None:
        assert alone.acquire(blocking=False)
        seen.append(len(judged))
        alone.release()

    each_on_a_stream(BATCHES, judged.extend, streams=streams, between=between)
    assert len(seen) == 11
    if streams == 1:
        assert seen == list(range(1, 12))


def test_nothing_begins_while_something_more_urgent_has_its_turn() -> None:
    second_waits, first_done, third_begun = (threading.Event() for _ in range(3))
    found: list[bool] = []

    def judge(batch: list[int]) -> None:
        if batch == [0]:
            assert second_waits.wait(30)
            first_done.set()
        elif not found:
            third_begun.set()

    def between() -> None:
        if not found:
            second_waits.set()
            assert first_done.wait(30)
            # The first stream is free now and would begin another batch at once.
            found.append(third_begun.wait(0.05))

    each_on_a_stream(BATCHES[:3], judge, streams=2, between=between)
    assert found == [False]


def test_without_threads_there_is_an_error_and_none_goes_on_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    start = threading.Thread.start
    threads: list[threading.Thread] = []

    def one_only(thread: threading.Thread) -> None:
        threads.append(thread)
        if len(threads) > 1:
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", one_only)
    with pytest.raises(RuntimeError, match="can't start"):
        each_on_a_stream(BATCHES, lambda batch: None, streams=3)
    assert not threads[0].is_alive()


def failing_at(number: int, judged: list[int]) -> Callable[[list[int]], None]:
    def judge(batch: list[int]) -> None:
        if batch == [number]:
            raise RuntimeError(f"batch {number}")
        judged.extend(batch)

    return judge


@pytest.mark.parametrize("streams", [1, 3])
def test_an_error_ends_what_has_not_begun_and_is_raised(streams: int) -> None:
    judged: list[int] = []
    with pytest.raises(RuntimeError, match="batch 4"):
        each_on_a_stream(BATCHES, failing_at(4, judged), streams=streams)
    assert set(judged) >= set(range(4))
    if streams == 1:
        assert judged == [0, 1, 2, 3]


def test_an_error_between_two_batches_is_raised_too() -> None:
    def between() -> None:
        raise RuntimeError("between")

    with pytest.raises(RuntimeError, match="between"):
        each_on_a_stream(BATCHES, lambda batch: None, streams=2, between=between)


def test_no_batches_are_no_work() -> None:
    each_on_a_stream([], lambda batch: None, streams=1)
