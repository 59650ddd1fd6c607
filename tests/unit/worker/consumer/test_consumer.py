"""The batch consumer's promises, on the store in memory, with a predictor that waits for the test."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from jobs.errors import Unavailable
from jobs.job import Claim, Outcome, Status
from jobs.lane import Lane
from jobs.request import Priority
from model.predictions import ReviewPrediction
from model.predictor import Predictor
from tests.support.factories import FakePredictor, create, no_messages
from tests.support.model_store import ModelStore
from tests.support.waiting import wait_for
from worker.consumer.consumer import BatchConsumer
from worker.predict.pipeline import Pipeline


class Watcher:
    """Rings when told to, like a watcher's queue."""

    def __init__(self) -> None:
        self._rung = threading.Event()

    def ring(self) -> None:
        self._rung.set()

    def wait(self, timeout_s: float) -> bool:
        rung = self._rung.wait(min(timeout_s, 0.02))
        self._rung.clear()
        return rung


@dataclass
class Events:
    """What was told."""

    begun: list[Claim] = field(default_factory=list)
    done: list[tuple[str, Status | None]] = field(default_factory=list)

    def received(self, claims: Sequence[Claim]) -> None:
        pass

    def started(self, claims: Sequence[Claim]) -> None:
        self.begun += claims

    def ended(self, outcomes: Sequence[Outcome], states: Sequence[Status | None]) -> None:
        self.done += [(outcome.claim.id, state) for outcome, state in zip(outcomes, states, strict=True)]


class ShakyStore(ModelStore):
    """A store that can be away."""

    away = False

    def __init__(self) -> None:
        super().__init__()
        #: What the device's threads asked whether it still stands.
        self.asked_by_device: list[Claim] = []

    def renew(self, claims: Sequence[Claim], *, lease_ms: int) -> list[Status | None]:
        if threading.current_thread().name.startswith("device"):
            self.asked_by_device += claims
        return super().renew(claims, lease_ms=lease_ms)

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name in ("claim", "complete", "renew", "release", "report_worker", "sweep", "count") and self.away:

            def unreachable(*args: Any, **kwargs: Any) -> Any:
                raise Unavailable

            return unreachable
        return found


class Bench:
    """A consumer with everything around it in the test's hands."""

    def __init__(self, predictor: FakePredictor, **options: Any) -> None:
        self.predictor, self.store, self.events = predictor, ShakyStore(), Events()
        self.crashes: list[BaseException] = []
        #: Seconds by which the worker's clock is ahead of everybody's.
        self.ahead_s = 0.0
        watchers = {lane: Watcher() for lane in Lane}
        given: dict[str, Any] = {
            "name": "worker@test",
            "batch_jobs": 8,
            "batch_sentences": 100,
            "lease_ms": 60_000,
        } | options
        given.setdefault("clock", lambda: time.monotonic() + self.ahead_s)
        self.consumer = BatchConsumer(
            self.store, Pipeline(predictor.as_predictor()), watchers, self.events, no_messages, **given
        )  # fmt: skip
        self.consumer.on_crash = self.crashes.append

    def statuses(self, ids: Sequence[str]) -> list[Status]:
        return [self.store.get("default", job_id).job.status for job_id in ids]

    def all_are(self, ids: Sequence[str], status: Status) -> Callable[[], bool]:
        return lambda: set(self.statuses(ids)) == {status}


@pytest.fixture
def gate() -> threading.Event:
    """Closed until the test sets it."""
    return threading.Event()


@pytest.fixture
def bench(gate: threading.Event) -> Iterator[Bench]:
    """A consumer that has not started, whose network waits at the gate."""
    found = Bench(FakePredictor(gate=gate))
    yield found
    gate.set()
    found.store.away = False
    found.consumer.stop(30)
    assert found.crashes == []


def test_everything_that_waits_is_done(bench: Bench, gate: threading.Event) -> None:
    gate.set()
    ids = [create(bench.store, priority=priority).id for priority in Priority for _ in range(20)]
    bench.consumer.start()
    wait_for(bench.all_are(ids, Status.SUCCEEDED), "all jobs succeed")
    assert bench.store.backlog().running == 0


def test_what_comes_later_is_done_too(bench: Bench, gate: threading.Event) -> None:
    gate.set()
    bench.consumer.start()
    for _ in range(5):
        wait_for(bench.all_are([create(bench.store).id], Status.SUCCEEDED), "the job succeeds")


def test_reviews_that_come_while_the_device_works_are_judged_together(bench: Bench, gate: threading.Event) -> None:
    bench.consumer.start()
    create(bench.store, "Erste.")
    assert bench.predictor.judging.wait(30)
    later = []
    for number in range(2):
        later.append(create(bench.store, f"Spätere {number}.").id)
        wait_for(lambda: bench.statuses(later)[-1] is Status.RUNNING, "it is claimed alone")
    wait_for(lambda: any(bench.consumer._lanes._ready.values()), "the last one is ready")
    gate.set()
    wait_for(bench.all_are(later, Status.SUCCEEDED), "they succeed")
    assert bench.predictor.judged == [("Erste.",), ("Spätere 0.", "Spätere 1.")]


def test_every_job_is_told_once_at_its_start_and_once_at_its_end(bench: Bench, gate: threading.Event) -> None:
    gate.set()
    ids = [create(bench.store).id for _ in range(20)]
    bench.consumer.start()
    wait_for(lambda: len(bench.events.done) == 20, "all are told")
    assert sorted(claim.id for claim in bench.events.begun) == sorted(ids)
    assert sorted(bench.events.done) == sorted((job_id, Status.SUCCEEDED) for job_id in ids)


def test_at_most_three_claims_are_held(bench: Bench, gate: threading.Event) -> None:
    ids = [create(bench.store).id for _ in range(50)]
    bench.consumer.start()
    # One on the device, one about to be, one ready; eight jobs each.
    wait_for(lambda: bench.statuses(ids).count(Status.RUNNING) == 24, "three claims are held")
    bench.predictor.judging.wait(30)
    assert bench.statuses(ids).count(Status.RUNNING) == 24
    gate.set()
    wait_for(bench.all_are(ids, Status.SUCCEEDED), "all jobs succeed")
    assert bench.predictor.most_at_once == 1, "the device is one claim's at a time"


def test_nobody_who_does_not_ask_waits_for_evidence(
    bench: Bench, gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, go_on = threading.Event(), threading.Event()

    def with_evidence(predictor: Predictor, review: ReviewPrediction, between: Callable[[], None]) -> ReviewPrediction:
        looked.set()
        assert go_on.wait(30)
        return review

    monkeypatch.setattr("worker.predict.part_judge.with_evidence", with_evidence)
    gate.set()
    # Both are claimed together, as neither is urgent.
    asking = [create(bench.store, "Gut.", evidence=True, priority=priority).id for priority in Priority]
    plain = [create(bench.store, "Gut.", priority=Priority.BULK).id for _ in range(2)]
    try:
        bench.consumer.start()
        assert looked.wait(30)
        wait_for(bench.all_are(plain, Status.SUCCEEDED), "those that are only judged are there")
        single = [create(bench.store, priority=priority).id for priority in (Priority.HIGH, Priority.NORMAL)]
        wait_for(bench.all_are(single, Status.SUCCEEDED), "and so are those that come meanwhile")
        assert set(bench.statuses(asking)) == {Status.RUNNING}
    finally:
        go_on.set()
    wait_for(bench.all_are(asking, Status.SUCCEEDED), "the others follow")


def test_a_high_review_waits_for_no_other(bench: Bench, gate: threading.Event) -> None:
    others = [
        create(bench.store, priority=priority).id for priority in (Priority.NORMAL, Priority.BULK) for _ in range(50)
    ]
    bench.consumer.start()
    assert bench.predictor.judging.wait(30)
    bench.predictor.gate = None
    high = create(bench.store, "Der Gast von Tisch 4 war sehr unzufrieden.", priority=Priority.HIGH).id
    wait_for(bench.all_are([high], Status.SUCCEEDED), "it is judged beside what holds the device")
    assert Status.SUCCEEDED not in bench.statuses(others)
    gate.set()
    wait_for(bench.all_are(others, Status.SUCCEEDED), "the others go on")


def test_one_bad_text_harms_no_other() -> None:
    bench = Bench(FakePredictor(poison="Gift"))
    good = [create(bench.store, f"Gut {n}.").id for n in range(7)]
    bad = create(bench.store, "Gift.").id
    bench.consumer.start()
    wait_for(bench.all_are(good, Status.SUCCEEDED), "the good ones succeed")
    wait_for(bench.all_are([bad], Status.FAILED), "the bad one fails")
    assert bench.consumer.stop(30)
    assert bench.crashes == []


def test_stopping_finishes_what_is_held(bench: Bench, gate: threading.Event) -> None:
    ids = [create(bench.store).id for _ in range(4)]
    bench.consumer.start()
    assert bench.predictor.judging.wait(30)
    gate.set()
    assert bench.consumer.stop(30)
    assert set(bench.statuses(ids)) == {Status.SUCCEEDED}
    assert bench.store.workers() == []


def test_stopping_hands_back_what_cannot_be_finished_in_time(bench: Bench, gate: threading.Event) -> None:
    ids = [create(bench.store).id for _ in range(20)]
    bench.consumer.start()
    assert bench.predictor.judging.wait(30)
    assert not bench.consumer.stop(0.1)
    assert set(bench.statuses(ids)) == {Status.QUEUED}
    gate.set()
    # The device comes too late with its results: the fence lets none of them through.
    wait_for(lambda: None in [state for _, state in bench.events.done], "the late results were refused")
    assert set(bench.statuses(ids)) == {Status.QUEUED}


def test_stopping_while_the_store_is_away_ends_all_the_same(bench: Bench) -> None:
    create(bench.store)
    bench.consumer.start()
    assert bench.predictor.judging.wait(30)
    bench.store.away = True
    assert not bench.consumer.stop(0.1)


def test_a_job_called_off_before_its_batch_is_not_judged(bench: Bench, gate: threading.Event) -> None:
    first = [create(bench.store, "Erste.").id for _ in range(8)]
    second = create(bench.store, "Zweite.").id
    bench.consumer.start()
    wait_for(lambda: bench.statuses([second]) == [Status.RUNNING], "the second claim is ready")
    assert bench.predictor.judging.wait(30)
    bench.store.cancel("default", second)
    bench.ahead_s = 1.0
    gate.set()
    wait_for(bench.all_are([second], Status.CANCELED), "it is canceled")
    wait_for(bench.all_are(first, Status.SUCCEEDED), "the others succeed")
    assert not any("Zweite." in texts for texts in bench.predictor.judged)


def test_a_job_whose_deadline_passes_before_its_batch_is_not_judged(gate: threading.Event) -> None:
    bench = Bench(FakePredictor(gate=gate), batch_jobs=1)
    first = create(bench.store, "Erste.").id
    second = create(bench.store, "Zweite.", deadline_at=bench.store._now() + 300_000).id
    bench.consumer.start()
    wait_for(lambda: bench.statuses([first, second]) == [Status.RUNNING] * 2, "both are held")
    now = bench.store._now
    bench.store._now = lambda: now() + 400_000
    bench.ahead_s = 1.0
    gate.set()
    # A lease of a minute is over too by that clock, but the device renews before it looks.
    wait_for(lambda: bench.store.get("default", second).job.status.terminal, "the second one ends")
    assert bench.statuses([second]) == [Status.EXPIRED]
    assert bench.consumer.stop(30)


def test_of_a_claim_just_made_the_device_does_not_ask_whether_it_stands(gate: threading.Event) -> None:
    bench = Bench(FakePredictor(gate=gate), clock=lambda: 7.0)
    gate.set()
    ids = [create(bench.store).id for _ in range(20)]
    bench.consumer.start()
    wait_for(bench.all_are(ids, Status.SUCCEEDED), "all jobs succeed")
    assert bench.store.asked_by_device == []
    assert bench.consumer.stop(30)


def test_while_the_store_is_away_results_are_kept(bench: Bench, gate: threading.Event) -> None:
    ids = [create(bench.store).id for _ in range(3)]
    bench.consumer.start()
    assert bench.predictor.judging.wait(30)
    bench.store.away = True
    gate.set()
    wait_for(lambda: bench.predictor.judged, "the device has done its work")
    bench.store.away = False
    wait_for(bench.all_are(ids, Status.SUCCEEDED), "the results are stored")
    assert sum(map(len, bench.predictor.judged)) == 6, "nothing was judged twice"


def test_a_worker_that_starts_while_the_store_is_away_waits_for_it(bench: Bench, gate: threading.Event) -> None:
    gate.set()
    bench.store.away = True
    bench.consumer.start()
    bench.store.away = False
    wait_for(bench.all_are([create(bench.store).id], Status.SUCCEEDED), "the job succeeds")


def test_a_running_worker_says_so_and_with_its_rate(bench: Bench, gate: threading.Event) -> None:
    gate.set()
    bench.consumer.start()
    wait_for(lambda: [info.name for info in bench.store.workers()] == ["worker@test"], "the worker is up")


def test_leases_are_renewed_while_the_device_works(gate: threading.Event) -> None:
    bench = Bench(FakePredictor(gate=gate), lease_ms=300)
    job_id = create(bench.store).id
    bench.consumer.start()
    assert bench.predictor.judging.wait(30)
    [record] = bench.store._records.values()
    first = record.lease_until
    wait_for(lambda: record.lease_until > first + 600, "the lease was renewed over and over")
    gate.set()
    wait_for(bench.all_are([job_id], Status.SUCCEEDED), "the job succeeds")
    assert bench.store.get("default", job_id).job.attempt == 1
    assert bench.consumer.stop(30)


def test_urgent_work_goes_before_bulk(bench: Bench, gate: threading.Event) -> None:
    bulk = [create(bench.store, f"Masse {n}.", priority=Priority.BULK).id for n in range(30)]
    bench.consumer.start()
    assert bench.predictor.judging.wait(30)
    urgent = create(bench.store, "Eilig.", priority=Priority.HIGH).id
    wait_for(lambda: bench.statuses([urgent]) == [Status.RUNNING], "the urgent one is ready")
    gate.set()
    wait_for(bench.all_are([*bulk, urgent], Status.SUCCEEDED), "all succeed")
    order = [text for texts in bench.predictor.judged for text in texts]
    assert order.index("Eilig.") < order.index("Masse 29.")
