"""The lines of a batch that one webhook event tells."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import orjson

from jobs.batch import Batch


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Some lines of one chunk."""

    chunk: int
    #: Lines of the chunk before the first of these.
    before: int
    #: Most lines.
    most: int

    @classmethod
    def decode(cls, text: str) -> Self:
        """What `tell_lines` of the scripts spells: `chunk:before:most`. Raises ValueError."""
        chunk, before, most = map(int, text.split(":"))
        return cls(chunk=chunk, before=before, most=most)

    def of(self, rows: Sequence[bytes]) -> Sequence[bytes]:
        """These of all lines of the chunk."""
        return rows[self.before : self.before + self.most]


@dataclass(frozen=True, kw_only=True, slots=True)
class LinesNotice:
    """What an event tells of lines that have ended: each as the batch's results have it, in JSON; one at least."""

    batch: Batch
    rows: Sequence[bytes]

    def told(self, *, include_text: bool) -> list[dict[str, Any]]:
        """The lines as a message has them: without `include_text` no word of a review is in it."""
        return [_told(orjson.loads(row), include_text=include_text) for row in self.rows]


def shortened(lines: Sequence[dict[str, Any]], over: int) -> list[dict[str, Any]]:
    """The lines, from behind as many of them without their results as make `over` bytes. One that had no result was not
    truncated: there is nothing to fetch."""
    kept = list(lines)
    for number in reversed([place for place, line in enumerate(kept) if line["result"] is not None]):
        if over <= 0:
            break
        short = kept[number] | {"result": None, "truncated": True}
        over -= len(orjson.dumps(kept[number])) - len(orjson.dumps(short))
        kept[number] = short
    return kept


def _told(row: dict[str, Any], *, include_text: bool) -> dict[str, Any]:
    if row["result"] is not None and not include_text:
        for sentence in row["result"]["sentences"]:
            sentence.pop("text", None)
    return row | {"truncated": False}
