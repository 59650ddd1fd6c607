"""Every command that is told whose: an organisation that there is not is an error, and nothing is kept of it."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import redis

from archive.schema import open_archive, prepare
from jobs.errors import NotFound
from jobs.settings import load_settings
from ops.command import cli
from tests.support.commands import Kritiq

NOBODY = ("--tenant", "nobody")
#: Commands that ask Redis, as they are called.
ASK = {
    "audit": NOBODY,
    "erase": ("--all", *NOBODY),
    "extract": ("--all", *NOBODY),
    "feedback export": NOBODY,
    "jobs dead": NOBODY,
    "jobs dead requeue": ("--all",),
    "keys list": NOBODY,
    "keys revoke": ("key_x", *NOBODY),
    "keys rotate": ("key_x", *NOBODY),
    "models compare": ("fake/1", "fake/2", *NOBODY),
    "models rollout status": NOBODY,
    "retrain": ("--model", "default", "--tenant", "default", *NOBODY, "--background"),
    "review": NOBODY,
    "tenants archive": ("nobody", "--days", "7"),
    "tenants class": ("nobody", "trial"),
    "tenants limit": ("nobody", "--day", "7"),
    "usage": ("--tenant", "default", *NOBODY),
}
#: Those that ask the archive, and what else they need.
ASK_THE_ARCHIVE = {
    "archive encrypt": NOBODY,
    "archive export": ("--from", "2026-10-01", "--to", "2026-10-31", "--out", "october.csv", *NOBODY),
    "report": ("--restaurant", "adler", "--month", "2026-10", "--out", "adler.html", *NOBODY),
}
#: Those that ask the folder of keys.
ASK_THE_FOLDER = {
    "tenants key delete": ("nobody", "--yes"),
    "tenants key rotate": ("nobody",),
}
#: By these an organisation comes to be.
MAKE = {"keys create", "tenants key make", "import", "archive import"}
#: Here it is a number.
COUNTED = {"sizing"}


def named(command: click.Command, words: tuple[str, ...], ctx: click.Context) -> Iterator[str]:
    """The commands below one that are told an organisation."""
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            found = command.get_command(ctx, name)
            assert found is not None
            yield from named(found, (*words, name), ctx)
    if {"tenant", "tenants"} & {parameter.name for parameter in command.params}:
        yield " ".join(words)


def call(kritiq: Kritiq, command: str, words: tuple[str, ...]) -> BaseException | None:
    """What it ends with, of which status 1 is made."""
    if command == "jobs dead requeue":
        return kritiq("jobs", "dead", *NOBODY, "requeue", *words, status=1).exception
    return kritiq(*command.split(), *words, status=1).exception


def test_every_command_that_is_told_one_is_named_here() -> None:
    known = ASK.keys() | ASK_THE_ARCHIVE.keys() | ASK_THE_FOLDER.keys() | MAKE | COUNTED
    assert set(named(cli, (), click.Context(cli))) == known - {"jobs dead requeue"}


@pytest.mark.parametrize("command", ASK)
def test_of_one_that_there_is_not_nothing_is_told_or_kept(
    kritiq: Kritiq, redis_client: redis.Redis, command: str
) -> None:
    error = call(kritiq, command, ASK[command])
    assert isinstance(error, NotFound)
    assert str(error).startswith("There is no organisation 'nobody'. ")
    assert redis_client.keys("*nobody*") == []
    assert redis_client.keys("kritiq:retraining*") == []


@pytest.mark.parametrize("command", ASK_THE_ARCHIVE)
def test_of_one_that_the_archive_has_nothing_of_nothing_is_written(
    kritiq: Kritiq, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KRITIQ_ARCHIVE_URL", f"sqlite:///{tmp_path}/archive.db")
    monkeypatch.setenv("KRITIQ_TEXT_KEYS", str(tmp_path / "keys"))
    kritiq("tenants", "key", "make", "default")
    monkeypatch.setenv("KRITIQ_ENCRYPT_TEXTS", "true")
    engine = open_archive(load_settings())
    prepare(engine)
    engine.dispose()
    error = call(kritiq, command, ASK_THE_ARCHIVE[command])
    assert isinstance(error, NotFound)
    assert str(error) == "The archive has nothing of an organisation 'nobody'."
    assert not [path for path in tmp_path.iterdir() if path.suffix in (".csv", ".html")]


@pytest.mark.parametrize("command", ASK_THE_FOLDER)
def test_of_one_without_keys_of_texts_none_is_made_or_deleted(
    kritiq: Kritiq, redis_client: redis.Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("KRITIQ_TEXT_KEYS", str(tmp_path / "keys"))
    kritiq("tenants", "key", "make", "default")
    assert isinstance(call(kritiq, command, ASK_THE_FOLDER[command]), NotFound)
    assert not [path for path in (tmp_path / "keys").iterdir() if "nobody" in path.name]
    assert redis_client.keys("*nobody*") == []


def test_default_is_there_before_it_has_a_key(kritiq: Kritiq) -> None:
    assert kritiq("tenants", "limit", "default", "--day", "7").output.startswith("default  ")
    assert kritiq("keys", "list").output == "default has no keys.\n"
