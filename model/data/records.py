"""What every reader gives: a sentence with what is said of it, or what is wrong with a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """A sentence as its file has it, before categories become aspects."""

    #: Line of the file, from 1.
    line: int
    text: str
    #: (category, polarity) as the file spells them.
    opinions: tuple[tuple[str, str], ...] = ()
    #: The line of each opinion, where they do not all stand in the record's own.
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """A line, or a sentence that begins there, that cannot be read. The others are."""

    line: int
    message: str


def joined(records: Sequence[Record]) -> Record:
    """One sentence of the records that say something of it, each in a line of its own."""
    return Record(
        line=records[0].line,
        text=records[0].text,
        opinions=tuple(opinion for record in records for opinion in record.opinions),
        lines=tuple(record.line for record in records for _ in record.opinions),
    )


def texts_only(value: object, what: str) -> str:
    """The value if it is a text. Raises ValueError naming `what` otherwise."""
    if not isinstance(value, str):
        raise ValueError(f"the {what} is {type(value).__name__}, not a text")
    return value


def listed(value: object, what: str) -> list[Any]:
    """The entries of a list; None has none. Raises ValueError naming `what` for another thing: a text has letters."""
    if value is not None and not isinstance(value, list):
        raise ValueError(f"{what} should be a list, not {value!r}"[:120])
    return value or []
