"""Environments of peers: made once for their versions, and a reason where they cannot be."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from bench.peers.environment import Environment, NotHere, last_words


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that were run; `venv` makes its folder, `pip` succeeds."""
    commands: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        commands.append(list(command))
        if "venv" in command:
            Path(command[-1]).mkdir(parents=True)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    return commands


def _environment(folder: Path) -> Environment:
    requirements = folder / "rq.txt"
    requirements.write_text("rq==2.0\n")
    return Environment(folder=folder / "envs", requirements=requirements)


def test_an_environment_is_made_on_first_use_only(tmp_path: Path, ran: list[list[str]]) -> None:
    environment = _environment(tmp_path)
    environment.make()
    assert [command[1:4] for command in ran] == [["-m", "venv", "--clear"], ["-m", "pip", "install"]]
    environment.make()
    assert len(ran) == 2


def test_other_versions_make_it_anew(tmp_path: Path, ran: list[list[str]]) -> None:
    environment = _environment(tmp_path)
    environment.make()
    environment.requirements.write_text("rq==2.1\n")
    assert not environment.is_made


def test_what_pip_says_is_the_reason_and_nothing_counts_as_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = "Collecting rq\nERROR: No matching distribution found for rq==2.0\nnotice: a new pip\n"
    failed = subprocess.CompletedProcess([], 1, "", printed)
    monkeypatch.setattr(subprocess, "run", lambda command, **_: failed)
    environment = _environment(tmp_path)
    with pytest.raises(NotHere, match=r"No matching distribution found for rq==2\.0"):
        environment.make()
    assert not environment.is_made
    assert (tmp_path / "envs" / "rq.log").read_text() == printed


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("", "nothing said"),
        ("one\ntwo\n\n", "two"),
        ("Traceback\nImportError: no torch\n  bye", "ImportError: no torch"),
    ],
)
def test_last_words_are_those_that_say_what_is_wrong(output: str, words: str) -> None:
    assert last_words(output) == words
