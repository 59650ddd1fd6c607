"""What an intake makes of what it takes: claims for the device, and all that needs no device."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from jobs.celery_task import CeleryMessage, CeleryTask
from jobs.errors import Unavailable
from jobs.job import Claim, Status
from jobs.lane import Lane
from tests.support.factories import LEASE_MS, REVIEW, FakePredictor, make_claim, make_job, no_messages
from tests.support.model_store import ModelStore
from tests.support.waiting import wait_for
from worker.consumer.celery_headers import shown_headers, stamp_strings
from worker.consumer.intake import Adopt, Intake
from worker.consumer.lanes import HeldClaims, Lanes
from worker.liveness import Liveness
from worker.predict.pipeline import Pipeline
from worker.predict.prepare import Preparer
from worker.predict.shelf import Shelf

STAMPS = {"order": "17"}


class Watcher:
    """Calls `look` whenever the intake waits for work, and rings."""

    def __init__(self, look: Callable[[], object] = lambda: None) -> None:
        self._look = look

    def wait(self, timeout_s: float) -> bool:
        self._look()
        return True


class Silent:
    """Events that nobody wants."""

    def received(self, *_: object) -> None:
        pass

    started = ended = received


class NoBundles:
    """Nobody sends one."""

    def take(self, claims: Sequence[Claim]) -> None:
        raise AssertionError("there are none")

    def claims(self) -> list[Claim]:
        return []


def make_intake(
    store: ModelStore, pipeline: Pipeline, adopt: Adopt, watcher: Watcher, held: HeldClaims, lanes: Lanes,
    stopping: threading.Event,
) -> Intake:  # fmt: skip
    return Intake(
        Lane.URGENT, store, pipeline, lanes, held, watcher, Silent(), jobs=1, weight=100, lease_ms=LEASE_MS,
        adopt=adopt, bundles=NoBundles(), stopping=stopping, liveness=Liveness(), holder="here",
    )  # fmt: skip


@contextmanager
def running(store: ModelStore, adopt: Adopt, watcher: Watcher, held: HeldClaims) -> Iterator[Lanes]:
    """An intake of urgent work; its lanes."""
    lanes, stopping = Lanes(), threading.Event()
    pipeline = Pipeline(FakePredictor().as_predictor())
    intake = make_intake(store, pipeline, adopt, watcher, held, lanes, stopping)
    thread = threading.Thread(target=intake.run, daemon=True)
    thread.start()
    try:
        yield lanes
    finally:
        stopping.set()
        thread.join(30)
        assert not thread.is_alive()


def send(store: ModelStore, names: Sequence[str]) -> None:
    """Messages of some other Celery client."""
    for name in names:
        store.send(CeleryMessage(tag=name, message=b"{}"))


def test_messages_that_give_the_device_nothing_to_do_hold_up_nothing() -> None:
    store, held = ModelStore(), HeldClaims()
    # The device is at work, so that what rings in vain would be taken for a suspect that wants an idle worker.
    held.add([make_claim()])
    adopted: list[str] = []
    wanted_empty: list[set[Lane]] = []
    waits: list[int] = []

    def set_aside(message: CeleryMessage, *, lease_ms: int) -> Claim | None:
        adopted.append(message.tag)
        wanted_empty.append(set(held.wanted_empty))
        store.drop(message)
        return None

    def look() -> None:
        waits.append(len(adopted))
        if len(waits) == 1:
            send(store, ["a", "b", "c", "d"])

    with running(store, set_aside, Watcher(look), held):
        wait_for(lambda: len(waits) > 1, "it waits again")
    assert waits[:2] == [0, 4], "it takes all that is there before it waits"
    assert wanted_empty == [set()] * 4, "bulk work goes on meanwhile"


def test_what_may_have_been_revoked_is_not_begun_before_that_is_known() -> None:
    class Shaky(ModelStore):
        asked = 0

        def stamps_revoked(self, stamps: Sequence[str]) -> bool:
            self.asked += 1
            if self.asked == 1:
                raise Unavailable
            return super().stamps_revoked(stamps)

    store, held = Shaky(), HeldClaims()
    store.revoke_stamps(stamp_strings(STAMPS), for_ms=LEASE_MS)
    headers = shown_headers({"stamped_headers": [*STAMPS], "stamps": STAMPS})

    def adopt(message: CeleryMessage, *, lease_ms: int) -> Claim | None:
        task = CeleryTask(headers=headers)
        return store.adopt(message, make_job(id=message.tag), REVIEW, lease_ms=lease_ms, task=task)

    send(store, ["stamped"])
    with running(store, adopt, Watcher(), held) as lanes:
        prepared: Any = lanes.take(Lane.URGENT)
    (claim,) = prepared.claims
    assert (claim.id, claim.attempt, store.asked) == ("stamped", 2, 2), "it was handed back, and asked for again"
    assert store.get("default", "stamped").job.cancel_requested
    assert store.renew([claim], lease_ms=LEASE_MS) == [Status.CANCELED]
    assert held.claims() == [claim]


class FirstPause(threading.Event):
    """Is set as soon as somebody pauses for it."""

    def wait(self, timeout: float | None = None) -> bool:
        self.set()
        return True


class Untouched(ModelStore):
    """A store that nobody may claim from."""

    def claim(self, **_: object) -> list[Claim | CeleryMessage]:
        raise AssertionError("it claims")


def test_without_its_own_model_a_worker_claims_nothing() -> None:
    own, stopping = FakePredictor().as_predictor(), FirstPause()
    shelf = Shelf(Preparer(own))
    shelf.fail("fake/1", "the disk is gone")
    pipeline = Pipeline(own, shelf=shelf)
    make_intake(Untouched(), pipeline, no_messages, Watcher(), HeldClaims(), Lanes(), stopping).run()
    assert stopping.is_set()


def test_while_the_store_takes_no_claims_it_is_said_once_and_once_more_when_it_does(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO)
    store, tried = ModelStore(), list[int]()

    def claim(*_: object, **__: object) -> list[Claim]:
        tried.append(len(tried))
        if len(tried) <= 3:
            raise Unavailable("Redis takes no writes.")
        return []

    monkeypatch.setattr(store, "claim", claim)
    with running(store, lambda message, *, lease_ms: None, Watcher(lambda: None), HeldClaims()):
        wait_for(lambda: len(tried) > 4, "it claims again")
    assert [line.partition(",")[0] for line in caplog.messages] == [
        "cannot claim for the urgent lane: Redis takes no writes.",
        "cannot claim for the urgent lane: no longer",
    ]
