"""What `kritiq run` would start, and what it refuses before it starts anything."""

import socket
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from jobs.errors import SettingsError
from jobs.settings import load_settings
from ops.data_folder import held
from ops.flower import flower_options
from ops.ports import check_ports
from ops.run import archive_environment, commands
from tests.support.factories import make_settings


def test_every_process_but_redis_is_a_command_of_its_own() -> None:
    found = commands(make_settings())
    assert {"api", "worker", "reconciler", "delivery", "flower"} <= set(found)
    assert found["flower"] == [sys.executable, "-m", "ops", "flower"]


def test_an_archive_is_started_among_the_data_unless_another_is_named_or_nothing_could_write_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual, named = make_settings(data_dir=tmp_path), make_settings(archive_url=SecretStr("postgresql://me:geheim@db/x"))
    assert [commands(each)["archive"][-1] for each in (usual, named)] == ["archive"] * 2
    assert archive_environment(usual) == {"KRITIQ_ARCHIVE_URL": f"sqlite:///{tmp_path}/archive.db"}
    # It may have come as a file, which the others read, too.
    assert archive_environment(named) == {}
    monkeypatch.setattr("ops.run.find_spec", lambda name: None)
    assert "archive" not in commands(usual)
    assert archive_environment(usual) == {}


def test_no_password_is_in_any_command_line() -> None:
    settings = make_settings(
        redis_url="redis://me:geheim@127.0.0.1:1/0", host="0.0.0.0", flower_users=SecretStr("me:geheim")
    )
    words = [word for command in commands(settings).values() for word in command] + flower_options(settings)
    assert not [word for word in words if "geheim" in word]


def test_a_flower_that_others_could_reach_needs_a_login_under_run_too() -> None:
    open_to_all = make_settings(host="0.0.0.0")
    for refuses in (commands, flower_options):
        with pytest.raises(SettingsError, match="KRITIQ_FLOWER_USERS"):
            refuses(open_to_all)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("secret_keys", SecretStr("geheim")), ("producers", SecretStr("acme:geheim")),
        ("key_secret", SecretStr("geheim")),
        ("webhook_ca_file", Path("none")), ("model", "models/kritiq-mimi"), ("model", " "), ("model", "x" * 300),
    ],
)  # fmt: skip
def test_what_a_process_would_end_with_again_and_again_is_said_before_anything_starts(name: str, value: object) -> None:
    with pytest.raises(SettingsError, match=rf"^KRITIQ_{name.upper()}\b[^\n]*$") as caught:
        commands(make_settings(**{name: value}))
    assert "geheim" not in str(caught.value)


def test_a_model_that_has_to_be_fetched_is_its_workers_to_find() -> None:
    for model in ("hub:owner/name@" + "0" * 40, "s3://bucket/models#name@" + "0" * 64):
        commands(make_settings(model=model))


def test_who_sets_nothing_talks_to_the_redis_of_run(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().redis_url == "redis://127.0.0.1:6389/0"
    monkeypatch.setenv("KRITIQ_REDIS_PORT", "7001")
    assert load_settings().redis_url == "redis://127.0.0.1:7001/0"
    assert "redis_url" not in load_settings().model_fields_set
    monkeypatch.setenv("KRITIQ_REDIS_URL", "redis://elsewhere:6379/3")
    assert load_settings().redis_url == "redis://elsewhere:6379/3"


def test_a_line_of_dotenv_moves_every_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("KRITIQ_REDIS_PORT=7002\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(type(make_settings()).model_config, "env_file", ".env")
    assert load_settings().redis_url == "redis://127.0.0.1:7002/0"


def test_a_wrong_port_is_named_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRITIQ_REDIS_PORT", "x")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert str(caught.value).startswith("KRITIQ_REDIS_PORT='x'")
    assert "KRITIQ_REDIS_URL" not in str(caught.value)


def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"port {port} is taken: set KRITIQ_PORT"):
            check_ports({"KRITIQ_PORT": port})
    check_ports({"KRITIQ_PORT": port})


def test_a_second_one_is_kept_out_of_the_data_of_the_first(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with held(folder):
        assert folder.stat().st_mode & 0o777 == 0o700
        with pytest.raises(SettingsError, match=r"^KRITIQ_DATA_DIR: another `kritiq run` uses"), held(folder):
            pytest.fail("both have it")
    with held(folder):
        pass


@pytest.mark.parametrize("below", ["file", "file/below", "x" * 300])
def test_a_folder_that_cannot_be_is_named(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=r"^KRITIQ_DATA_DIR: \S+ cannot be used: \w"), held(tmp_path / below):
        pytest.fail("it is no folder")
