"""What `kritiq` says of arguments that it cannot use, whichever command gets them: a line, not a traceback."""

import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner
from click.types import FloatParamType, IntParamType

import jobs.finite
import model.cli.finite
from ops import command
from tests.support.redis_server import RedisServer


def stderr_of(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What it ends with, with status 1."""
    monkeypatch.setattr(sys, "argv", ["kritiq", *words])
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 1
    return capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ("keys", "list", "--tenant", "caf\udce9"),
        ("keys", "rotate", "key_\udce9"),
        ("usage", "--tenant", "caf\udce9"),
        ("jobs", "dead", "--tenant", "caf\udce9"),
    ],
    ids=" ".join,
)
def test_an_argument_that_is_no_text_is_named(
    redis_server: RedisServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
) -> None:
    monkeypatch.setenv("KRITIQ_REDIS_URL", redis_server.url)
    assert stderr_of(monkeypatch, capsys, *words) == f"kritiq: {words[-1]!r} is not UTF-8\n"


def test_a_file_that_the_system_refuses_is_named_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "x" * 300
    assert stderr_of(monkeypatch, capsys, "corpus", "shares", name) == f"kritiq: {name}: File name too long\n"


@pytest.mark.parametrize("may", [(), ("+eval", "+evalsha", "+script|load")], ids=["nothing", "scripts alone"])
@pytest.mark.parametrize(
    "words", [("tenants", "list"), ("tenants", "limit", "acme", "--rate", "5"), ("jobs", "rejected")]
)
def test_what_redis_does_not_let_its_user_do_is_said_in_a_line(
    redis_server: RedisServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    may: tuple[str, ...],
) -> None:
    redis_server.client().execute_command("ACL", "SETUSER", "reader", "on", ">reader", "~*", "&*", "+@connection", *may)
    monkeypatch.setenv("KRITIQ_REDIS_URL", redis_server.url.replace("://", "://reader:reader@"))
    told = stderr_of(monkeypatch, capsys, *words)
    assert told.startswith("kritiq: Redis' user may not do that: ")
    assert told.endswith("See Operator's commands in deploy/README.md.\n")
    assert told.count("\n") == 1


@pytest.mark.parametrize("error", [OSError("no file is named"), UnicodeEncodeError("utf-8", "\ud800", 0, 1, "half")])
def test_what_no_argument_is_to_blame_for_keeps_its_traceback(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken() -> None:
        raise error

    monkeypatch.setattr(command, "cli", broken)
    monkeypatch.setattr(sys, "argv", ["kritiq", "usage"])
    with pytest.raises(type(error)):
        command.main()


@pytest.mark.parametrize("words", [("audit",), ("jobs", "dead"), ("jobs", "rejected")], ids=" ".join)
def test_no_more_is_asked_for_than_redis_can_count(words: tuple[str, ...]) -> None:
    asked = CliRunner().invoke(command.cli, [*words, "--most", "9" * 30])
    assert asked.exit_code == 2
    assert "--most" in asked.output


def numbers(group: click.Group, path: str = "kritiq") -> Iterator[tuple[str, click.Parameter]]:
    """Every option and argument of a number, with the words in front of it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        for parameter in found.params:
            if isinstance(parameter.type, FloatParamType | IntParamType):
                yield f"{path} {name} {parameter.opts[0]}", parameter
        if isinstance(found, click.Group):
            yield from numbers(found, f"{path} {name}")


def test_no_command_takes_nan_for_a_number_or_less_than_it_can_count_with() -> None:
    known = {parameter for _, parameter in numbers(command.cli)}
    assert len(known) > 50
    finite = (jobs.finite.Finite, model.cli.finite.Finite)
    loose = [
        where
        for where, parameter in numbers(command.cli)
        if not (
            isinstance(parameter.type, finite)
            or (isinstance(parameter.type, click.IntRange) and parameter.type.min is not None)
            # Of the client, which has nothing of ours.
            or getattr(parameter.callback, "__module__", "") == "kritiq_client.options"
        )
    ]
    assert loose == []


def test_a_redis_that_is_not_there_is_said_with_the_settings_that_name_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KRITIQ_REDIS_URL", "redis://:secret@127.0.0.1:1/0")
    told = stderr_of(monkeypatch, capsys, "tenants", "list")
    assert "(KRITIQ_REDIS_URL): Error 111" in told
    assert "secret" not in told
    monkeypatch.delenv("KRITIQ_REDIS_URL")
    monkeypatch.setenv("KRITIQ_REDIS_PORT", "1")
    told = stderr_of(monkeypatch, capsys, "tenants", "list")
    assert "(KRITIQ_REDIS_PORT)" in told
    assert "KRITIQ_REDIS_URL" in told
