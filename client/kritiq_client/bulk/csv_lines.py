"""Lines of a CSV file, numbered, which can be given back; of a row no more than a row may have."""

from collections import deque
from collections.abc import Iterable

from kritiq_client.bulk.text_reading import MOST_LINE

#: A line that a program ended twice.
_TWICE = "\r\r\n"


class Lines:
    """The lines of a file, numbered from 1, which can be given back. Since `mark` they end when they have more than
    `most` characters: a quote that is never closed does not take the whole file.
    """

    def __init__(self, source: Iterable[str], most: int = MOST_LINE) -> None:
        self._source = iter(source)
        self._back: deque[str] = deque()
        #: The lines since `mark`.
        self.taken: list[str] = []
        self.number = 0
        self._most, self._held = most, 0

    def __iter__(self) -> "Lines":
        return self

    @property
    def cut(self) -> bool:
        """Whether a line since `mark` is longer than any may be: the rest of it is not here."""
        return self._held > self._most and max(map(len, self.taken)) > self._most

    def __next__(self) -> str:
        if self._held > self._most:
            raise StopIteration
        line = self._back.popleft() if self._back else next(self._source)
        if line.endswith(_TWICE):
            line = line.removesuffix(_TWICE) + "\r\n"
        self.taken.append(line)
        self._held += len(line)
        self.number += 1
        return line

    def mark(self) -> None:
        """A record begins here."""
        self.taken, self._held = [], 0

    def give_back(self, keep: int) -> None:
        """All lines since `mark` but the first `keep`."""
        back, self.taken = self.taken[keep:], self.taken[:keep]
        self._back.extendleft(reversed(back))
        self.number -= len(back)
        self._held = sum(map(len, self.taken))
