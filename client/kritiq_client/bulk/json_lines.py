"""JSON lines, and JSON as Kritiq's files have it: every member once, every number as it is written."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from kritiq_client.bulk.columns import Columns
from kritiq_client.bulk.records import BROKEN, Record, Unreadable, broken
from kritiq_client.bulk.usual_names import CONTAINERS

#: What stands around a line and is none of it: a byte order mark, what separates texts of a sequence (RFC 7464), and
#: what fills up the end of a file.
_FILLING = "\ufeff\x1e\x1a\0"
#: What may stand between the objects of a line.
_BETWEEN = " \t\r\n,\ufeff"


class Number(str):
    """A number as it is written: an id of 23 digits, or `1.50`, is carried as it is."""

    __slots__ = ()


class Ambiguous(dict[str, Any]):
    """An object with a member that stands there twice: one of two texts would be lost."""


def json_records(source: Iterable[str], columns: Columns) -> Iterator[Record | Unreadable]:
    """A record for each line; empty lines are passed over."""
    for at, line in enumerate(source, 1):
        if not line.strip(_FILLING).strip():
            continue
        try:
            # Where files were joined, the second one's byte order mark stands in the middle.
            values = _values(line.strip(_FILLING))
        except json.JSONDecodeError as error:
            yield Unreadable(at=at, problem=f"line {at}: no JSON ({error.msg}, column {error.colno}).")
        except RecursionError:
            yield Unreadable(at=at, problem=f"line {at}: nested too deeply.")
        else:
            for value in values:
                yield record_of(value, columns, at, exact=not broken(line))


def _values(line: str) -> list[Any]:
    """What stands in a line: one value, or objects one behind the other, with a comma behind them as in a list."""
    values, place = list[Any](), len(line) - len(line.lstrip())
    while True:
        value, end = DECODER.raw_decode(line, place)
        values.append(value)
        rest = line[end:].lstrip(_BETWEEN)
        if not rest:
            return values
        place = len(line) - len(rest)
        if not isinstance(value, dict) or rest[0] != "{":
            raise json.JSONDecodeError("Extra data", line, end)


def records_in(
    value: Any, columns: Columns, at: int, around: Mapping[str, Any], *, exact: bool = True
) -> Iterator[Record | Unreadable]:
    """The record that a JSON value is, or those in the list of reviews that it has instead of a text: one restaurant's.

    `around`: what the objects around it say of all that is in them. `exact`: as for `record_of`.
    """
    found = _reviews_of(value, columns)
    if found is None:
        record = record_of(value, columns, at, exact=exact)
        yield replace(record, details={**around, **record.details}) if isinstance(record, Record) else record
        return
    for each in found:
        yield from records_in(each, columns, at, {**around, **columns.shared(value)}, exact=exact)


def _reviews_of(value: Any, columns: Columns) -> list[Any] | None:
    if not isinstance(value, dict) or isinstance(value, Ambiguous) or columns.has_text(value):
        return None
    lists = [value[name] for name in CONTAINERS & value.keys() if isinstance(value[name], list)]
    held = [each for each in lists if any(isinstance(item, dict) and columns.has_text(item) for item in each)]
    return held[0] if len(held) == 1 else None


def record_of(value: Any, columns: Columns, at: int, *, exact: bool = True) -> Record | Unreadable:
    """The record that a JSON value is, or why it is none. `exact`: all its bytes are text in the file's encoding."""
    if not isinstance(value, dict):
        return Unreadable(at=at, problem=f"line {at}: not a JSON object.")
    # A place of GeoJSON, as Google's Takeout has them, keeps its members in `properties`.
    inner = value["properties"] if value.get("type") == "Feature" and "properties" in value else {}
    if isinstance(value, Ambiguous) or isinstance(inner, Ambiguous):
        return Unreadable(at=at, problem=f"line {at}: a member stands there twice.")
    members = {**value, **inner} if isinstance(inner, dict) else value
    record = columns.pick(members, at)
    if record.instead is not None and columns.doubled(members):
        problem = f"line {at}: the member of its text stands there twice, in other letters."
        return Unreadable(at=at, problem=problem, identity=record.identity)
    if record.instead is not None and (name := columns.around(members)) is not None:
        problem = f"line {at}: it has no text, but reviews in its member {name!r}: make them a list, or lines."
        return Unreadable(at=at, problem=problem, identity=record.identity)
    return record if exact else Unreadable(at=at, problem=f"line {at}: {BROKEN}.", identity=record.identity)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    return members if len(members) == len(pairs) else Ambiguous(members)


#: It takes line breaks and tabs that nobody escaped: no text can be misread for them.
DECODER = json.JSONDecoder(
    object_pairs_hook=_members, parse_int=Number, parse_float=Number, parse_constant=Number, strict=False
)
