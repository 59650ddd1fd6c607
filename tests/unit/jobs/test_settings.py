"""Settings come from the environment, and a bad one is named with what it should be."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from jobs.errors import SettingsError
from jobs.file import MOST_LINES
from jobs.settings import Settings, load_settings


def test_without_variables_the_defaults_hold() -> None:
    settings = load_settings()
    assert settings.port == 5000
    assert settings.lease_ms == 10_000


def test_a_full_file_of_ten_sentences_a_review_may_wait_at_once_and_leaves_others_room() -> None:
    settings = load_settings()
    assert 10 * MOST_LINES <= settings.max_tenant_backlog <= settings.max_backlog // 2


def test_a_variable_sets_its_field(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRITIQ_MAX_TEXT_CHARS", "17")
    assert load_settings().max_text_chars == 17


def test_a_dotenv_file_sets_fields_and_the_environment_wins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pytest.TempPathFactory
) -> None:
    monkeypatch.setitem(Settings.model_config, "env_file", ".env")
    monkeypatch.chdir(str(tmp_path))
    with open(".env", "w", encoding="utf-8") as file:
        file.write("KRITIQ_PORT=6001\nKRITIQ_BATCH_JOBS=5\n")
    monkeypatch.setenv("KRITIQ_PORT", "6002")
    assert (load_settings().port, load_settings().batch_jobs) == (6002, 5)


def test_a_dotenv_file_may_begin_as_those_of_windows_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(Settings.model_config, "env_file", ".env")
    monkeypatch.chdir(tmp_path)
    Path(".env").write_bytes(b"\xef\xbb\xbfKRITIQ_PORT=6001\r\nKRITIQ_BATCH_JOBS=5\r\n")
    assert (load_settings().port, load_settings().batch_jobs) == (6001, 5)


def test_files_that_are_not_utf_8_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KRITIQ_SECRETS_DIR", str(tmp_path))
    (tmp_path / "kritiq_metrics_token").write_bytes(b"geheim\xff")
    with pytest.raises(SettingsError, match=r"^KRITIQ_METRICS_TOKEN: its file in KRITIQ_SECRETS_DIR .*utf-8") as caught:
        load_settings()
    assert "geheim" not in str(caught.value)
    monkeypatch.setitem(Settings.model_config, "env_file", ".env")
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text("KRITIQ_PORT=6001\n", encoding="utf-16")
    with pytest.raises(SettingsError, match=r"^\.env is not UTF-8: "):
        load_settings()


def test_a_secret_may_end_with_a_line_as_any_system_ends_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KRITIQ_SECRETS_DIR", str(tmp_path))
    for end in ("", "\n", "\r\n"):
        (tmp_path / "kritiq_metrics_token").write_bytes(b"m" * 20 + end.encode())
        assert load_settings().metrics_token.get_secret_value() == "m" * 20


@pytest.mark.parametrize("token", [" ", " " * 20, "m" * 15, "m" * 20 + " ", "\t" + "m" * 20, "ü" * 20])
def test_a_token_that_is_guessed_or_that_no_header_brings_is_refused(
    monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("KRITIQ_METRICS_TOKEN", token)
    with pytest.raises(SettingsError, match=r"^KRITIQ_METRICS_TOKEN: should have at least 16 characters") as caught:
        load_settings()
    assert token.strip() not in str(caught.value) or not token.strip()


@pytest.mark.parametrize(
    ("value", "used"),
    [
        ("https://kritiq.example.com/", "https://kritiq.example.com"),
        ("http://[::1]:8080/kritiq/", "http://[::1]:8080/kritiq"),
        ("", ""),
    ],
)
def test_a_public_address_ends_without_a_slash(monkeypatch: pytest.MonkeyPatch, value: str, used: str) -> None:
    monkeypatch.setenv("KRITIQ_PUBLIC_URL", value)
    assert load_settings().public_url == used


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRITIQ_PORT", "")
    assert load_settings().port == 5000


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("KRITIQ_PORT", "often", "integer"),
        ("KRITIQ_PORT", "70000", "65535"),
        ("KRITIQ_REDIS_URL", "http://redis", "redis://"),
        *(
            ("KRITIQ_REDIS_URL", value, "escaped")
            for value in (
                "redis://h:xx/0",
                "redis://h:99999/0",
                "redis://h:0/0",
                "redis://h/x",
                "redis://h/0/1",
                "redis://h/-1",
                "redis://[::1/0",
                "redis://me:ge/heim@h/0",
                "redis://h:6379 /0",
                "rediss://h/0x",
                "unix://",
            )
        ),
        ("KRITIQ_REDIS_URL", "redis://h/0?decode_responses=true", "decode_responses"),
        ("KRITIQ_DEVICE", "tpu", "cuda"),
        *(
            ("KRITIQ_HOST", value, "an IP address")
            for value in (" ", "::zz", "300.1.1.1", "0.0.0.0:80", "-1", "ä", "a..b", "x" * 64, "127.1")
        ),
        ("KRITIQ_LEASE_S", "0", "greater"),
        ("KRITIQ_LEASE_S", "nan", ""),
        ("KRITIQ_MAX_BACKLOG", "-1", "greater"),
        ("KRITIQ_RESULT_TTL_S", "5", "60"),
        ("KRITIQ_MAX_STRIKES", "0", "1"),
        *(
            ("KRITIQ_PUBLIC_URL", value, "")
            for value in (
                "kritiq.example.com",
                "ftp://a.example",
                "https://",
                "https:///v1",
                "https://me:pw@a.example",
                "https://a.example?x=1",
                "https://a.example#x",
                "https://a.example:99999",
                "https://a.example:0",
                "https://a .example",
                "https://ä.example",
                "https://[::1",
            )
        ),
    ],
)
def test_a_bad_variable_is_named_with_what_it_should_be(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert name in str(caught.value)
    assert words in str(caught.value)


NUMBERS = [
    name for name, field in Settings.model_fields.items() if field.annotation in (int, float, int | None, float | None)
]


@pytest.mark.parametrize("name", NUMBERS)
def test_no_number_is_larger_or_smaller_than_what_comes_of_it_can_be(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Redis takes none from 2**63 on, and `Event.wait` and `sleep` none of some centuries."""
    for value in ("-1", str(2**63), "1e999", "-inf", "nan", "5 s", "10MB", "no", " "):
        monkeypatch.setenv(f"KRITIQ_{name.upper()}", value)
        with pytest.raises(SettingsError) as caught:
            load_settings()
        assert str(caught.value).startswith(f"KRITIQ_{name.upper()}={value!r}: ")


@pytest.mark.parametrize("value", ["x" * 5000, "a\nb", "\U0001f600"])
def test_whatever_is_said_a_short_line_names_each_setting(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    for name in Settings.model_fields:
        if name != "secrets_dir":
            monkeypatch.setenv(f"KRITIQ_{name.upper()}", value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    lines = str(caught.value).splitlines()
    assert len(lines) > len(NUMBERS)
    assert [line for line in lines if not re.fullmatch(r"KRITIQ_[A-Z0-9_]+[=:].{1,400}", line)] == []


def test_a_folder_of_secrets_that_cannot_even_be_a_name_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRITIQ_SECRETS_DIR", "x" * 5000)
    with pytest.raises(SettingsError, match=r"KRITIQ_SECRETS_DIR='x+\.\.\.x+': should be a folder$"):
        load_settings()


def test_all_bad_variables_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRITIQ_PORT", "x")
    monkeypatch.setenv("KRITIQ_BATCH_JOBS", "y")
    with pytest.raises(SettingsError, match=r"(?s)KRITIQ_PORT.*KRITIQ_BATCH_JOBS"):
        load_settings()


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        load_settings().port = 1  # type: ignore[misc]


@pytest.mark.parametrize("value", ["collector:4318", "ftp://collector", "grpc://collector:4317"])
def test_a_collector_is_named_by_an_address_on_the_web(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("KRITIQ_OTLP_ENDPOINT", value)
    with pytest.raises(SettingsError, match=r"KRITIQ_OTLP_ENDPOINT=.* http or https"):
        load_settings()


def test_traces_need_their_packages_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRITIQ_OTLP_ENDPOINT", "http://127.0.0.1:4318/")
    assert load_settings().otlp_endpoint == "http://127.0.0.1:4318"
    monkeypatch.setattr("jobs.settings.find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"pip install '\.\[traces\]'"):
        load_settings()
