"""What clients were promised: every id that was accepted, kept outside of the service, and what became of it."""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Entry:
    """One accepted review: a job, or a line of a batch."""

    #: When its first try was sent, and when it was accepted (time.monotonic).
    asked_at: float
    accepted_at: float
    #: When an announcement of its end was heard, or its end was first seen.
    ended_at: float | None = None
    #: Status, version and time of its end as first seen.
    first: tuple[str, int, str] | None = None
    #: The same at the very end.
    last: tuple[str, int, str] | None = None
    #: Code of its error.
    reason: str | None = None
    #: Whether it had given way by then, as what has ended does while Redis is nearly full: 410.
    forgotten: bool = False


@dataclass
class Ledger:
    """Thread-safe enough: each id is written by one thread at a time."""

    entries: dict[str, Entry] = field(default_factory=dict)
    #: Batches: id -> number of lines.
    batches: dict[str, int] = field(default_factory=dict)
    #: Results of batch lines by batch id: line -> (status, error code); and lines that came twice.
    lines: dict[str, dict[int, tuple[str, str | None]]] = field(default_factory=dict)
    #: 503 answers, which clients may expect and retry; and whatever else went wrong with a request, in words.
    refused: int = 0
    broken: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def accept(self, job_id: str, asked_at: float) -> None:
        """A 2xx came for it."""
        with self.lock:
            self.entries[job_id] = Entry(asked_at=asked_at, accepted_at=time.monotonic())

    def accept_batch(self, batch_id: str, lines: int) -> None:
        """A batch was accepted."""
        with self.lock:
            self.batches[batch_id] = lines

    def refuse(self) -> None:
        """A 503."""
        with self.lock:
            self.refused += 1

    def fail(self, what: str) -> None:
        """Anything else."""
        with self.lock:
            self.broken[what] += 1
