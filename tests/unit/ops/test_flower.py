"""Who may log in to Flower: names and passwords, or a provider by OAuth 2, and on a network nobody without."""

import os
import shelve
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from jobs.errors import SettingsError
from ops.flower import demand_history, flower_options, log_in_by
from tests.support.factories import make_settings

OAUTH = {
    "flower_auth_provider": "flower.views.auth.GithubLoginHandler", "flower_auth": r".*@example\.com",
    "flower_oauth2_key": "id", "flower_oauth2_secret": SecretStr("geheim"),
    "flower_oauth2_redirect_uri": "https://flower.example.com/login",
}  # fmt: skip


def test_on_a_network_flower_wants_a_login() -> None:
    with pytest.raises(SettingsError, match="needs a login"):
        flower_options(make_settings(host="0.0.0.0"))
    login: Any
    for login in (OAUTH, {"flower_users": SecretStr("me:geheim")}):
        assert flower_options(make_settings(host="0.0.0.0", **login))


@pytest.mark.parametrize("name", OAUTH)
def test_half_a_login_is_none(name: str) -> None:
    settings = make_settings(**{**OAUTH, name: ""})
    with pytest.raises(SettingsError, match=f"KRITIQ_{name.upper()}"):
        flower_options(settings)


def test_flower_gets_its_login_where_no_list_of_processes_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AUTH_PROVIDER", "AUTH", "OAUTH2_KEY", "OAUTH2_SECRET", "OAUTH2_REDIRECT_URI", "BASIC_AUTH"):
        monkeypatch.delenv(f"FLOWER_{name}", raising=False)
        monkeypatch.setenv(f"FLOWER_{name}", "")
    settings = make_settings(flower_users=SecretStr("me:geheim"), **OAUTH)
    log_in_by(settings)
    assert os.environ["FLOWER_BASIC_AUTH"] == "me:geheim"
    assert os.environ["FLOWER_OAUTH2_SECRET"] == "geheim"
    assert os.environ["FLOWER_AUTH_PROVIDER"] == OAUTH["flower_auth_provider"]
    assert "geheim" not in " ".join(flower_options(settings))


def test_a_history_is_made_and_found_again(tmp_path: Path) -> None:
    path = tmp_path / "new" / "history"
    for _ in range(2):
        demand_history(path)
        with shelve.open(str(path)) as history:
            history["events"] = 1


@pytest.mark.parametrize("name", ["notes", "archive.db", "archive", "folder", "notes/history", "x" * 300])
def test_what_is_no_history_is_left_where_it_is(tmp_path: Path, name: str) -> None:
    """Flower takes it for a broken one, and moves it away."""
    (tmp_path / "folder").mkdir()
    for file in ("notes", "archive.db"):
        (tmp_path / file).write_bytes(b"SQLite format 3\0" * 100)
    with pytest.raises(SettingsError, match=r"^KRITIQ_FLOWER_DB: [^\n]+$"):
        demand_history(tmp_path / name)
