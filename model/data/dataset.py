"""Labelled sentences: the one format in which everything here reads and writes them.

JSON lines, `{"text": "...", "aspects": {"food": "positive"}}`; an absent aspect is none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

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


def read(paths: Iterable[Path], scheme: Scheme) -> list[Example]:
    """Read JSON-lines files, or every such file under a folder, in the order of their names.

    Raises DataError naming file and line for what is no example of this scheme, or when there is none at all.
    """
    examples: list[Example] = []
    for path in paths:
        if not path.exists():
            raise DataError(f"there is no {path}")
        for file in sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]:
            within = (path if path.is_dir() else path.parent).resolve().parent
            batch = file.resolve().relative_to(within).with_suffix("").as_posix()
            for number, line in Source.open(file).lines():
                examples.append(_example(line, scheme, batch, f"{file}:{number}"))
    if not examples:
        raise DataError("no labelled sentence in " + ", ".join(map(str, paths)))
    return examples


def _example(line: str, scheme: Scheme, batch: str, place: str) -> Example:
    try:
        data = json.loads(line)
        text, aspects = data["text"], data["aspects"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(f'{place}: expected {{"text": ..., "aspects": {{...}}}}, got {line.strip()[:80]!r}') from error
    if not isinstance(text, str) or not text.strip() or not isinstance(aspects, dict):
        raise DataError(f"{place}: the text must not be empty and the aspects must be an object")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise DataError(f"{place}: the text has half a character (a lone surrogate)")
    for aspect, polarity in aspects.items():
        if aspect not in scheme.aspects or polarity not in scheme.polarities:
            raise DataError(f"{place}: {aspect}: {polarity} is not in the scheme")
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
