"""How busy a worker was of late, from totals that it is asked for now and then."""

from collections import deque
from dataclasses import dataclass

#: How far back it looks, in seconds.
WINDOW_S = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """What a worker has done since it began, up to a time."""

    #: By the worker's own clock, in seconds.
    at: float
    #: How long it had something to do, in seconds.
    busy_s: float
    batches: int
    sentences: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Lately:
    """Of the last minute, or of all its time if that is less."""

    #: Share of the time in which it had something to do, 0 to 1; None before any has passed.
    busy: float | None
    #: Mean of its batches, in sentences; None without any.
    batch_sentences: float | None


class LastMinute:
    """Remembers what it was told, as far back as it looks."""

    def __init__(self, began: Totals) -> None:
        self._told = deque([began])

    def tell(self, now: Totals) -> Lately:
        """What has come since a minute ago, or a little more: since the last time that it was told by then."""
        self._told.append(now)
        while self._told[1].at <= now.at - WINDOW_S:
            self._told.popleft()
        since = self._told[0]
        passed, batches = now.at - since.at, now.batches - since.batches
        return Lately(
            busy=min(1.0, round((now.busy_s - since.busy_s) / passed, 3)) if passed > 0 else None,
            batch_sentences=round((now.sentences - since.sentences) / batches, 1) if batches else None,
        )
