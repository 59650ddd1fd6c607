"""JSON lines, and JSON as Kritiq's files have it: every member once, every number as it is written."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from kritiq_client.bulk.columns import Columns
from kritiq_client.bulk.records import BROKEN, Record, Unreadable, broken

#: What stands around a line and is none of it: a byte order mark, what separates texts of a sequence (RFC 7464), and
#: what fills up the end of a file.
_FILLING = "\ufeff\x1e\x1a\0"


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
            value = DECODER.decode(line.strip(_FILLING))
        except json.JSONDecodeError as error:
            yield Unreadable(at=at, problem=f"line {at}: no JSON ({error.msg}, column {error.colno}).")
        except RecursionError:
            yield Unreadable(at=at, problem=f"line {at}: nested too deeply.")
        else:
            yield record_of(value, columns, at, exact=not broken(line))


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
