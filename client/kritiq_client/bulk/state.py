"""What a run remembers beside its output, so that a killed one goes on without paying twice."""

import hashlib
import json
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from kritiq_client.bulk.chunks import Chunk
from kritiq_client.errors import KritiqError

FORMAT = 2


class StateMismatch(KritiqError):
    """The output belongs to another input."""


@dataclass(kw_only=True)
class State:
    """How far a run is. Saved whole, so that a reader finds the old or the new one and nothing between."""

    path: Path
    #: Goes into the idempotency keys: `--fresh` draws a new one, so that nothing of an earlier run is found again.
    salt: str = ""
    #: Digest and id of each submitted batch, in order.
    batches: list[tuple[str, str]] = field(default_factory=list)
    #: Whole lines of the output, and the bytes that they take.
    lines: int = 0
    bytes: int = 0
    #: Lines by status.
    counts: Counter[str] = field(default_factory=Counter)
    finished: bool = False

    @classmethod
    def load(cls, path: Path) -> "State | None":
        """The state in `path`, or None when there is none. Raises StateMismatch when it cannot be read."""
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            if not isinstance(found, dict) or found.pop("format") != FORMAT:
                raise ValueError("another format")
            batches = [(str(digest), str(name)) for digest, name in found.pop("batches")]
            state = cls(path=path, batches=batches, counts=Counter(found.pop("counts")), **found)
            state._check()
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise StateMismatch(f"{path} is not the state of a batch ({error}); --fresh starts over.") from None
        return state

    def _check(self) -> None:
        """Raises ValueError when a member is of another kind, or what is written and what it was do not fit."""
        numbers = (self.lines, self.bytes, *self.counts.values())
        # Neither true nor 1.0 is a number of lines.
        if any(type(number) is not int or number < 0 for number in numbers):
            raise ValueError("lines, bytes and counts should be numbers")
        if type(self.finished) is not bool or type(self.salt) is not str:
            raise ValueError("finished should be true or false, and salt a text")
        if self.counts.total() != self.lines:
            raise ValueError("its counts are not those of its lines")

    def save(self) -> None:
        """Put the state in its place, safely on the disk."""
        state = {
            "format": FORMAT,
            "salt": self.salt,
            "batches": self.batches,
            "lines": self.lines,
            "bytes": self.bytes,
            "counts": self.counts,
            "finished": self.finished,
        }
        draft = self.path.with_name(self.path.name + ".new")
        with draft.open("w", encoding="utf-8") as file:
            json.dump(state, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)

    def batch_of(self, chunk: Chunk) -> str | None:
        """The batch that `chunk` was submitted as, if it was. Raises StateMismatch when it is another chunk now."""
        if chunk.index >= len(self.batches):
            return None
        digest, batch_id = self.batches[chunk.index]
        if digest != chunk.digest:
            raise StateMismatch(
                "The input or the options changed since the run that this would go on with; --fresh starts over."
            )
        return batch_id

    def key(self, chunk: Chunk) -> str:
        """The idempotency key of a chunk: of its content, so that a run that forgot everything finds it again."""
        return "batch-" + hashlib.sha256(f"{FORMAT} {self.salt} {chunk.digest}".encode()).hexdigest()
