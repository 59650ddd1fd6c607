"""Rows in batches. The same input always gives the same ones."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kritiq_client.batch_calls import MOST_REVIEWS
from kritiq_client.bulk.rows import Row
from kritiq_client.reviews import BatchOptions, BatchReview, batch_body, encode

#: Text of one batch, in bytes: far under what the service takes, and small enough to be queued beside others.
MOST_BYTES = 4 * 2**20


@dataclass(frozen=True, kw_only=True, slots=True)
class Chunk:
    """Rows that are submitted as one batch, except those that need no judging."""

    #: From 0.
    index: int
    #: Number of its first row in the input, from 1.
    first: int
    rows: tuple[Row, ...]
    #: The request; empty when no row needs judging.
    body: bytes
    media: str

    @property
    def last(self) -> int:
        """Number of its last row in the input."""
        return self.first + len(self.rows) - 1

    @property
    def digest(self) -> str:
        """SHA-256 of the request that it makes, and of all that it puts into the output by itself."""
        digest = hashlib.sha256(self.media.encode() + b"\0" + self.body)
        digest.update(encode([[row.identity, row.outcome()] for row in self.rows]))
        return digest.hexdigest()

    def sent(self, rows: int) -> int:
        """How many of its first `rows` rows are in the request."""
        return sum(row.text is not None for row in self.rows[:rows])


def chunks(rows: Iterable[Row], options: BatchOptions | None = None, most: int = MOST_REVIEWS) -> Iterator[Chunk]:
    """The rows in batches of at most `most` reviews and about `MOST_BYTES`."""
    index, first, held, size = 0, 1, list[Row](), 0
    for row in rows:
        bytes_of_row = len(encode([row.text, row.identity, row.problem])) + len(str(row.details))
        if held and (len(held) == most or size + bytes_of_row > MOST_BYTES):
            yield _chunk(index, first, held, options)
            index, first, held, size = index + 1, first + len(held), [], 0
        held.append(row)
        size += bytes_of_row
    if held:
        yield _chunk(index, first, held, options)


def _chunk(index: int, first: int, rows: list[Row], options: BatchOptions | None) -> Chunk:
    used, reviews = set[str](), list[BatchReview]()
    for row in rows:
        if row.text is None:
            continue
        # The service takes an id once; the output has it for every row.
        name = row.custom_id if row.custom_id not in used else None
        reviews.append(BatchReview(text=row.text, custom_id=name, **row.details))
        used |= {name} if name is not None else set()
    body, media = batch_body(reviews, options) if reviews else (b"", "")
    return Chunk(index=index, first=first, rows=tuple(rows), body=body, media=media)
