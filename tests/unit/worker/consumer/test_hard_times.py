"""Suspects, hung models and impatient operators: what the batch consumer does when things go wrong."""

import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from jobs.job import Status
from jobs.lane import Lane
from jobs.request import Priority
from tests.support.factories import FakeEncoded, FakePredictor, claim, create, make_claim, no_messages
from tests.support.model_store import ModelStore
from tests.support.waiting import wait_for
from worker.consumer.consumer import BatchConsumer
from worker.consumer.lanes import HeldClaims
from worker.predict.pipeline import Pipeline
from worker.predict.places import Source
from worker.predict.prepare import Preparer
from worker.predict.shelf import Shelf


class Watcher:
    """Never signals, so that the consumer looks by itself, or always."""

    def __init__(self, *, signals: bool) -> None:
        self._rings = signals

    def wait(self, timeout_s: float) -> bool:
        return self._rings or threading.Event().wait(min(timeout_s, 0.01))


class Events:
    """Nobody listens."""

    def received(self, claims: Sequence[Any]) -> None:
        return

    def started(self, claims: Sequence[Any]) -> None:
        return

    def ended(self, outcomes: Sequence[Any], states: Sequence[Status | None]) -> None:
        return


def make_consumer(
    store: ModelStore, predictor: FakePredictor, *, signals: bool = False, shelf: Shelf | None = None, **options: Any
) -> BatchConsumer:
    given = {"name": "worker@test", "batch_jobs": 8, "batch_sentences": 100, "lease_ms": 60_000} | options
    # What rings is in the queues of single reviews.
    watchers = {lane: Watcher(signals=signals and lane is Lane.URGENT) for lane in Lane}
    pipeline = Pipeline(predictor.as_predictor(), shelf=shelf)
    return BatchConsumer(store, pipeline, watchers, Events(), no_messages, **given)


class Watching(FakePredictor):
    """Writes down which jobs run at each judgement."""

    def __init__(self, store: ModelStore, ids: Sequence[str]) -> None:
        super().__init__()
        self._store, self._ids = store, ids
        self.running: list[list[str]] = []

    def judge(self, encoded: FakeEncoded, *rest: Any) -> list[str]:
        self.running.append([i for i in self._ids if self._store.get("default", i).job.status is Status.RUNNING])
        return super().judge(encoded, *rest)


def test_a_suspect_has_the_worker_to_itself_in_both_lanes() -> None:
    store = ModelStore()
    suspects = [create(store, priority=p).id for p in (Priority.NORMAL, Priority.BULK) for _ in range(3)]
    claim(store, lease_ms=-1)
    store.sweep()
    predictor = Watching(store, suspects)
    consumer = make_consumer(store, predictor)
    consumer.start()
    wait_for(
        lambda: {store.get("default", i).job.status for i in suspects} == {Status.SUCCEEDED}, "all suspects are done"
    )
    consumer.stop(30)
    assert [len(running) for running in predictor.running] == [1] * 6


def test_an_urgent_suspect_does_not_wait_until_no_bulk_work_is_left() -> None:
    store, predictor = ModelStore(), FakePredictor()
    create(store, "Verdacht.", priority=Priority.NORMAL)
    claim(store, lease_ms=-1)
    store.sweep()
    consumer = make_consumer(store, predictor, signals=True)
    held = make_claim("Sammelware.")
    consumer._held.add([held])
    consumer.start()
    wait_for(lambda: Lane.URGENT in consumer._held.wanted_empty, "the suspect asks for an empty worker")
    bulk = [create(store, "Sammelware.", priority=Priority.BULK).id for _ in range(5)]
    consumer._held.remove([held])
    wait_for(lambda: {store.get("default", i).job.status for i in bulk} == {Status.SUCCEEDED}, "bulk work goes on")
    consumer.stop(30)
    assert predictor.judged[0] == ("Verdacht.",)


def test_a_chunk_that_was_lost_shares_no_worker_with_other_bulk_work() -> None:
    held = HeldClaims()
    held.add([make_claim("[]", chunk=True, suspect=True)])
    assert held.exclude(Lane.BULK)
    assert not held.exclude(Lane.URGENT), "single reviews do not wait for it"


def test_who_wants_an_empty_worker_keeps_out_what_is_less_urgent_only() -> None:
    held = HeldClaims()
    held.wanted_empty.add(Lane.URGENT)
    assert [held.exclude(lane) for lane in Lane] == [False, False, True]
    held.wanted_empty.add(Lane.HIGH)
    assert [held.exclude(lane) for lane in Lane] == [False, True, True]


def test_a_hung_model_is_noticed_though_the_intakes_still_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.consumer.lanes.LOOK_UP_S", 0.05)
    store, gate = ModelStore(), threading.Event()
    predictor = FakePredictor(gate=gate)
    consumer = make_consumer(store, predictor)
    create(store)
    consumer.start()
    assert predictor.judging.wait(30)
    wait_for(lambda: consumer.liveness.silent(0.2), "the device is silent")
    assert str(consumer.liveness.silent(0.2)).startswith("device")
    gate.set()
    wait_for(lambda: consumer.liveness.silent(0.2) is None, "it moves again")
    consumer.stop(30)


def test_what_a_hung_worker_holds_is_for_others() -> None:
    store, gate = ModelStore(), threading.Event()
    predictor = FakePredictor(gate=gate)
    consumer = make_consumer(store, predictor, lease_ms=200, stuck_s=0.1)
    job = create(store)
    consumer.start()
    assert predictor.judging.wait(30)
    wait_for(lambda: store.sweep() == (1, 0), "its lease runs out")
    assert store.get("default", job.id).job.attempt == 2
    gate.set()
    consumer.stop(30)


def test_who_is_told_to_hurry_hands_back_what_is_held() -> None:
    store, gate = ModelStore(), threading.Event()
    predictor = FakePredictor(gate=gate)
    consumer = make_consumer(store, predictor)
    job = create(store)
    consumer.start()
    assert predictor.judging.wait(30)
    finished: list[bool] = []
    stopping = threading.Thread(target=lambda: finished.append(consumer.stop(600)))
    stopping.start()
    consumer.hurry.set()
    stopping.join(60)
    assert finished == [False]
    assert store.get("default", job.id).job.status is Status.QUEUED
    gate.set()


class Loading:
    """A shelf whose further model is loaded when the test lets it."""

    def __init__(self) -> None:
        self.begun, self.gate = threading.Event(), threading.Event()
        self.own = FakePredictor()
        other = FakePredictor()
        other.info = replace(other.info, version="2")
        self.shelf = Shelf(Preparer(self.own.as_predictor()), {"fake/2": Source(load=lambda: self._load(other))})

    def _load(self, other: FakePredictor) -> Preparer:
        self.begun.set()
        # Longer than anybody looks for what becomes of it.
        assert self.gate.wait(600)
        return Preparer(other.as_predictor())


def test_while_a_model_is_brought_here_others_judge_and_nothing_more_is_claimed_for_it() -> None:
    store, loading = ModelStore(), Loading()
    consumer = make_consumer(store, loading.own, shelf=loading.shelf)
    theirs = [create(store, "Gut.", model="fake/2")]
    consumer.start()
    assert loading.begun.wait(30)
    # However long that takes: a bucket may be away.
    ours = [create(store, f"Gut, zum {turn}. Mal.", model="fake/1") for turn in range(20)]
    wait_for(
        lambda: {store.get("default", each.id).job.status for each in ours} == {Status.SUCCEEDED}, "the other judges"
    )
    theirs.append(create(store, "Gut.", model="fake/2"))
    wait_for(lambda: store.backlog().waiting["models"] == 1, "what comes meanwhile may be another worker's")
    assert store.get("default", theirs[0].id).job.status is Status.RUNNING
    loading.gate.set()
    wait_for(lambda: {store.get("default", each.id).job.status for each in theirs} == {Status.SUCCEEDED}, "it is there")
    assert {store.get("default", each.id).job.attempt for each in theirs} == {1}
    assert loading.shelf.serves == ("fake/1", "fake/2")
    consumer.stop(30)


def test_what_waits_for_a_model_when_the_worker_stops_goes_back() -> None:
    store, loading = ModelStore(), Loading()
    consumer = make_consumer(store, loading.own, shelf=loading.shelf)
    job = create(store, "Gut.", model="fake/2")
    consumer.start()
    assert loading.begun.wait(30)
    assert not consumer.stop(30)
    assert store.get("default", job.id).job.status is Status.QUEUED
    loading.gate.set()


def test_a_model_that_breaks_is_out_of_service_its_jobs_go_back_and_others_live_on() -> None:
    store, own, other = ModelStore(), FakePredictor(), FakePredictor(poison="")
    other.info = replace(other.info, version="2")
    shelf = Shelf(
        Preparer(own.as_predictor()), {"fake/2": Source(load=lambda: Preparer(other.as_predictor()))}
    )  # fmt: skip
    consumer = make_consumer(store, own, shelf=shelf)
    theirs = [create(store, "Gut.", model="fake/2") for _ in range(3)]
    consumer.start()
    wait_for(lambda: shelf.serves == ("fake/1",), "it is out of service")
    wait_for(lambda: not consumer._held.claims(), "its jobs went back")
    ours = create(store, "Gut.", model="fake/1")
    wait_for(lambda: store.get("default", ours.id).job.status is Status.SUCCEEDED, "the other one judges")
    waiting = [store.get("default", each.id).job for each in theirs]
    assert {(each.status, each.error) for each in waiting} == {(Status.QUEUED, None)}
    # Another worker has it, and it works there.
    assert {each.id for each in claim(store, serves=["fake/2"])} == {each.id for each in theirs}
    consumer.stop(30)


@pytest.mark.parametrize("shadow", [False, True])
def test_a_worker_that_loads_a_model_for_long_is_not_stuck(shadow: bool) -> None:
    store, loading, ahead_s = ModelStore(), Loading(), 0.0
    own, other = "fake/1", "fake/2"
    store.aliases.move("default", {own if shadow else other: 1}, revision=0, shadow=other if shadow else None)
    job = create(store)
    consumer = make_consumer(store, loading.own, shelf=loading.shelf, clock=lambda: time.monotonic() + ahead_s)
    consumer.start()
    assert loading.begun.wait(30)
    ahead_s = 1_800.0
    wait_for(lambda: consumer.liveness.silent(600) is None, "the others have moved, and this one need not")
    loading.gate.set()
    wait_for(lambda: store.get("default", job.id).job.status is Status.SUCCEEDED, "the job is done")
    # Nobody has the time any more that loading may take.
    ahead_s = 5_400.0
    wait_for(lambda: consumer.liveness.silent(600) is None, "it moves again")
    consumer.stop(30)
