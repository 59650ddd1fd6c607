"""JSON lists: GERestaurant, SentiHood, and what such files have in common."""

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
        return tuple(_split(tag["tag_with_polarity"]) for tag in _entries(row, "tags"))

    yield from rows(source, lambda row: row["text"], opinions)


def sentihood(source: Source) -> Iterator[Record | Problem]:
    """`[{"text": ..., "opinions": [{"aspect": "price", "sentiment": "Positive", "target_entity": "LOCATION1"}]}]`.

    What is said of two places in one sentence becomes one label of the sentence, as everywhere in this project.
    """

    def opinions(row: Mapping[str, Any]) -> Opinions:
        return tuple(
            (texts_only(each["aspect"], "aspect"), texts_only(each["sentiment"], "sentiment"))
            for each in _entries(row, "opinions")
        )

    yield from rows(source, lambda row: row["text"], opinions)


def _split(label: object) -> tuple[str, str]:
    found = split_label(texts_only(label, "label"))
    if found is None:
        raise ValueError(f"no label with a polarity: {str(label)[:60]!r}")
    return found


def _entries(row: Mapping[str, Any], name: str) -> list[Any]:
    """A member that is a list; null is none. Raises KeyError, ValueError."""
    if row[name] is None:
        raise ValueError(f"{name} is null")
    return listed(row[name], name)


def rows(
    source: Source,
    text: Callable[[Mapping[str, Any]], object],
    opinions: Callable[[Mapping[str, Any]], Opinions | None],
) -> Iterator[Record | Problem]:
    """Records of a list of objects; an entry that is another is a problem at the line where it begins.

    An entry whose opinions are None is left out.
    """
    for number, row in source.entries():
        if isinstance(row, Problem):
            yield row
            continue
        try:
            if not isinstance(row, Mapping):
                raise ValueError(f"no object, but {row!r}"[:80])
            if (found := opinions(row)) is not None:
                yield Record(line=number, text=texts_only(text(row), "text"), opinions=found)
        except KeyError as error:
            yield Problem(line=number, message=f"the entry has no {error}")
        except StopIteration:
            yield Problem(line=number, message="the entry has no text")
        except (ValueError, TypeError, AttributeError) as error:
            yield Problem(line=number, message=f"the entry: {error}")
