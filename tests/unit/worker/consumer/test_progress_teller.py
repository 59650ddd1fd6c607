"""Who waits for a long review sees how far it is; who waits for a short one costs nothing."""

import threading

import pytest
from redis.exceptions import ResponseError

from jobs.errors import Unavailable
from jobs.job import Status
from tests.support.clock import Clock
from tests.support.factories import FakePredictor, create
from tests.support.model_store import ModelStore
from tests.support.waiting import wait_for
from tests.unit.worker.consumer.test_consumer import Bench
from tests.unit.worker.predict.test_progress import LONG, SHORT, at, part_of
from worker.consumer.progress_teller import ProgressTeller
from worker.predict.progress import Readings


def test_a_running_worker_tells_how_far_a_long_review_is_and_nothing_of_a_short_one() -> None:
    gate = threading.Event()
    bench = Bench(FakePredictor(gate=gate))
    gate.set()
    bench.consumer.start()
    short = create(bench.store, SHORT).id
    wait_for(bench.all_are([short], Status.SUCCEEDED), "the short one succeeds")
    gate.clear()
    long = create(bench.store, LONG).id
    wait_for(lambda: bench.store.get("default", long).job.progress == at(32), "half of it is judged")
    gate.set()
    wait_for(bench.all_are([long], Status.SUCCEEDED), "it succeeds")
    assert bench.consumer.stop(30)
    assert bench.store.get("default", long).job.progress is None
    assert bench.store.get("default", short).job.version == 3, "queued, running, succeeded"


class Telling(ModelStore):
    """Counts the calls, and can fail."""

    fails: Exception | None = None
    calls = 0

    def note_progress(self, moved: object) -> None:
        self.calls += 1
        if self.fails:
            raise self.fails


def test_it_is_told_at_most_once_a_second_and_only_what_moved() -> None:
    store, readings, clock = Telling(), Readings(), Clock()
    teller = ProgressTeller(store, readings, clock=lambda: clock() / 1000)
    with readings.of(part_of(LONG)) as judged:
        assert judged is not None
        calls = []
        for sentence in range(50):
            judged([sentence])
            clock.advance(100)
            teller.tell_now_and_then()
            calls.append(store.calls)
        clock.advance(1_000)
        teller.tell_now_and_then()
        before = store.calls
        clock.advance(1_000)
        teller.tell_now_and_then()
    assert calls[8:10] == [0, 1]
    assert calls[-1] == 5
    assert store.calls == before, "nothing has moved"


@pytest.mark.parametrize("error", [Unavailable(), ResponseError("NOPERM no permissions to run the 'evalsha' command")])
def test_a_store_that_fails_is_told_the_next_time(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    store, readings = Telling(), Readings()
    teller = ProgressTeller(store, readings)
    with readings.of(part_of(LONG)) as judged:
        assert judged is not None
        store.fails = error
        teller.tell()
        store.fails = None
        judged([0])
        teller.tell()
    assert store.calls == 2


def test_who_has_no_thread_for_it_rests_after_a_failure() -> None:
    store, readings, clock = Telling(), Readings(), Clock()
    store.fails = Unavailable()
    teller = ProgressTeller(store, readings, clock=lambda: clock() / 1000)
    with readings.of(part_of(LONG)) as judged:
        assert judged is not None
        for sentence in range(40):
            judged([sentence])
            clock.advance(1_000)
            teller.tell_now_and_then()
    assert store.calls == 2, "the first one, and the one half a minute later"
