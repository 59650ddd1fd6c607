"""Lines of one author's that are taken out of a batch in which others have lines, too."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

import orjson

from jobs.job import Tally
from jobs.line import ERASED, Line, LineStatus, erased_line, status_of
from jobs.request import JobRequest


@dataclass(frozen=True, kw_only=True, slots=True)
class ErasedLines:
    """A chunk without what an author's lines said: of those only number, id and restaurant are left."""

    lines: Sequence[Line]
    #: What is asked of all of them, without the author.
    request: JobRequest
    #: Numbers of the lines that were the author's.
    numbers: Set[int]


@dataclass(frozen=True, kw_only=True, slots=True)
class ErasedResults:
    """The result lines of such a chunk."""

    rows: Sequence[bytes]
    tally: Tally | None
    #: How many of them had a result and have none now, and how many had no text: all of these have `failed` now.
    lost: int
    skipped: int


def erase_lines(lines: Sequence[Line], request: JobRequest, author: str) -> ErasedLines | None:
    """A chunk of which `request` is asked without an author's lines; None when there is nothing of theirs in it."""
    numbers = {line.number for line in lines if line.author(request) == author}
    if not numbers and request.external_author != author:
        return None
    return ErasedLines(
        lines=[_blank(line, author) if line.number in numbers else line for line in lines],
        request=replace(request, external_author=None) if request.external_author == author else request,
        numbers=numbers,
    )


def erase_results(
    rows: Sequence[bytes], erased: ErasedLines, tally: Mapping[str, Mapping[str, Mapping[str, int]]], day: str
) -> ErasedResults:
    """The chunk's result lines without theirs, and what the others say of restaurants: `tally` is what all did.

    `day`: which one lines count for that name none.
    """
    kept = {where: {on: Counter(counts) for on, counts in days.items()} for where, days in tally.items()}
    blank = {line.number: erased_line(line, erased.request) for line in erased.lines if line.number in erased.numbers}
    found, lost, skipped = list[bytes](), 0, 0
    for row in rows:
        line = orjson.loads(row)
        if line["line"] not in blank:
            found.append(row)
            continue
        found.append(blank[line["line"]])
        status = status_of(row)
        skipped += status is LineStatus.SKIPPED
        if status is LineStatus.SUCCEEDED:
            lost += 1
            counted = kept.get(line.get("restaurant") or "", {}).get((line.get("reviewed_at") or day)[:10])
            if counted is not None:
                counted.subtract(_said(line["result"]))
    left = {where: {on: dict(+counts) for on, counts in days.items() if +counts} for where, days in kept.items()}
    return ErasedResults(
        rows=found, tally={where: days for where, days in left.items() if days} or None, lost=lost,
        skipped=skipped,
    )  # fmt: skip


def _said(result: Mapping[str, Any]) -> Counter[str]:
    """What a result added to its restaurant's summary."""
    judged = (each for sentence in result["sentences"] for each in sentence["aspects"].items())
    return Counter(f"{aspect}|{opinion['polarity']}" for aspect, opinion in judged if opinion["polarity"] != "none")


def _blank(line: Line, author: str) -> Line:
    """What is left of a line: the client's own id of it, and the restaurant, since keys may be for certain ones."""
    own_id = None if author in (line.custom_id or "") else line.custom_id
    return Line(number=line.number, custom_id=own_id, restaurant=line.restaurant, problem=ERASED)
