"""How far a review is that is being judged."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """Of one attempt: never less than before."""

    #: Sentences that have been judged, and sentences that the review has.
    done: int
    total: int

    def encode(self) -> str:
        """As the job's record has it."""
        return f"{self.done} {self.total}"

    @classmethod
    def decode(cls, kept: bytes | None) -> Self | None:
        """What `encode` made; None when there is none."""
        if kept is None:
            return None
        done, total = kept.split()
        return cls(done=int(done), total=int(total))
