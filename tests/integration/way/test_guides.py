"""The guides in docs/ do what they say: each block of code is run against the real service, in its order."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.processes import ROOT, Api, Process
from tests.support.redis_server import RedisServer

pytestmark = pytest.mark.integration

GUIDES = ("first-review", "batch", "errors", "models", "privacy", "results", "celery")
#: Members whose words are promised; of all others the form is.
_PROMISED = frozenset(
    {"code", "custom_id", "detail", "external_author", "message", "pointer", "status", "text", "title"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A block that is run, and the one behind it: what it answers or prints."""

    language: str
    code: str
    shown_as: str
    shown: str


@pytest.fixture(autouse=True, scope="module")
def reconciler(broker: RedisServer) -> Iterator[None]:
    """What carries erasures out."""
    with closing(Process("reconciler", env={"KRITIQ_REDIS_URL": broker.url})):
        yield


def steps(guide: str) -> Iterator[Step]:
    text = (ROOT / "docs" / f"{guide}.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    for (language, code), (shown_as, shown) in zip(blocks, [*blocks[1:], ("", "")], strict=True):
        if language in ("sh", "python"):
            yield Step(language=language, code=code, shown_as=shown_as, shown=shown)


def printed(step: Step, service: Api, before: str) -> str:
    """What a step prints; `before` are the shell's earlier ones, for what they keep in variables."""
    code = step.code if step.language == "python" else f"{before}\nprintf '\\0'\n{step.code}"
    code = code.replace("http://127.0.0.1:5000", f"http://127.0.0.1:{service.port}")
    code = code.replace("redis://127.0.0.1:6389/0", service.redis_url)
    command = [sys.executable, "-c"] if step.language == "python" else ["bash", "-euo", "pipefail", "-c"]
    told = subprocess.run(
        [*command, code], env={**os.environ, "auth": "X-Guide: 1", "PYTHONPATH": str(ROOT)}, capture_output=True,
        text=True, timeout=60, check=True,
    )  # fmt: skip
    return told.stdout.rpartition("\0")[2]


def differences(shown: Any, told: Any, name: str = "") -> list[str]:
    """Where what was told lacks what is shown, or is of another kind."""
    if type(shown) is not type(told):
        return [f"{name}: {told!r}"]
    if isinstance(shown, dict):
        return [
            line
            for key, value in shown.items()
            for line in (
                differences(value, told[key], f"{name}.{key}") if key in told else [f"{name}.{key} is missing"]
            )
        ]
    if isinstance(shown, list):
        if len(shown) != len(told):
            return [f"{name}: {len(told)} of {len(shown)}"]
        return [line for one, other in zip(shown, told, strict=True) for line in differences(one, other, name)]
    promised = name.rpartition(".")[2] in _PROMISED and shown != told
    return [f"{name}: {told!r}"] if promised else []


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_does_what_it_says(guide: str, service: Api) -> None:
    variables: list[str] = []
    run = list(steps(guide))
    assert run, "a guide without code would pass, whatever it says"
    for step in run:
        told = printed(step, service, "\n".join(variables))
        variables += re.findall(r"^(?:\w+=\$\(.*?\)\n)", step.code, re.DOTALL | re.MULTILINE)
        if step.shown_as == "json":
            assert differences(json.loads(step.shown), json.loads(told.strip().splitlines()[0])) == [], step.code
        elif step.shown_as == "text":
            assert told.split("\n") == step.shown.split("\n"), step.code


def test_what_is_not_as_shown_is_found() -> None:
    assert differences({"a": 1, "status": "queued"}, {"a": 2, "status": "queued", "b": 3}) == []
    assert differences({"a": [{"status": "x"}], "c": 1}, {"a": [{"status": "y"}]}) == [
        ".a.status: 'y'",
        ".c is missing",
    ]
