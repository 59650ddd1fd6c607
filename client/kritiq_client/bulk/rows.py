"""Reviews out of CSV and JSON lines, cut into batches. The same input always gives the same batches."""

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TextIO

from kritiq_client.batch_calls import MOST_REVIEWS
from kritiq_client.errors import KritiqError
from kritiq_client.reviews import BatchOptions, BatchReview, batch_body, encode

#: Text of one batch, in bytes: far under what the service takes, and small enough to be queued beside others.
MOST_BYTES = 4 * 2**20
#: Columns that hold the review's id, when nobody says which one.
ID_COLUMNS = ("custom_id", "id")


class BadInput(KritiqError):
    """The input cannot be read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One review of the input: usable, or the line as it came, for the service to say what is wrong with it."""

    review: BatchReview | None
    line: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Chunk:
    """Rows that are submitted as one batch."""

    #: From 0.
    index: int
    #: Number of its first review in the input, from 1.
    first: int
    count: int
    body: bytes
    media: str

    @property
    def digest(self) -> str:
        """SHA-256 of the request that it makes."""
        return hashlib.sha256(self.media.encode() + b"\0" + self.body).hexdigest()


def from_csv(source: TextIO, *, text: str, identity: str | None, delimiter: str | None) -> Iterator[Row]:
    """Rows of a CSV with a header row; without `delimiter` the header tells it. Raises BadInput."""
    reader: csv.DictReader[str] | None = None
    try:
        header = source.readline()
        fields = next(csv.reader([header], delimiter=delimiter or _delimiter(header)), [])
        reader = csv.DictReader(source, fieldnames=fields, delimiter=delimiter or _delimiter(header))
        for wanted in (text, identity):
            if wanted is not None and wanted not in fields:
                raise BadInput(f"There is no column {wanted!r}; the columns are {', '.join(map(repr, fields))}.")
        identity = identity or next((name for name in ID_COLUMNS if name in fields), None)
        for record in reader:
            yield _row(record.get(text) or "", (record.get(identity) or None) if identity else None)
    except csv.Error as error:
        raise BadInput(f"The CSV cannot be read near line {reader.line_num + 1 if reader else 1}: {error}.") from None
    except UnicodeDecodeError as error:
        raise BadInput(f"The input is not {error.encoding}: try --encoding cp1252.") from None


def from_jsonl(source: Iterable[bytes], *, text: str, identity: str | None) -> Iterator[Row]:
    """Rows of JSON lines; empty lines are passed over."""
    for raw in source:
        line = raw.strip()
        if not line:
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            yield Row(review=None, line=line)
            continue
        names = (identity,) if identity else ID_COLUMNS
        found = next((value[name] for name in names if value.get(name) is not None), None)
        if isinstance(found, int) and not isinstance(found, bool):
            found = str(found)
        yield _row(value.get(text), found, line)


def chunks(rows: Iterable[Row], options: BatchOptions | None = None, most: int = MOST_REVIEWS) -> Iterator[Chunk]:
    """The rows in batches of at most `most` reviews and about `MOST_BYTES`."""
    index, first, held, size = 0, 1, list[Row](), 0
    for row in rows:
        if held and (len(held) == most or size + len(row.line) > MOST_BYTES):
            yield _chunk(index, first, held, options)
            index, first, held, size = index + 1, first + len(held), [], 0
        held.append(row)
        size += len(row.line)
    if held:
        yield _chunk(index, first, held, options)


def _chunk(index: int, first: int, rows: list[Row], options: BatchOptions | None) -> Chunk:
    if options is None:
        body, media = b"".join(row.line + b"\n" for row in rows), "application/x-ndjson"
    else:
        # In one JSON document a line that is not JSON would spoil its neighbours; an empty text fails alone.
        usable = [row.review or BatchReview(text="") for row in rows]
        body, media = batch_body(usable, options)
    return Chunk(index=index, first=first, count=len(rows), body=body, media=media)


def _row(text: Any, identity: Any, line: bytes | None = None) -> Row:
    said = {"text": text, "custom_id": identity} if identity is not None else {"text": text}
    if isinstance(text, str) and (identity is None or isinstance(identity, str)) and _clean(text, identity or ""):
        return Row(review=BatchReview(text=text, custom_id=identity), line=encode(said))
    return Row(review=None, line=line if line is not None else encode(said))


def _clean(*strings: str) -> bool:
    return not any("\0" in value or any("\ud800" <= char <= "\udfff" for char in value) for value in strings)


def _delimiter(header: str) -> str:
    return max(",;\t", key=header.count)
