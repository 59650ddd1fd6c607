"""What a worker tells of its own model, wherever that lies."""

from pathlib import Path

import pytest
import redis

from model.errors import HubAway
from store.model_cards import CardStore
from tests.support.factories import FakePredictor, make_settings
from tests.support.processes import ROOT
from worker.consumer.models import WorkerModels

HUB = "hub:acme/mini@0123456789abcdef0123456789abcdef01234567"

pytestmark = pytest.mark.integration


def card_of(client: redis.Redis) -> str:
    WorkerModels(make_settings(model=HUB), client, FakePredictor().as_predictor())
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
