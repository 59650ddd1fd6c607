"""Labelled sentences: the one format in which everything here reads and writes them.

JSON lines, `{"text": "...", "aspects": {"food": "positive"}}`; an absent aspect is none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from model.data.compressed import unpacked_name
from model.data.json_text import loads
from model.data.source import Source
from model.errors import DataError
from model.inputs.encoding import Ids
from model.scheme import NONE, Scheme


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """One sentence and the polarity of every aspect that it speaks of."""

    text: str
    aspects: Mapping[str, str] = field(default_factory=dict)
    #: The writing batch it belongs to, `de/portal/01-italienisch`: its file below the folder that was read, whose own
    #: name comes first. Batches, never single sentences, are split into parts.
    batch: str = ""


def read(paths: Iterable[Path], scheme: Scheme, encoding: str | None = None) -> list[Example]:
    """Read JSON-lines files, or every such file under a folder, compressed or not, in the order of their names.

    `encoding`: of files without a byte order mark; None: UTF-8. Raises DataError naming file and line for what is no
    example of this scheme, or when there is none at all.
    """
    paths = list(paths)
    examples = [
        _example(line, scheme, _batch(file, path), place)
        for path in paths
        for file in files(path)
        for place, line in _lines(file, encoding)
    ]
    if not examples:
        raise DataError("no labelled sentence in " + ", ".join(map(str, paths)))
    return examples


def read_texts(paths: Iterable[Path]) -> list[str]:
    """The `text` of each line of such files, whether there are aspects or not. Raises DataError as `read` does."""
    paths = list(paths)
    texts = [
        _text(_row(line, ("text",), place), place)
        for path in paths
        for file in files(path)
        for place, line in _lines(file)
    ]
    if not texts:
        raise DataError("no text in " + ", ".join(map(str, paths)))
    return texts


def is_json_lines(path: Path) -> bool:
    """Whether a file is called as one of JSON lines, compressed or not."""
    return unpacked_name(path).suffix == ".jsonl"


def files(path: Path) -> list[Path]:
    """The file, or those of JSON lines under a folder, in the order of their names.

    Raises DataError when there is none such, or one is there packed and unpacked: its sentences would count twice.
    """
    if not path.exists():
        raise DataError(f"there is no {path}")
    if not path.is_dir():
        return [path]
    found = sorted(filter(is_json_lines, path.rglob("*.jsonl*")), key=lambda each: (unpacked_name(each), each))
    for one, other in pairwise(found):
        if unpacked_name(one) == unpacked_name(other):
            raise DataError(f"{one} and {other} are one file in two forms: leave one of them")
    return found


def _batch(file: Path, path: Path) -> str:
    within = (path if path.is_dir() else path.parent).resolve().parent
    return unpacked_name(file.resolve().relative_to(within)).with_suffix("").as_posix()


def _lines(file: Path, encoding: str | None = None) -> Iterator[tuple[str, str]]:
    """Each line that is not blank, with its place for messages."""
    return ((f"{file}:{number}", line) for number, line in Source.open(file, encoding).lines())


def _row(line: str, members: Sequence[str], place: str) -> dict[str, Any]:
    try:
        row = loads(line)
        if not isinstance(row, dict) or not row.keys() >= set(members):
            raise ValueError("no such object")
    except (ValueError, RecursionError) as error:
        wanted = ", ".join(f'"{member}": ...' for member in members)
        why = "" if str(error) == "no such object" else f" ({error})"
        raise DataError(f"{place}: expected {{{wanted}}}, got {line.strip()[:80]!r}{why}") from error
    return row


def _text(row: Mapping[str, Any], place: str) -> str:
    text = row["text"]
    if not isinstance(text, str) or not text.strip():
        raise DataError(f"{place}: the text must not be empty")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise DataError(f"{place}: the text has half a character (a lone surrogate)")
    return text


def _example(line: str, scheme: Scheme, batch: str, place: str) -> Example:
    row = _row(line, ("text", "aspects"), place)
    text, aspects = _text(row, place), row["aspects"]
    if not isinstance(aspects, dict):
        raise DataError(f"{place}: the aspects must be an object")
    for aspect, polarity in aspects.items():
        if aspect not in scheme.aspects:
            raise DataError(f"{place}: the aspect {aspect!r} is none of {', '.join(scheme.aspects)}")
        if polarity not in scheme.polarities:
            raise DataError(f"{place}: {aspect}: the polarity {polarity!r} is none of {', '.join(scheme.polarities)}")
    return Example(text=text, aspects={a: p for a, p in aspects.items() if p != NONE}, batch=batch)


def write(path: Path, examples: Iterable[Example]) -> int:
    """Write examples as JSON lines; returns how many. Raises DataError when the file cannot be written."""
    rows = [{"text": example.text, "aspects": dict(example.aspects)} for example in examples]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror or error}") from error
    return len(rows)


def labels(examples: Sequence[Example], scheme: Scheme) -> Ids:
    """Index of the polarity per sentence and aspect: (sentences, aspects) int64."""
    found = np.full((len(examples), len(scheme.aspects)), scheme.none, dtype=np.int64)
    for row, example in enumerate(examples):
        for aspect, polarity in example.aspects.items():
            found[row, scheme.aspects.index(aspect)] = scheme.polarities.index(polarity)
    return found
