"""The API's own page."""

import re

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.service import guides
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


def test_the_guides_are_read_where_the_api_is(client: FlaskClient) -> None:
    assert 'href="/docs/guides"' in client.get("/docs").text
    for name in guides.NAMES:
        assert f'href="/docs/guides/{name}"' in client.get("/docs/guides").text
        shown = client.get(f"/docs/guides/{name}")
        assert (shown.status_code, "<h1 id=" in shown.text) == (200, True)
    assert client.get("/docs/guides/secrets").status_code == 404


def test_a_guide_leads_only_to_what_is_served(client: FlaskClient) -> None:
    pages = {name: client.get(f"/docs/guides/{name}").text for name in guides.NAMES}
    for name, page in pages.items():
        for target in set(re.findall(r'href="([^"]+)"', page[page.index("<nav") :])):
            path, _, anchor = target.partition("#")
            there = pages.get(path.rpartition("/")[2] or name, "")
            served = path.startswith("https://") or path in ("/docs", "/console/") or bool(there)
            assert served, target
            assert not anchor or f'id="{anchor}"' in there, target


def test_a_guide_is_text_and_no_code_of_the_page() -> None:
    shown = guides.rendered(
        guides.Guide(name="x", title="X", text="# X\n\n<script>alert(1)</script> [y](javascript:1)\n")
    )
    assert "<script" not in shown
    assert "href" not in shown
