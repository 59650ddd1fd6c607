"""A dashboard that wants a name and a password shows nothing without; webhooks come in by their signature."""

from base64 import b64encode
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from examples.dashboard.app import create_app
from examples.dashboard.settings import Settings, SettingsError, load_settings
from tests.unit.dashboard.factories import SECRET, job_event, signed


@pytest.fixture
def closed(tmp_path: Path) -> FlaskClient:
    settings = Settings(db=tmp_path / "dashboard.db", secret=SECRET, login="anna:geheim:ü")
    return create_app(settings).test_client()


def shown(text: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(text.encode()).decode()}


@pytest.mark.parametrize("path", ["/", "/view.json", "/export.csv", "/events", "/static/page.css", "/nothing"])
def test_nothing_is_shown_without_a_login(closed: FlaskClient, path: str) -> None:
    for headers in ({}, shown("anna:falsch"), shown("anna"), {"Authorization": "Bearer geheim"}):
        refused = closed.get(path, headers=headers)
        assert (refused.status_code, refused.headers["WWW-Authenticate"][:5]) == (401, "Basic")
        assert "Content-Security-Policy" in refused.headers


def test_who_has_it_sees_the_page_and_kritiq_needs_none(closed: FlaskClient) -> None:
    body, headers = signed(job_event())
    assert closed.post("/webhooks/kritiq", data=body, headers=headers).status_code == 204
    assert closed.get("/livez").status_code == 200
    view = closed.get("/view.json", headers=shown("anna:geheim:ü")).get_json()
    assert len(view["reviews"]) == 1


def test_a_login_comes_from_a_file_too_and_is_never_repeated(tmp_path: Path) -> None:
    (tmp_path / "login").write_text("anna:geheim\n")
    settings = load_settings({"KRITIQ_DASHBOARD_LOGIN_FILE": str(tmp_path / "login")})
    assert settings.login == "anna:geheim"
    assert "geheim" not in repr(settings)
    with pytest.raises(SettingsError, match="name:password") as told:
        load_settings({"KRITIQ_DASHBOARD_LOGIN": "geheim"})
    assert "geheim" not in str(told.value)
    with pytest.raises(SettingsError, match="LOGIN_FILE"):
        load_settings({"KRITIQ_DASHBOARD_LOGIN_FILE": str(tmp_path / "none")})
    (tmp_path / "login").write_bytes("anna:gehäm".encode("latin-1"))
    with pytest.raises(SettingsError, match=r"LOGIN_FILE.*UTF-8") as told:
        load_settings({"KRITIQ_DASHBOARD_LOGIN_FILE": str(tmp_path / "login")})
    assert "geh" not in str(told.value)
