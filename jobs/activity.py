"""What ended in the last hour, day or week, and how long it took: differences of what was counted minute by minute."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

MINUTE_MS = 60_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """What all processes had counted at a time, since they began to count."""

    #: Milliseconds since the epoch, by Redis' clock.
    at_ms: int
    #: Status -> jobs that ended so.
    ended: dict[str, int]
    #: Single reviews by how long they took: one number for each bound of `bounds`, and one for what took longer.
    took: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Bucket:
    """What happened in a part of a window. Durations are milliseconds, None when nothing ended."""

    at_ms: int
    ended: dict[str, int]
    p50_ms: int | None
    p95_ms: int | None


class Window(StrEnum):
    """How far to look back."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"

    @property
    def minutes(self) -> int:
        """How long it is."""
        return {Window.HOUR: 60, Window.DAY: 1440, Window.WEEK: 10_080}[self]

    @property
    def step_minutes(self) -> int:
        """How long each of its parts is: no window has more than about 170."""
        return {Window.HOUR: 1, Window.DAY: 15, Window.WEEK: 60}[self]


def parts(snapshots: Sequence[Snapshot], window: Window, bounds: Sequence[float]) -> list[Bucket]:
    """The window's parts, oldest first. `snapshots` are in order; `bounds` are seconds."""
    return [_between(one, other, bounds) for one, other in pairwise(_marks(snapshots, window))]


def whole(snapshots: Sequence[Snapshot], bounds: Sequence[float]) -> Bucket:
    """All that happened from the first snapshot to the last."""
    if not snapshots:
        return Bucket(at_ms=0, ended={}, p50_ms=None, p95_ms=None)
    return _between(snapshots[0], snapshots[-1], bounds)


def _marks(snapshots: Sequence[Snapshot], window: Window) -> Iterator[Snapshot]:
    """The first snapshot, then the last of each part that has any."""
    step, previous = window.step_minutes * MINUTE_MS, None
    for one, other in pairwise([*snapshots, None]):
        assert one is not None
        if previous is None or other is None or one.at_ms // step != other.at_ms // step:
            yield one
        previous = one


def _between(one: Snapshot, other: Snapshot, bounds: Sequence[float]) -> Bucket:
    # Who counts anew, in a Redis without data, begins at 0: then all there is happened since.
    ended = {status: _grown(one.ended.get(status, 0), count) for status, count in other.ended.items()}
    took = [_grown(before, after) for before, after in zip(one.took, other.took, strict=True)]
    return Bucket(
        at_ms=other.at_ms, ended=ended, p50_ms=quantile(took, 0.5, bounds), p95_ms=quantile(took, 0.95, bounds)
    )


def _grown(before: int, after: int) -> int:
    return after - before if after >= before else after


def quantile(took: Sequence[int], share: float, bounds: Sequence[float]) -> int | None:
    """The duration in milliseconds that `share` of all stay below, as if each bucket were filled evenly; what took
    longer than the last bound counts as that. As Prometheus' histogram_quantile."""
    total, below = sum(took), 0
    if not total:
        return None
    for place, count in enumerate(took[: len(bounds)]):
        if count and below + count >= share * total:
            low = bounds[place - 1] if place else 0.0
            return round(1000 * (low + (bounds[place] - low) * (share * total - below) / count))
        below += count
    return round(1000 * bounds[-1])
