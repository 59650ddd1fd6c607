"""What is wrong with which rows, for whoever runs the command."""

from kritiq_client.bulk.rows import Row

#: Rows that are told in words; the output has all of them.
MOST_TOLD = 10


class Notes:
    """The first problems and warnings in words, the others counted."""

    def __init__(self, name: str) -> None:
        self._name, self._first, self._count = name, list[str](), 0

    def add(self, row: Row) -> None:
        """Remember what is wrong with the row, if anything."""
        if note := row.problem or row.warning:
            self._count += 1
            if self._count <= MOST_TOLD:
                self._first.append(f"{self._name}: {note}")

    def lines(self) -> list[str]:
        """A line for each row, and one for those beyond `MOST_TOLD`."""
        more = self._count - MOST_TOLD
        return [*self._first, *([f"{self._name}: {more} more like these."] if more > 0 else [])]
