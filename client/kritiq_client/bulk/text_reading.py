"""Lines of a text, none of which takes the memory that a file made for it would have: one line of gigabytes, say."""

from collections.abc import Iterator
from typing import TextIO

#: Most characters of a line, and of a row of a table over several lines; a review has at most a sixteenth of it.
MOST_LINE = 2**24
#: Why what has more is not read.
TOO_LONG = f"it has more than {MOST_LINE} characters"
#: Characters that are passed over at once.
_PIECE = 2**20


def lines_of(source: TextIO, newline: str, most: int = MOST_LINE) -> Iterator[str]:
    """The lines, which end with `newline`; of one with more than `most` characters one more, without its end."""
    while line := source.readline(most + 1):
        yield line
        if len(line) > most:
            piece = line
            while piece and not piece.endswith(newline):
                piece = source.readline(_PIECE)
