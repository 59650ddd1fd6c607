"""The API's own page."""

import pytest

from api.app import create_app
from jobs.errors import SettingsError
from jobs.settings import load_settings
from tests.support.factories import make_settings
from tests.support.model_hub import ModelHub
from tests.support.model_store import ModelStore


def page(**settings: str) -> str:
    store = ModelStore()
    return create_app(make_settings(**settings), store, ModelHub(store)).test_client().get("/docs").text


def test_it_leads_to_flower_where_there_is_one() -> None:
    assert 'href="https://flower.example.com/"' in page(flower_url="https://flower.example.com")
    assert "Flower" not in page()


def test_an_address_of_flower_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRITIQ_FLOWER_URL", "javascript:alert(1)")
    with pytest.raises(SettingsError, match="KRITIQ_FLOWER_URL"):
        load_settings()
