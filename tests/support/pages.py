"""The code on a page of the documentation: which of it is run, and what is shown of that."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Members whose words are promised; of all others the form is.
_PROMISED = frozenset(
    {"code", "custom_id", "detail", "external_author", "message", "pointer", "status", "text", "title"}
)
#: What the model says, which is another one in tests.
_JUDGED = frozenset({"aspects", "overall"})
_POLARITY = re.compile(r"\b(?:positive|neutral|conflict|negative)\b")
#: What is another one each time: ids, keys, times and numbers, models.
_VARIES = re.compile(r"\b(?:job|batch|file|key|link|ep)_[\w…]+|krt_[\w…-]+|[\w.-]+/\d+\b|\d+(?:\.\d+)?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A block of code; `language` is what stands behind its fence."""

    language: str
    code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What is run, and what it answers or prints as far as the page shows that."""

    language: str
    code: str
    #: `json`, `text`, `transcript`, or nothing.
    shown_as: str = ""
    shown: str = ""


def blocks(page: Path) -> list[Block]:
    """All of a page, from above."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return [Block(language=language, code=code) for language, code in found]


def steps(page: Path) -> Iterator[Step]:
    """What of a page is run: `sh` and `python`, shown by a block of `json` or `text` behind it, and in `console` what
    stands behind a prompt."""
    all_ = blocks(page)
    for block, behind in zip(all_, [*all_[1:], Block(language="", code="")], strict=True):
        if block.language in ("sh", "python"):
            shown = behind if behind.language in ("json", "text") else Block(language="", code="")
            yield Step(language=block.language, code=block.code, shown_as=shown.language, shown=shown.code)
        elif block.language == "console":
            yield from _commands(block.code)


def _commands(code: str) -> Iterator[Step]:
    for part in re.split(r"^\$ ", code, flags=re.MULTILINE)[1:]:
        command, rest = re.fullmatch(r"((?:[^\n]*\\\n)*[^\n]*)\n(.*)", part, re.DOTALL).groups()  # type: ignore[union-attr]
        yield Step(language="console", code=command, shown_as="transcript" if rest.strip() else "", shown=rest)


def differences(step: Step, told: str) -> list[str]:
    """Where what was told is not as the page shows it."""
    if step.shown_as == "json":
        return _json(json.loads(step.shown), json.loads(told.strip().splitlines()[0]))
    if step.shown_as == "text":
        return [] if _sure(told) == _sure(step.shown) else [told]
    if step.shown_as == "transcript" and step.shown.startswith("HTTP/"):
        return _http(step.shown, told)
    if step.shown_as == "transcript":
        shown = [_VARIES.sub("…", line).strip() for line in step.shown.splitlines() if line.strip()]
        there = [_VARIES.sub("…", line).strip() for line in told.splitlines() if line.strip()]
        return [] if there[: len(shown)] == shown else [told]
    return [told] if '"/docs/problems#' in told else []


def _sure(text: str) -> list[str]:
    """The lines of a text in which the model has no say."""
    return [line.rstrip() for line in text.strip().splitlines() if not _POLARITY.search(line)]


def _http(shown: str, told: str) -> list[str]:
    """Of a status line, headers and JSON: the words of the first, the names of the second."""
    (status, *headers), body = shown.partition("\n\n")[0].splitlines(), shown.partition("\n\n")[2]
    head, _, answer = told.replace("\r\n", "\n").partition("\n\n")
    names = {line.partition(":")[0] for line in head.splitlines()}
    missing = [line for line in headers if line.partition(":")[0] not in names]
    return [*([] if head.startswith(status) else [head]), *missing, *_json(json.loads(body), json.loads(answer))]


def _json(shown: Any, told: Any, name: str = "") -> list[str]:
    """Where what was told lacks what is shown, or is of another kind."""
    if name.rpartition(".")[2] in _JUDGED:
        return []
    if type(shown) is not type(told):
        return [f"{name}: {told!r}"]
    if isinstance(shown, dict):
        return [
            line
            for key, value in shown.items()
            for line in (_json(value, told[key], f"{name}.{key}") if key in told else [f"{name}.{key} is missing"])
        ]
    if isinstance(shown, list):
        if len(shown) != len(told):
            return [f"{name}: {len(told)} of {len(shown)}"]
        return [line for one, other in zip(shown, told, strict=True) for line in _json(one, other, name)]
    promised = name.rpartition(".")[2] in _PROMISED and shown != told
    return [f"{name}: {told!r}"] if promised else []
