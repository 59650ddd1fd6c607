"""A file: reviews that a client uploaded once, to make batches of."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jobs.job import DEFAULT_TENANT

#: Most reviews of a file.
MOST_LINES = 50_000
#: Most bytes of one line; a review of the longest text has fewer, however it is escaped.
MOST_LINE_BYTES = 1_048_576
#: Seconds that a file may be kept, from and to.
FILE_TTL_S = (3_600, 2_592_000)


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """A file's record. Times are milliseconds since the epoch, by Redis' clock."""

    id: str
    tenant: str = DEFAULT_TENANT
    #: What its client calls it.
    filename: str = ""
    bytes: int = 0
    #: SHA-256 of what is in it, as hexadecimal digits.
    digest: str = ""
    #: The only restaurants that its uploader's key was for; empty: all. Only such a key may see it.
    restaurants: tuple[str, ...] = ()
    parts: int = 0
    created_at: int = 0
    expires_at: int = 0


class LineCount:
    """How many lines there are in what comes in parts, as `rows` has them."""

    def __init__(self) -> None:
        self._ends, self._rest = 0, False

    def add(self, part: bytes) -> int:
        """The lines by now."""
        self._ends += part.count(b"\n")
        if (rest := part[part.rfind(b"\n") + 1 :]) is part:
            self._rest = self._rest or bool(part.strip())
        else:
            self._rest = bool(rest.strip())
        return self._ends + self._rest


def rows(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of what comes in parts, without their line feeds; of one that is too long a byte more than may be.

    What follows the last line feed is a line unless it is blank. Holds one line and one part, whatever comes.
    """
    held, skips = bytearray(), False
    for part in parts:
        begin = 0
        while (end := part.find(b"\n", begin)) >= 0:
            row = held + part[begin:end] if held else part[begin:end]
            if not skips:
                yield bytes(row[: MOST_LINE_BYTES + 1])
            held, skips, begin = bytearray(), False, end + 1
        if not skips:
            held += part[begin:]
        if len(held) > MOST_LINE_BYTES:
            yield bytes(held[: MOST_LINE_BYTES + 1])
            held, skips = bytearray(), True
    if held.strip():
        yield bytes(held)
