"""A worker's models: loaded on demand, within a budget, and out of service when they cannot be loaded."""

import threading
from dataclasses import replace

import pytest

from jobs.served import ModelState, NetworkRun
from model.errors import AlteredFile, HubAway
from model.info import Running
from tests.support.factories import FakePredictor
from tests.support.waiting import wait_for
from worker.predict.in_service import AGAIN_S
from worker.predict.places import Refused, Source
from worker.predict.prepare import Preparer
from worker.predict.shelf import UNUSED_S, Shelf


def preparer(version: str) -> Preparer:
    predictor = FakePredictor()
    predictor.info = replace(predictor.info, version=version)
    return Preparer(predictor.as_predictor())


class Models:
    """Sources that count how often each was loaded."""

    def __init__(self, *versions: str, size: int = 10, broken: str = "") -> None:
        self.loads: list[str] = []
        self.broken, self.why = broken, AlteredFile("model.safetensors is not the file that was saved")
        self.now = 0.0
        self.sources = {
            f"fake/{version}": Source(load=lambda version=version: self._load(version), parts={version: size})
            for version in versions
        }  # type: ignore[misc]

    def _load(self, version: str) -> Preparer:
        if version == self.broken:
            raise self.why
        self.loads.append(version)
        return preparer(version)

    def shelf(self, most_bytes: int | None = None) -> Shelf:
        return Shelf(preparer("1"), self.sources, most_bytes=most_bytes, clock=lambda: self.now)


def states(shelf: Shelf) -> dict[str, ModelState]:
    return {model.version: model.state for model in shelf.served()}


def test_a_model_is_loaded_for_its_first_job_and_then_stays() -> None:
    models = Models("1", "2")
    shelf = models.shelf()
    assert states(shelf) == {"fake/1": ModelState.LOADED, "fake/2": ModelState.UNLOADED}
    first, again = shelf.get("fake/2"), shelf.get("fake/2")
    assert first is again
    assert models.loads == ["2"]


def test_nothing_makes_room_for_a_model_before_its_files_are_here() -> None:
    models = Models("1", "2", size=10)
    told = list[tuple[str, ModelState]]()
    shelf = models.shelf(most_bytes=10)

    def away() -> None:
        told.append(("fetched", states(shelf)["fake/1"]))
        raise HubAway("the bucket is away")

    models.sources["fake/2"] = replace(models.sources["fake/2"], fetch=away)
    shelf = models.shelf(most_bytes=10)
    assert shelf.get("fake/2") is None
    assert told == [("fetched", ModelState.LOADED)]
    assert states(shelf) == {"fake/1": ModelState.LOADED, "fake/2": ModelState.FAILED}
    models.now += AGAIN_S
    shelf.try_again()
    assert shelf.serves == ("fake/1", "fake/2")


def test_nothing_is_claimed_for_a_model_until_it_has_arrived() -> None:
    models = Models("1", "2")
    shelf, told = models.shelf(), list[str]()
    shelf.on_failed, shelf.on_back = told.append, told.append
    assert not shelf.expect("fake/1"), "it is there"
    assert not shelf.expect("fake/9"), "there is none"
    assert [shelf.expect("fake/2"), shelf.expect("fake/2")] == [True, False]
    assert (shelf.serves, shelf.usable) == (("fake/1",), True)
    assert shelf.get("fake/2") is not None
    shelf.arrived("fake/2")
    assert (shelf.serves, told) == (("fake/1", "fake/2"), ["fake/2", "fake/2"])
    models.broken = "1"
    shelf.unload("fake/1", set())
    assert shelf.expect("fake/1")
    # On its way its own model is no reason to end.
    assert shelf.usable
    assert shelf.get("fake/1") is None
    shelf.arrived("fake/1")
    assert (shelf.serves, shelf.usable) == (("fake/2",), False)


def test_nobody_waits_for_a_shadow_that_another_thread_loads() -> None:
    models, begun, gate = Models("1", "2"), threading.Event(), threading.Event()

    def slow() -> Preparer:
        begun.set()
        assert gate.wait(60)
        return preparer("2")

    models.sources["fake/2"] = Source(load=slow)
    shelf = models.shelf()
    thread = threading.Thread(target=shelf.get, args=("fake/2",), daemon=True)
    thread.start()
    assert begun.wait(60)
    assert shelf.get("fake/2", patient=False) is None
    gate.set()
    thread.join(60)
    assert shelf.get("fake/2", patient=False) is not None


def test_it_says_how_each_network_in_memory_runs_and_what_was_measured() -> None:
    measured = {"torch float32": 100.0, "export float32": 90.0}
    predictor = FakePredictor()
    predictor.runs = (Running(network="fake", backend="torch", dtype="float32", measured=measured),)
    shelf = Shelf(Preparer(predictor.as_predictor()), Models("2").sources)
    assert {model.version: model.runs for model in shelf.served()} == {
        "fake/1": (NetworkRun(network="fake", backend="torch", dtype="float32", measured=measured),),
        "fake/2": (),
    }


def test_the_one_used_longest_ago_gives_way_when_memory_is_short() -> None:
    models = Models("1", "2", "3")
    shelf = models.shelf(most_bytes=25)
    for models.now, version in enumerate(("fake/2", "fake/1", "fake/3"), 1):
        assert shelf.get(version) is not None
    assert states(shelf) == {
        "fake/1": ModelState.LOADED, "fake/2": ModelState.UNLOADED, "fake/3": ModelState.LOADED,
    }  # fmt: skip


def test_a_model_that_does_not_fit_alone_is_out_of_service_and_the_others_live_on() -> None:
    models = Models("1", "2")
    models.sources["fake/2"] = replace(models.sources["fake/2"], parts={"2": 2 << 20})
    shelf = models.shelf(most_bytes=1 << 20)
    assert shelf.serves == ("fake/1",), "no job has to wait for it first"
    assert shelf.get("fake/2") is None
    [failed] = [model for model in shelf.served() if model.version == "fake/2"]
    assert failed.error == "DoesNotFit: fake/2 takes 2 MB, KRITIQ_MODEL_MEMORY_MB is 1"
    assert shelf.get(None) is not None


def test_whoever_asks_for_what_does_not_fit_does_not_put_it_back_into_service() -> None:
    models = Models("1", "2")
    models.sources["fake/2"] = replace(models.sources["fake/2"], parts={"2": 2 << 20})
    shelf = models.shelf(most_bytes=1 << 20)
    with pytest.raises(Refused):
        shelf.load("fake/2", frozenset())
    assert (shelf.serves, states(shelf)["fake/2"]) == (("fake/1",), ModelState.FAILED)


def test_what_is_offered_and_does_not_fit_is_out_of_service_at_once() -> None:
    shelf = Models("1").shelf(most_bytes=1 << 20)
    shelf.add("fake/2", Source(load=lambda: preparer("2"), parts={"2": 2 << 20}))
    assert (shelf.serves, states(shelf)["fake/2"]) == (("fake/1",), ModelState.FAILED)


def test_a_model_that_cannot_be_loaded_is_out_of_service_and_whoever_watches_hears_of_it() -> None:
    models = Models("1", "2", broken="2")
    shelf, heard = models.shelf(), list[str]()
    shelf.on_failed = heard.append
    assert shelf.get("fake/2") is None
    assert shelf.get("fake/2") is None
    assert (heard, states(shelf)["fake/2"]) == (["fake/2"], ModelState.FAILED)


@pytest.mark.parametrize("why", [HubAway("the hub says 503"), OSError("stale file handle")])
def test_what_fails_for_what_may_pass_is_tried_again_after_a_while(why: Exception) -> None:
    models = Models("1", "2", broken="2")
    shelf, heard = models.shelf(), list[str]()
    shelf.on_back = heard.append
    models.why = why
    assert shelf.get("fake/2") is None
    models.now = AGAIN_S - 1
    shelf.try_again()
    assert shelf.serves == ("fake/1",)
    models.now, models.broken = AGAIN_S, ""
    shelf.try_again()
    assert (shelf.serves, heard) == (("fake/1", "fake/2"), ["fake/2"])
    assert shelf.get("fake/2") is not None


def test_a_file_that_was_altered_is_not_tried_again() -> None:
    models = Models("1", "2", broken="2")
    shelf = models.shelf()
    assert shelf.get("fake/2") is None
    models.now = 10 * AGAIN_S
    shelf.try_again()
    assert shelf.serves == ("fake/1",)


def test_no_job_is_claimed_for_what_is_tried_again_on_request_before_it_is_there() -> None:
    models = Models("1", "2", broken="2")
    shelf, back, meanwhile = models.shelf(), list[str](), list[tuple[str, ...]]()
    shelf.on_back = back.append
    assert shelf.get("fake/2") is None
    models.broken = ""
    assert shelf.load("fake/2", set(), loading=lambda: meanwhile.append(shelf.serves)) is None
    assert (meanwhile, shelf.serves, back) == ([("fake/1",)], ("fake/1", "fake/2"), ["fake/2"])


def test_without_its_own_model_a_worker_is_of_no_use() -> None:
    models = Models("1", "2", broken="1")
    shelf = models.shelf()
    models.now = 1.0
    shelf.get("fake/2")
    models.now = 100.0
    shelf.tidy({"fake/2"})
    assert shelf.usable
    assert shelf.get(None) is None
    assert not shelf.usable


def test_whoever_waits_while_another_model_is_loaded_says_so_all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.predict.shelf.SAID_S", 0.01)
    models, loading, gate, notices = Models("1", "2", "3"), threading.Event(), threading.Event(), list[str]()

    def slow() -> Preparer:
        loading.set()
        assert gate.wait(60)
        return preparer("2")

    models.sources["fake/2"] = Source(load=slow)
    shelf = models.shelf()
    threads = [threading.Thread(target=shelf.get, args=("fake/2", lambda: notices.append("loads")), daemon=True)]
    threads[0].start()
    assert loading.wait(60)
    assert notices == ["loads"]
    threads.append(threading.Thread(target=shelf.get, args=("fake/3", lambda: notices.append("waits")), daemon=True))
    threads[1].start()
    wait_for(lambda: notices.count("waits") > 2, "the other one says that it waits")
    gate.set()
    for thread in threads:
        thread.join(60)
    assert states(shelf) == dict.fromkeys(("fake/1", "fake/2", "fake/3"), ModelState.LOADED)


@pytest.mark.parametrize(("named", "left"), [({"fake/2"}, ["fake/2"]), ({"fake/1"}, ["fake/1"]), (set(), ["fake/2"])])
def test_what_no_alias_names_goes_after_a_while_but_never_all(named: set[str], left: list[str]) -> None:
    models = Models("1", "2")
    shelf = models.shelf()
    models.now = 1.0
    shelf.get("fake/2")
    models.now = 2.0
    assert not shelf.tidy(named)
    models.now = 2.0 + UNUSED_S
    assert shelf.tidy(named)
    assert [version for version, state in states(shelf).items() if state is ModelState.LOADED] == left
    assert not shelf.tidy(named)


def test_a_worker_with_one_model_never_takes_it_out_of_memory() -> None:
    own = preparer("1")
    shelf = Shelf(own, clock=lambda: 1e6)
    assert not shelf.tidy(set())
    assert shelf.get(None) is own


def test_its_own_model_comes_back_when_a_job_needs_it() -> None:
    models = Models("1", "2")
    shelf = models.shelf()
    models.now = 1.0
    shelf.get("fake/2")
    models.now = 100.0
    shelf.tidy({"fake/2"})
    assert shelf.get(None) is not None
    assert models.loads == ["2", "1"]


def test_a_network_that_two_models_are_made_of_is_counted_once() -> None:
    models = Models("1", "2", "both")
    models.sources["fake/both"] = replace(models.sources["fake/both"], parts={"1": 10, "2": 10})
    shelf = models.shelf(most_bytes=20)
    assert shelf.get("fake/both") is not None
    assert shelf.get("fake/2") is not None
    assert set(states(shelf).values()) == {ModelState.LOADED}
