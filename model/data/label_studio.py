"""Label Studio's exports: JSON, with every annotation whole, and JSON-MIN, an entry for each annotation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from model.data.json_files import Opinions, rows
from model.data.labels import is_polarity, split_label
from model.data.records import Problem, Record, listed, texts_only
from model.data.source import Source

TEXTS = ("text", "sentence", "review")


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What an annotator said with one control."""

    control: str
    value: Mapping[str, Any]
    #: What it was said of: results of one span have this in common. None: of the whole text.
    region: object = None


def label_studio(source: Source) -> Iterator[Record | Problem]:
    """`[{"data": {"text": ...}, "annotations": [{"result": [{"from_name": ..., "value": {"choices": [...]}}]}]}]`.

    A choice is a category with its polarity, "food:positive" say, or a polarity alone where the control is named after
    the category, or is that of a span which is labelled with the category. Labels of spans and paths of taxonomies
    count as choices do. Of several annotators the first who did not cancel is taken.
    """

    def opinions(row: Mapping[str, Any]) -> Opinions:
        rounds = row["annotations"] if "annotations" in row else row["completions"]
        done = [each for each in listed(rounds, "annotations") if not each.get("was_cancelled")]
        if not done:
            raise ValueError("nobody has annotated it")
        results = [
            Result(control=texts_only(each["from_name"], "control"), value=each["value"], region=each.get("id"))
            for each in listed(done[0]["result"], "result")
            if each.get("type") != "relation"  # between spans: without a value
        ]
        return _opinions(results, source.aspects)

    yield from rows(source, lambda row: _text(row["data"]), opinions)


def label_studio_min(source: Source) -> Iterator[Record | Problem]:
    """`[{"id": 1, "text": ..., "sentiment": "food:positive", "annotation_id": 7}]`: a member for each control.

    The task's other data stand beside them. Of several annotations of a task, which have its id, the first is taken.
    """
    seen: set[object] = set()

    def opinions(row: Mapping[str, Any]) -> Opinions | None:
        task = row.get("id")
        if isinstance(task, (int, str)):
            if task in seen:
                return None
            seen.add(task)
        return _opinions([each for name in row for each in _said(name, row[name], source.aspects)], source.aspects)

    yield from rows(source, _text, opinions)


def _said(name: str, value: object, aspects: tuple[str, ...]) -> Iterator[Result]:
    """What a member of a JSON-MIN entry says, if it is a control's."""
    if isinstance(value, str):
        category, polarity = split_label(value) or ("", "")
        if name in aspects or category in aspects or is_polarity(polarity):
            yield Result(control=name, value={"choices": [value]})
        return
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, Mapping):
            yield Result(control=name, value=each, region=(each["start"], each.get("end")) if "start" in each else None)


def _opinions(results: Iterable[Result], aspects: tuple[str, ...]) -> Opinions:
    """Raises ValueError for a control of an aspect that says something else than choices."""
    found: list[tuple[str, str]] = []
    alone: dict[object, list[tuple[str, str]]] = {}
    choices: dict[object, list[tuple[str, str]]] = {}
    for result in results:
        value = result.value
        of_span = listed(value.get("labels"), "labels")
        chosen = listed(value.get("choices"), "choices") + [
            ":".join(texts_only(each, "label") for each in listed(path, "a path of the taxonomy"))
            for path in listed(value.get("taxonomy"), "taxonomy")
        ]
        if result.control in aspects and not of_span and not chosen:
            raise ValueError(f"the control {result.control!r} has no choices, but {', '.join(value)}")
        for labels, rest in ((of_span, alone), (chosen, choices)):
            for label in labels:
                if (split := split_label(texts_only(label, "label"))) is not None:
                    found.append(split)
                else:
                    rest.setdefault(result.region, []).append((result.control, label))
    for region in [*alone, *(each for each in choices if each not in alone)]:
        labels, polarities = alone.get(region, []), choices.get(region, [])
        if region is None or not labels or not polarities:
            found += [*labels, *polarities]
        else:
            found += [(category, polarity) for _, category in labels for _, polarity in polarities]
    return tuple(found)


def _text(data: Mapping[str, Any]) -> object:
    named = [data[key] for key in TEXTS if key in data]
    return named[0] if named else next(value for value in data.values() if isinstance(value, str))
