"""What a reader is told to type is there: options of commands, settings with their defaults, and calls of the API."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest
from flask.testing import FlaskClient

from api.http.problems import STATUS, TITLES
from ops.command import cli

ROOT = Path(__file__).parents[3]
FOLDERS = ("*.md", "docs/**/*.md", "deploy/**/*.md", "*/README.md", "models/*/README.md")
#: Not what tells of what was once, too, as `bench/results` does.
DOCUMENTS = sorted({
    path
    for pattern in FOLDERS
    for path in ROOT.glob(pattern)
    if path.name != "CHANGELOG.md" and "node_modules" not in path.parts
})  # fmt: skip
_CODE = re.compile(r"```\w*\n(.*?)```|`([^`]+)`", re.DOTALL)
_INDENTED = re.compile(r"^ {4,}(?:\$ )?(kritiq .*)$", re.MULTILINE)
#: Not a namespace of Kubernetes, which is called that, too.
_COMMAND = re.compile(r"(?:^|(?<=[\s(;$]))(?<!-n )(?:\.venv/bin/)?kritiq ([a-z][^|;#)<>`\n]*)", re.MULTILINE)
_OPTION = re.compile(r"(?<![\w-])(--[a-z][a-z0-9-]*)")
_SETTING = re.compile(r"\bKRITIQ_[A-Z0-9_]*[A-Z0-9]\b")
_DEFAULT = re.compile(r"`(KRITIQ_\w+)` \(([\d,]+|none)\)")
_CALL = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE) (/(?:v1|api)/[\w/{}.…*-]*)")
#: Of a design that is told of and not built; and what receivers of webhooks may call their own.
OTHERS = {"KRITIQ_REDIS_URLS", "KRITIQ_WEBHOOK_SECRET"}


def codes(document: Path) -> Iterator[str]:
    """A document's code, long lines in one."""
    text = document.read_text(encoding="utf-8")
    yield from _INDENTED.findall(text)
    for block, span in _CODE.findall(text):
        yield block.replace("\\\n", " ") or span.replace("\n", " ")


@cache
def options() -> dict[tuple[str, ...], frozenset[str]]:
    """What each command takes, by its words."""
    found = dict[tuple[str, ...], frozenset[str]]()

    def walk(command: click.Command, words: tuple[str, ...]) -> None:
        named = (name for each in command.params for name in (*each.opts, *each.secondary_opts))
        found[words] = frozenset(named) | {"--help", "--version"}
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                below = command.get_command(context, name)
                assert below is not None
                walk(below, (*words, name))

    walk(cli, ())
    return found


def unknown(line: str) -> list[str]:
    """What the words behind `kritiq` name that no command has."""
    words = line.split()
    depth = max(length for length in range(len(words) + 1) if tuple(words[:length]) in options())
    command = tuple(words[:depth])
    wrong = [option for option in _OPTION.findall(line) if option not in options()[command]]
    has_more = any(each[:depth] == command and len(each) > depth for each in options())
    below = [word for word in words[depth : depth + 1] if has_more and re.fullmatch(r"[a-z][a-z-]*", word)]
    return wrong + below


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_and_every_option_of_it_is_there(document: Path) -> None:
    lines = [line for code in codes(document) for line in _COMMAND.findall(code)]
    assert {line: wrong for line in lines if (wrong := unknown(line))} == {}


def test_what_is_no_command_and_no_option_is_found() -> None:
    assert unknown("keys create --tenant acme --scope jobs:read") == []
    assert unknown("keys create --tenants acme") == ["--tenants"]
    assert unknown("keys make default") == ["make"]
    assert unknown("evaluat --data x") == ["--data", "evaluat"]


def test_every_setting_is_there() -> None:
    sources = [ROOT / ".env.example", *(ROOT / "deploy").rglob("*.sh"), *(ROOT / "deploy").rglob("*.yaml")]
    for folder in ("client", "client-ts/src", "examples", "bench"):
        sources += [path for kind in ("py", "ts") for path in (ROOT / folder).rglob(f"*.{kind}")]
    sources += (ROOT / "examples").rglob("README.md")
    known = {name for path in sources for name in _SETTING.findall(path.read_text(encoding="utf-8"))} | OTHERS
    for document in DOCUMENTS:
        assert set(_SETTING.findall(document.read_text(encoding="utf-8"))) - known == set(), document.name


def test_every_default_that_is_told_is_the_one_that_holds() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    holds = dict(re.findall(r"^#?(KRITIQ_\w+)=(.*)$", example, re.MULTILINE))
    told = {
        (name, "0" if default == "none" else default.replace(",", ""))
        for document in DOCUMENTS
        for name, default in _DEFAULT.findall(document.read_text(encoding="utf-8"))
    }
    assert len(told) > 5
    assert {(name, default) for name, default in told if holds[name] != default} == set()


def test_every_call_is_one_of_the_api(client: FlaskClient) -> None:
    document: Any = client.get("/openapi.json").json
    calls = [
        re.compile(f"{method} {re.sub(r'{[^}]*}', '[^/]+', path)}/?", re.IGNORECASE)
        for path, methods in document["paths"].items()
        for method in methods
    ]
    told = {
        f"{method} {path.rstrip('.')}"
        for each in DOCUMENTS
        for method, path in _CALL.findall(each.read_text(encoding="utf-8"))
    }
    assert len(told) > 40
    assert [call for call in sorted(told) if not any(each.fullmatch(call) for each in calls)] == []


def test_every_status_of_a_refusal_is_told_what_it_means() -> None:
    table = [
        row.split("|")[1] for row in (ROOT / "docs" / "errors.md").read_text("utf-8").splitlines() if row[:1] == "|"
    ]
    told = [int(status) for cell in table for status in re.findall(r"\d{3}", cell)]
    assert len(told) == len(set(told))
    assert {status for status, _ in STATUS.values()} | set(TITLES) | {502, 504} == set(told)
