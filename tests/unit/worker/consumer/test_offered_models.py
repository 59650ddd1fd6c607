"""What is offered while a worker runs is on its shelf from then on."""

from jobs.offer import Offer
from jobs.served import ModelState
from tests.unit.worker.predict.test_shelf import preparer
from worker.consumer.offered_models import OfferedModels
from worker.predict.places import Source
from worker.predict.shelf import Shelf

DIGEST = "a" * 64


def offer(version: str, store: str = "/models") -> Offer:
    return Offer(version=version, address=f"{store}#fake@{DIGEST}", bytes=7)


def test_it_is_served_and_loaded_at_its_first_job() -> None:
    shelf, offers = Shelf(preparer("1")), dict[str, Offer]()
    looked = OfferedModels(shelf, "/models", lambda: offers, lambda told: Source(load=lambda: preparer("2")))
    looked.look()
    assert shelf.serves == ("fake/1",)
    back: list[str] = []
    shelf.on_back = back.append
    offers["fake/2"] = offer("fake/2")
    looked.look()
    looked.look()
    assert (shelf.serves, back) == (("fake/1", "fake/2"), ["fake/2"])
    assert [each.state for each in shelf.served()] == [ModelState.LOADED, ModelState.UNLOADED]
    assert shelf.get("fake/2") is not None


def test_what_lies_in_another_store_than_the_workers_own_is_not_taken() -> None:
    shelf = Shelf(preparer("1"))
    offers = {"fake/2": offer("fake/2", "s3://elsewhere"), "fake/1": offer("fake/1")}
    OfferedModels(shelf, "/models", lambda: offers, lambda told: Source(load=lambda: preparer("2"))).look()
    assert shelf.serves == ("fake/1",)


def test_of_a_repository_on_a_hub_its_commits_are_taken() -> None:
    commit, shelf = "0123456789abcdef0123456789abcdef01234567", Shelf(preparer("1"))
    offers = {
        "fake/2": offer("fake/2", f"hub:acme/models@{commit}"),
        "fake/3": offer("fake/3", f"hub:acme/models-of-others@{commit}"),
    }
    store = "hub:acme/models"
    OfferedModels(shelf, store, lambda: offers, lambda told: Source(load=lambda: preparer("2"))).look()
    assert shelf.serves == ("fake/1", "fake/2")


def test_a_worker_without_a_store_of_models_asks_for_no_offers() -> None:
    def never() -> dict[str, Offer]:
        raise AssertionError

    OfferedModels(Shelf(preparer("1")), "", never, lambda told: Source(load=lambda: preparer("1"))).look()
