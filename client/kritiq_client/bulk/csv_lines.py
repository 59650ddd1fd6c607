"""Lines of a CSV file, numbered, which can be given back."""

from collections import deque
from collections.abc import Iterable

#: A line that a program ended twice.
_TWICE = "\r\r\n"


class Lines:
    """The lines of a file, numbered from 1, which can be given back."""

    def __init__(self, source: Iterable[str]) -> None:
        self._source = iter(source)
        self._back: deque[str] = deque()
        #: The lines since `mark`.
        self.taken: list[str] = []
        self.number = 0

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else next(self._source)
        if line.endswith(_TWICE):
            line = line.removesuffix(_TWICE) + "\r\n"
        self.taken.append(line)
        self.number += 1
        return line

    def mark(self) -> None:
        """A record begins here."""
        self.taken = []

    def give_back(self, keep: int) -> None:
        """All lines since `mark` but the first `keep`."""
        back, self.taken = self.taken[keep:], self.taken[:keep]
        self._back.extendleft(reversed(back))
        self.number -= len(back)
