"""What a worker tells of its own model, wherever that lies."""

from dataclasses import replace
from pathlib import Path

import pytest
import redis

from jobs.errors import SettingsError
from jobs.served import ModelState
from jobs.settings import Settings
from model.artifact.loading import locate
from model.artifact.manifest import read_manifest
from model.artifact.model_store import ModelStore
from model.artifact.sealing import seal
from model.errors import HubAway
from model.predictor import Predictor
from store.model_cards import CardStore
from tests.support.factories import FakePredictor, make_settings
from tests.support.linear_model import make_linear_model
from tests.support.processes import ROOT
from worker.consumer.models import WorkerModels, load_predictor

HUB = "hub:acme/mini@0123456789abcdef0123456789abcdef01234567"
WORKER = "worker@here"
OTHER = HUB.replace("mini", "small")

pytestmark = pytest.mark.integration


def card_of(client: redis.Redis) -> str:
    WorkerModels(make_settings(model=HUB), client, FakePredictor().as_predictor(), worker=WORKER)
    return CardStore(client).of("fake")["1"].text


def test_a_model_of_the_hub_has_a_card_scores_and_a_reference(
    redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.consumer.models.locate", {HUB: ROOT / "models" / "kritiq-mini"}.__getitem__)
    assert "# kritiq-mini 1" in card_of(redis_client)


def test_a_loaded_model_that_lies_nowhere_is_served_and_the_log_says_what_is_not_told(
    redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(model: str) -> Path:
        raise HubAway(f"{model} cannot be had")

    monkeypatch.setattr("worker.consumer.models.locate", away)
    assert card_of(redis_client) == ""
    assert f"reference of {HUB} are not told" in caplog.text


def test_a_model_is_looked_for_once_however_much_is_told_of_it(
    redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = {HUB: ROOT / "models" / "kritiq-mini", OTHER: ROOT / "models" / "kritiq-small"}
    asked = list[str]()

    def located(model: str) -> Path:
        asked.append(model)
        return places[model]

    def loaded(settings: Settings, model: str | None = None, engines: object = None) -> Predictor:
        assert model == str(places[OTHER])
        found = FakePredictor()
        digest = read_manifest(places[OTHER])[1]
        found.info = replace(found.info, name="kritiq-small", version="1", digest=digest)
        return found.as_predictor()

    monkeypatch.setattr("worker.consumer.models.locate", located)
    monkeypatch.setattr("worker.consumer.models.load_predictor", loaded)
    own = FakePredictor()
    own.directory = places[HUB]
    settings = make_settings(model=HUB, models=frozenset({OTHER}), token_budget=2048)
    models = WorkerModels(settings, redis_client, own.as_predictor(), worker=WORKER)
    assert "# kritiq-mini 1" in CardStore(redis_client).of("fake")["1"].text
    assert {model.version for model in models.shelf.served()} == {"fake/1", "kritiq-mini/1", "kritiq-small/1"}
    assert asked == [OTHER]
    assert models.shelf.get("kritiq-small/1") is not None
    # It is brought here, and then loaded.
    assert asked == [OTHER, OTHER, OTHER]


def test_a_model_made_of_others_judges_with_the_networks_that_the_worker_has_already(redis_client: redis.Redis) -> None:
    settings = make_settings(
        model=str(ROOT / "models" / "kritiq-mini"), models=frozenset({str(ROOT / "models" / "kritiq")}),
        device="cpu", token_budget=2048, model_memory_mb=60,
    )  # fmt: skip
    own = load_predictor(settings)
    models = WorkerModels(settings, redis_client, own, worker=WORKER)
    made = models.shelf.get("kritiq/1")
    assert made is not None
    assert made.predictor.info.digest == read_manifest(ROOT / "models" / "kritiq")[1]
    # 20 MB and 34: were kritiq-mini counted twice, it would have had to give way.
    assert {model.version: model.state for model in models.shelf.served()} == {
        "kritiq-mini/1": ModelState.LOADED, "kritiq/1": ModelState.LOADED,
    }  # fmt: skip
    again = load_predictor(settings, engines=made.predictor.engines)
    assert again._engine is own._engine


def test_a_budget_that_the_workers_own_model_does_not_fit_into_is_refused_at_once(
    redis_client: redis.Redis, tmp_path: Path
) -> None:
    """It would leave memory for the first other model, and could never be loaded again."""
    settings = make_settings(
        model=str(ROOT / "models" / "kritiq-mini"), models=frozenset({str(make_linear_model(tmp_path / "counted"))}),
        device="cpu", model_memory_mb=10,
    )  # fmt: skip
    with pytest.raises(SettingsError, match=r"KRITIQ_MODEL_MEMORY_MB is 10, and KRITIQ_MODEL, kritiq-mini/1, alone"):
        WorkerModels(settings, redis_client, load_predictor(settings), worker=WORKER)


@pytest.mark.parametrize("again", [False, True])
def test_a_model_that_is_another_one_by_the_time_that_it_is_loaded_is_out_of_service(
    redis_client: redis.Redis, tmp_path: Path, again: bool
) -> None:
    """It is told of under its version and digest: what lies there now may be right, and is not that."""
    made = make_linear_model(tmp_path / "counted")
    settings = make_settings(
        model=str(ROOT / "models" / "kritiq-mini"), models=frozenset({str(made)}), device="cpu", token_budget=2048
    )  # fmt: skip
    models = WorkerModels(settings, redis_client, load_predictor(settings), worker=WORKER)
    if again:
        assert models.shelf.get("counted/1") is not None
        models.shelf.unload("counted/1", set())
    manifest, _ = read_manifest(made)
    seal(made, replace(manifest, languages=("en",)))
    assert models.shelf.get("counted/1") is None
    told = {each.version: each.error for each in models.shelf.served()}
    assert "has other files than it had when this worker began" in (told["counted/1"] or "")
    assert told["kritiq-mini/1"] is None


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a version that this machine has a copy of, one of whose files is not what it was."""
    monkeypatch.setattr("model.artifact.model_cache.Path.home", lambda: tmp_path / "home")
    address = str(ModelStore(str(tmp_path / "store")).push(make_linear_model(tmp_path / "counted")))
    damage(address)
    return address


def damage(address: str) -> None:
    weights = locate(address) / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])


def test_a_worker_whose_own_copy_of_a_version_is_damaged_downloads_it_again(stored: str) -> None:
    assert load_predictor(make_settings(model=stored, device="cpu")).info.name == "counted"


def test_a_damaged_copy_of_another_model_is_downloaded_again_when_it_is_tried_next(
    redis_client: redis.Redis, stored: str
) -> None:
    mini = str(ROOT / "models" / "kritiq-mini")
    settings = make_settings(model=mini, models=frozenset({stored}), device="cpu", token_budget=2048)
    own = load_predictor(settings)
    missed = WorkerModels(settings, redis_client, own, worker=WORKER).shelf.served()
    [error] = [each.error for each in missed if each.error]
    assert "downloaded again" in error
    models = WorkerModels(settings, redis_client, own, worker=WORKER)
    damage(stored)
    assert models.shelf.get("counted/1") is None
    assert models.shelf.load("counted/1", set()) is None
    assert models.shelf.get("counted/1") is not None


def test_a_worker_tells_the_digest_and_size_of_its_only_model(redis_client: redis.Redis) -> None:
    folder = ROOT / "models" / "kritiq-mini"
    own = FakePredictor()
    own.directory = folder
    models = WorkerModels(make_settings(model=str(folder)), redis_client, own.as_predictor(), worker=WORKER)
    (told,) = models.shelf.served()
    assert told.digest == read_manifest(folder)[1]
    assert told.bytes == (folder / "model.safetensors").stat().st_size
