"""JSON lines, or a JSON list of such objects: ours, and Prodigy's export."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from model.data.json_text import loads
from model.data.labels import split_label
from model.data.records import Problem, Record, joined, listed, texts_only
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

    for _, found in _rows(source, read):
        yield found


def prodigy(source: Source) -> Iterator[Record | Problem]:
    """`{"text": ..., "accept": ["food:positive"], "answer": "accept"}`, or `label`, or `spans`; the accepted ones.

    Where `accept` has the ids of `options`, their texts count. Tasks that ask about one `label` each are one sentence
    if their texts are one.
    """
    asked: dict[str, list[Record]] = {}

    def read(row: Mapping[str, Any]) -> tuple[Any, list[tuple[str, str]]] | None:
        if row.get("answer", "accept") != "accept":
            return None
        labels = _accepted(row) + [span["label"] for span in listed(row.get("spans"), "spans")]
        if "label" in row:
            labels.append(row["label"])
        found = [(label, split_label(texts_only(label, "label"))) for label in labels]
        for label, split in found:
            if split is None:
                raise ValueError(f"no label with a polarity: {label[:60]!r}")
        return row["text"], [split for _, split in found if split]

    for row, found in _rows(source, read):
        if isinstance(found, Record) and "label" in row and "accept" not in row:
            asked.setdefault(found.text, []).append(found)
        else:
            yield found
    yield from map(joined, asked.values())


def _accepted(row: Mapping[str, Any]) -> list[Any]:
    """The labels that were chosen."""
    options = {each["id"]: each.get("text") for each in listed(row.get("options"), "options")}
    return [
        options.get(each) or each if not isinstance(each, str) or split_label(each) is None else each
        for each in listed(row.get("accept"), "accept")
    ]


def _rows(
    source: Source, read: Callable[[Mapping[str, Any]], tuple[Any, list[tuple[str, str]]] | None]
) -> Iterator[tuple[Mapping[str, Any], Record | Problem]]:
    """Each object with the record that it gives, or an empty one with the problem in its place."""
    for number, row, shown in _objects(source):
        if isinstance(row, Problem):
            yield {}, row
            continue
        try:
            if not isinstance(row, dict):
                raise ValueError("no object")
            if (found := read(row)) is not None:
                text, opinions = found
                yield row, Record(line=number, text=texts_only(text, "text"), opinions=tuple(opinions))
        except KeyError as error:
            yield {}, Problem(line=number, message=f"no member {error}: {shown}")
        except (ValueError, TypeError, AttributeError) as error:
            yield {}, Problem(line=number, message=f"{error}: {shown}")


def _objects(source: Source) -> Iterator[tuple[int, Any, str]]:
    """The value of each line, or of each entry where the file is one list; its line; and its beginning, to show."""
    if source.is_list():
        yield from ((number, value, f"{value!r}"[:60]) for number, value in source.entries())
        return
    for number, line in source.lines():
        shown = f"{line[:60]!r}"
        try:
            yield number, loads(line), shown
        except (ValueError, RecursionError) as error:
            yield number, Problem(line=number, message=f"{error}: {shown}"), shown
