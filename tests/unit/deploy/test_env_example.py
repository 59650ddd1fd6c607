""".env.example names every setting, at its default, and no secret."""

import re
from pathlib import Path

import pytest
from dotenv import dotenv_values
from pydantic import SecretStr

from deploy.env_example import COMPOSE, FIXED, render
from jobs.errors import SettingsError
from jobs.settings import Settings, load_settings
from tests.unit.deploy.conftest import ROOT

FILE = ROOT / ".env.example"


def test_it_is_what_the_settings_say() -> None:
    """When this fails: python -m deploy.env_example > .env.example"""
    assert FILE.read_text(encoding="utf-8") == render()


def test_it_names_every_setting_and_nothing_else() -> None:
    named = re.findall(r"^#(\w+)=", FILE.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(named) == {f"KRITIQ_{name.upper()}" for name in Settings.model_fields} | set(COMPOSE)
    assert len(named) == len(set(named))


def test_with_every_line_turned_on_the_settings_are_the_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = re.sub(r"^#(\w+=)", r"\1", FILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    (tmp_path / ".env").write_text(lines, encoding="utf-8")
    for name, value in dotenv_values(tmp_path / ".env").items():
        monkeypatch.setenv(name, value or "")
    assert load_settings() == Settings.model_construct()


def test_no_default_is_a_secret() -> None:
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, SecretStr):
            assert field.default.get_secret_value() == "", name
    assert "@" not in str(Settings.model_fields["redis_url"].default)


def test_what_compose_sets_itself_are_settings() -> None:
    assert set(FIXED) <= set(Settings.model_fields)


def test_a_file_in_the_secrets_folder_sets_what_no_variable_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Laid out as Kubernetes does it, with links, so that all files change at once."""
    (tmp_path / "..1").mkdir()
    (tmp_path / "..1/kritiq_redis_url").write_text("redis://api:pw@redis:6379/0\n")
    (tmp_path / "..1/kritiq_port").write_text("1\n")
    (tmp_path / "..data").symlink_to("..1")
    for name in ("kritiq_redis_url", "kritiq_port"):
        (tmp_path / name).symlink_to(f"..data/{name}")
    monkeypatch.setenv("KRITIQ_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("KRITIQ_PORT", "2")
    monkeypatch.setenv("KRITIQ_REDIS_URL", "")
    settings = load_settings()
    assert (settings.redis_url, settings.port) == ("redis://api:pw@redis:6379/0", 2)


def test_a_missing_secrets_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRITIQ_SECRETS_DIR", str(tmp_path / "none"))
    with pytest.raises(SettingsError, match="KRITIQ_SECRETS_DIR"):
        load_settings()


def test_no_message_says_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kritiq_redis_url").write_text("http://me:hush@redis")
    monkeypatch.setenv("KRITIQ_SECRETS_DIR", str(tmp_path))
    with pytest.raises(SettingsError, match="KRITIQ_REDIS_URL") as caught:
        load_settings()
    assert "hush" not in str(caught.value)
