"""The forms that a batch's results come in: each turns chunks of NDJSON lines into bytes of its own, one by one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from jobs.table import csv_rows


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """How a stream of results ended."""

    #: Whether every review's line has been written.
    complete: bool
    #: Why not, when the client did not ask for what is there only: a fixed word and a sentence.
    code: str | None = None
    detail: str | None = None


class Writer(Protocol):
    """One document of results, from its beginning to its end."""

    def begin(self) -> bytes:
        """What stands in front of the first line."""

    def lines(self, ndjson: bytes) -> bytes:
        """Whole NDJSON lines in this form; may be kept back until a later call."""

    def heartbeat(self) -> bytes:
        """What readers of this form pass over; empty where there is no such thing."""

    def end(self, ending: Ending) -> bytes:
        """What stands behind the last line, and what was kept back."""


class NdjsonWriter:
    """The lines as they are stored. A heartbeat is an empty line, which readers of NDJSON skip."""

    def begin(self) -> bytes:
        return b""

    def lines(self, ndjson: bytes) -> bytes:
        return ndjson

    def heartbeat(self) -> bytes:
        return b"\n"

    def end(self, ending: Ending) -> bytes:
        # Whoever counts lines knows; `?after=` goes on, or answers 410.
        return b""


class JsonWriter:
    """One object: `lines`, and whether that is all."""

    def __init__(self, batch_id: str) -> None:
        self._batch_id = batch_id
        self._some = False

    def begin(self) -> bytes:
        return b'{"batch":' + orjson.dumps(self._batch_id) + b',"lines":[\n'

    def lines(self, ndjson: bytes) -> bytes:
        # JSON has no raw line feed inside a string, so none is cut wrongly.
        rows = ndjson.rstrip(b"\n").replace(b"\n", b",\n")
        rows, self._some = (b",\n" + rows if self._some else rows), True
        return rows

    def heartbeat(self) -> bytes:
        return b"\n"

    def end(self, ending: Ending) -> bytes:
        error = {"code": ending.code, "message": ending.detail} if ending.code else None
        return b"\n]," + orjson.dumps({"complete": ending.complete, "error": error})[1:]


#: Columns of the tables.
COLUMNS = (
    "line", "custom_id", "restaurant", "reviewed_at", "external_author", "status", "error_code", "error_message",
    "language", "sentence", "start", "end", "truncated", "text", "aspect", "polarity", "confidence",
    "overall", "overall_confidence", "low_confidence", "model",
)  # fmt: skip
#: What a table's last row says in `status` when more lines should have followed.
INCOMPLETE = "incomplete"


def table_rows(ndjson: bytes) -> Iterator[tuple[Any, ...]]:
    """Result lines as rows of `COLUMNS`: one for each aspect of each sentence.

    A sentence without aspects has one row, and so has a line without a result, so that every line is there.
    """
    for row in ndjson.splitlines():
        line = orjson.loads(row)
        error = line["error"] or {}
        # Lines that were judged before these were told lack them.
        told = (line.get(name) for name in ("restaurant", "reviewed_at", "external_author"))
        head = (line["line"], line["custom_id"], *told, line["status"], error.get("code"), error.get("message"))
        result = line["result"]
        # Reviews that were judged before there was one, or speak of no aspect, have no judgement as a whole.
        overall = (result or {}).get("overall") or {}
        whole = (overall.get("polarity"), overall.get("confidence"))
        # Nor was it told before what had judged a line.
        judged_by = line.get("model")
        model = f"{judged_by['name']}/{judged_by['version']}" if judged_by else None
        if not (result and result["sentences"]):
            yield (*head, result and result["language"], *(None,) * 8, *whole, None, model)
            continue
        for sentence in result["sentences"]:
            place = (result["language"], *(sentence[name] for name in ("index", "start", "end", "truncated", "text")))
            for aspect, judged in (sentence["aspects"] or {None: {"polarity": None, "confidence": None}}).items():
                yield (
                    *head,
                    *place,
                    aspect,
                    judged["polarity"],
                    judged["confidence"],
                    *whole,
                    judged.get("low_confidence"),
                    model,
                )


def last_row(ending: Ending) -> tuple[Any, ...] | None:
    """The row that tells that lines are missing; None when none is that was asked for."""
    if not ending.code:
        return None
    told = {"status": INCOMPLETE, "error_code": ending.code, "error_message": ending.detail}
    return tuple(told.get(name) for name in COLUMNS)


class CsvWriter:
    """RFC 4180 in UTF-8. A heartbeat is an empty line, which readers of CSV pass over as a rule."""

    def begin(self) -> bytes:
        return csv_rows([COLUMNS])

    def lines(self, ndjson: bytes) -> bytes:
        return csv_rows(table_rows(ndjson))

    def heartbeat(self) -> bytes:
        return b"\r\n"

    def end(self, ending: Ending) -> bytes:
        row = last_row(ending)
        return csv_rows([row]) if row else b""
