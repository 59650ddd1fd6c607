"""What the archive writes in one transaction: entries of the outbox in a row, and what each of them comes to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from archive.added import Step
from archive.changes import Change
from archive.review import Kept
from store.outbox import Entry


@dataclass(frozen=True, kw_only=True, slots=True)
class Portion:
    """One or more entries."""

    #: The place in the outbox that they stand behind.
    after: str
    #: With its change, or as what one that comes to nothing is counted.
    told: Sequence[tuple[Entry, Change | str]]
    #: By what its reviews were made.
    kept: Kept
    #: Whether the outbox had more behind it.
    more: bool
    #: Its changes, ready for the database.
    steps: Sequence[Step] = ()

    @property
    def to(self) -> str:
        """The place of the last of them."""
        return self.told[-1][0].place

    @property
    def changes(self) -> Sequence[Change]:
        """What is to be done, in its order."""
        return [change for _, change in self.told if not isinstance(change, str)]

    def halves(self) -> tuple["Portion", "Portion"]:
        """The same in two portions; there is more than one entry in it."""
        middle = len(self.told) // 2
        first = replace(self, told=self.told[:middle], steps=())
        return first, replace(first, after=first.to, told=self.told[middle:])
