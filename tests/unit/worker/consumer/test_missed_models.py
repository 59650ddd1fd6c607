"""A model that nobody could read as its worker started is looked for again, and taken in when it is there."""

from collections.abc import Callable

import pytest

from jobs.served import ModelState
from model.errors import AlteredFile, HubAway
from tests.support.factories import FakePredictor
from worker.consumer.missed_models import MissedModels
from worker.predict.in_service import AGAIN_S
from worker.predict.places import Source
from worker.predict.prepare import Preparer
from worker.predict.shelf import Shelf

HUB = "hub:acme/mini@0"
MISSED = "mini@0/?"


class Hub:
    """Where a model lies that answers when the test says so, on a clock that the test moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.answer: str | Exception = HubAway("no route to host")
        self.asked = 0
        self.started: list[Callable[[], None]] = []
        sources = {MISSED: Source(load=self._load)}
        self.shelf = Shelf(Preparer(FakePredictor().as_predictor()), sources, clock=lambda: self.now)
        self.shelf.fail(MISSED, "no route to host")
        self.missed = MissedModels(
            {MISSED: HUB}, self.shelf, self._find, start=self.started.append, clock=lambda: self.now
        )

    def _load(self) -> Preparer:
        return Preparer(FakePredictor().as_predictor())

    def _find(self, model: str) -> tuple[str, Source]:
        assert model == HUB
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer, Source(load=self._load, digest="0" * 64, parts={"0" * 64: 7})

    def look(self, after_s: float) -> None:
        self.now += after_s
        self.missed.look()
        while self.started:
            self.started.pop()()

    def states(self) -> dict[str, ModelState]:
        return {model.version: model.state for model in self.shelf.served()}


@pytest.fixture
def hub() -> Hub:
    return Hub()


def test_it_is_in_service_once_the_hub_is_back(hub: Hub) -> None:
    heard = list[str]()
    hub.shelf.on_back = heard.append
    hub.look(AGAIN_S)
    assert hub.states() == {"fake/1": ModelState.LOADED, MISSED: ModelState.FAILED}
    hub.answer = "mini/2"
    hub.look(AGAIN_S)
    assert hub.states() == {"fake/1": ModelState.LOADED, "mini/2": ModelState.UNLOADED}
    assert (hub.shelf.serves, heard) == (("fake/1", "mini/2"), ["mini/2"])
    assert hub.shelf.get("mini/2") is not None
    hub.look(AGAIN_S)
    assert hub.asked == 2


def test_a_hub_is_not_asked_all_the_time_nor_twice_at_once(hub: Hub) -> None:
    hub.look(AGAIN_S / 2)
    assert hub.asked == 0
    hub.now += AGAIN_S
    hub.missed.look()
    hub.missed.look()
    assert len(hub.started) == 1


def test_what_nobody_expected_ends_no_search(hub: Hub) -> None:
    def broken(version: str) -> None:
        raise RuntimeError("a watcher is broken")

    hub.answer, hub.shelf.on_back = "mini/2", broken
    with pytest.raises(RuntimeError):
        hub.look(AGAIN_S)
    heard = list[str]()
    hub.shelf.on_back = heard.append
    hub.look(AGAIN_S)
    assert (hub.shelf.serves, heard) == (("fake/1", "mini/2"), ["mini/2"])
    hub.look(AGAIN_S)
    assert hub.asked == 2


@pytest.mark.parametrize("answer", [AlteredFile("not the one that was saved"), "fake/1"])
def test_what_time_does_not_mend_is_left_out_of_service(hub: Hub, answer: str | Exception) -> None:
    hub.answer = answer
    for _ in range(3):
        hub.look(AGAIN_S)
    assert hub.asked == 1
    assert hub.states() == {"fake/1": ModelState.LOADED, MISSED: ModelState.FAILED}
