"""JSON lines: ours, and Prodigy's export."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from model.data.json_text import loads
from model.data.labels import split_label
from model.data.records import Problem, Record, listed, texts_only
from model.data.source import Source


def jsonl(source: Source) -> Iterator[Record | Problem]:
    """`{"text": "...", "aspects": {"food": "positive"}}`."""

    def read(row: Mapping[str, Any]) -> tuple[Any, list[tuple[str, str]]]:
        aspects = row["aspects"]
        if not isinstance(aspects, dict):
            raise ValueError("the aspects must be an object")
        if not texts_only(row["text"], "text").strip():
            raise ValueError("the text is empty")
        return row["text"], [(aspect, texts_only(polarity, aspect)) for aspect, polarity in aspects.items()]

    yield from _rows(source, read)


def prodigy(source: Source) -> Iterator[Record | Problem]:
    """`{"text": ..., "accept": ["food:positive"], "answer": "accept"}`, or `label`, or `spans`; the accepted ones."""

    def read(row: Mapping[str, Any]) -> tuple[Any, list[tuple[str, str]]] | None:
        if row.get("answer", "accept") != "accept":
            return None
        labels = listed(row.get("accept"), "accept") + [span["label"] for span in listed(row.get("spans"), "spans")]
        if "label" in row:
            labels.append(row["label"])
        found = [(label, split_label(texts_only(label, "label"))) for label in labels]
        for label, split in found:
            if split is None:
                raise ValueError(f"no label with a polarity: {label[:60]!r}")
        return row["text"], [split for _, split in found if split]

    yield from _rows(source, read)


def _rows(
    source: Source, read: Callable[[Mapping[str, Any]], tuple[Any, list[tuple[str, str]]] | None]
) -> Iterator[Record | Problem]:
    for number, line in source.lines():
        try:
            row = loads(line)
            if not isinstance(row, dict):
                raise ValueError("no object")
            if (found := read(row)) is not None:
                text, opinions = found
                yield Record(line=number, text=texts_only(text, "text"), opinions=tuple(opinions))
        except KeyError as error:
            yield Problem(line=number, message=f"no member {error}: {line[:60]!r}")
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            yield Problem(line=number, message=f"{error}: {line[:60]!r}")
