"""Where in the rows of a table everything stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kritiq_client.bulk.records import Record
from kritiq_client.bulk.text_objects import is_empty, unwrapped

#: Cells of a row by place.
Cells = Sequence[Any] | Mapping[int, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """Where in a row everything stands, from 0: where several columns may have something, the first that is filled."""

    texts: tuple[int, ...]
    identity: int | None
    details: Mapping[str, tuple[int, ...]]
    metadata: Mapping[str, int]
    #: Whether the language that a text has beside it counts.
    languages: bool = True
    #: What is said of the header, which can be read all the same.
    notes: tuple[str, ...] = ()

    def all(self) -> list[int]:
        """All of them, in order."""
        own = [*self.texts, *([] if self.identity is None else [self.identity])]
        return sorted({*own, *(at for places in self.details.values() for at in places), *self.metadata.values()})

    def text(self, cells: Cells) -> int:
        """The place of the text in a row with these cells."""
        return _first(self.texts, cells)

    def record(self, at: int, cells: Cells) -> Record:
        """The record that a row with these cells is."""
        text, language = unwrapped(cells[self.text(cells)])
        details: dict[str, Any] = {name: cells[_first(places, cells)] for name, places in self.details.items()}
        if language is not None and self.languages:
            details["language"] = language
        if self.metadata:
            given = {name: cells[place] for name, place in self.metadata.items()}
            details["metadata"] = {name: cell for name, cell in given.items() if cell is not None and cell != ""}
        identity = cells[self.identity] if self.identity is not None else None
        return Record(at=at, text=text, identity=identity, details=details)


def _first(places: tuple[int, ...], cells: Cells) -> int:
    first = places[0]
    if len(places) == 1 or not is_empty(cells[first]):
        return first
    return next((place for place in places if not is_empty(cells[place])), first)
