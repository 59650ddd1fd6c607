"""JSON lists: GERestaurant, SentiHood, Label Studio's export."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from model.data.labels import split_label
from model.data.records import Problem, Record, listed, texts_only
from model.data.source import Source

Opinions = tuple[tuple[str, str], ...]


def gerestaurant_json(source: Source) -> Iterator[Record | Problem]:
    """`[{"text": ..., "tags": [{"tag_with_polarity": "FOOD-POSITIVE"}, ...]}]`."""

    def opinions(row: Mapping[str, Any]) -> Opinions:
        return tuple(_split(tag["tag_with_polarity"]) for tag in row["tags"])

    yield from _rows(source, lambda row: row["text"], opinions)


def sentihood(source: Source) -> Iterator[Record | Problem]:
    """`[{"text": ..., "opinions": [{"aspect": "price", "sentiment": "Positive", "target_entity": "LOCATION1"}]}]`.

    What is said of two places in one sentence becomes one label of the sentence, as everywhere in this project.
    """

    def opinions(row: Mapping[str, Any]) -> Opinions:
        return tuple(
            (texts_only(each["aspect"], "aspect"), texts_only(each["sentiment"], "sentiment"))
            for each in row["opinions"]
        )

    yield from _rows(source, lambda row: row["text"], opinions)


def label_studio(source: Source) -> Iterator[Record | Problem]:
    """`[{"data": {"text": ...}, "annotations": [{"result": [{"from_name": ..., "value": {"choices": [...]}}]}]}]`.

    A choice is a category with its polarity, "food:positive" say, or a polarity alone where the control is named after
    the category. Labels of spans count alike. Of several annotators the first who did not cancel is taken.
    """

    def text(row: Mapping[str, Any]) -> object:
        data = row["data"]
        found = [data[key] for key in ("text", "sentence", "review") if key in data]
        return found[0] if found else next(value for value in data.values() if isinstance(value, str))

    def opinions(row: Mapping[str, Any]) -> Opinions:
        rounds = row["annotations"] if "annotations" in row else row["completions"]
        done = [each for each in rounds if not each.get("was_cancelled")]
        if not done:
            raise ValueError("nobody has annotated it")
        found: list[tuple[str, str]] = []
        for result in done[0]["result"]:
            value = result["value"]
            labels = listed(value.get("choices"), "choices") + listed(value.get("labels"), "labels")
            found += [split_label(label) or (texts_only(result["from_name"], "control"), label) for label in labels]
        return tuple(found)

    yield from _rows(source, text, opinions)


def _split(label: object) -> tuple[str, str]:
    found = split_label(texts_only(label, "label"))
    if found is None:
        raise ValueError(f"no label with a polarity: {str(label)[:60]!r}")
    return found


def _rows(
    source: Source, text: Callable[[Mapping[str, Any]], object], opinions: Callable[[Mapping[str, Any]], Opinions]
) -> Iterator[Record | Problem]:
    """Records of a list of objects; an entry that is another is a problem at the line where it begins."""
    for number, row in source.entries():
        try:
            yield Record(line=number, text=texts_only(text(row), "text"), opinions=opinions(row))
        except KeyError as error:
            yield Problem(line=number, message=f"the entry has no {error}")
        except (ValueError, TypeError, AttributeError, StopIteration) as error:
            yield Problem(line=number, message=f"the entry: {error}")
