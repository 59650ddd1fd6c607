"""What ended lately, as differences of what was counted minute by minute."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from jobs.activity import MINUTE_MS, Snapshot, Window, parts, quantile, whole

BOUNDS = (0.1, 1.0, 10.0)


def snapshot(minute: int, succeeded: int = 0, took: tuple[int, ...] = (0, 0, 0, 0)) -> Snapshot:
    return Snapshot(at_ms=minute * MINUTE_MS, ended={"succeeded": succeeded}, took=took)


@pytest.mark.parametrize(
    ("took", "share", "ms"),
    [
        ((0, 0, 0, 0), 0.5, None),
        ((10, 0, 0, 0), 0.5, 50),
        ((5, 5, 0, 0), 0.5, 100),
        ((5, 5, 0, 0), 0.75, 550),
        ((0, 0, 0, 3), 0.5, 10_000),
        ((99, 0, 0, 1), 0.95, 96),
    ],
)
def test_a_quantile_is_read_as_prometheus_reads_it(took: tuple[int, ...], share: float, ms: int | None) -> None:
    assert quantile(took, share, BOUNDS) == ms


def test_an_hour_has_a_part_a_minute() -> None:
    found = parts([snapshot(10, 5), snapshot(11, 7), snapshot(12, 7)], Window.HOUR, BOUNDS)
    assert [(part.at_ms // MINUTE_MS, part.ended) for part in found] == [(11, {"succeeded": 2}), (12, {"succeeded": 0})]


def test_a_day_has_quarters_of_an_hour() -> None:
    found = parts([snapshot(minute, minute) for minute in range(61)], Window.DAY, BOUNDS)
    assert [part.ended["succeeded"] for part in found] == [14, 15, 15, 15, 1]


def test_a_redis_that_began_anew_counts_from_nothing() -> None:
    (part,) = parts([snapshot(1, 1000, (9, 9, 9, 9)), snapshot(2, 3, (3, 0, 0, 0))], Window.HOUR, BOUNDS)
    assert (part.ended, part.p50_ms) == ({"succeeded": 3}, 50)


@pytest.mark.parametrize("known", [[], [snapshot(1)]])
def test_before_anything_is_known_there_is_nothing(known: list[Snapshot]) -> None:
    assert parts(known, Window.DAY, BOUNDS) == []
    assert whole(known, BOUNDS).p95_ms is None


@given(
    counts=st.lists(st.integers(0, 50), min_size=1, max_size=200),
    first=st.integers(0, 5000),
    window=st.sampled_from(Window),
)
def test_the_parts_add_up_to_the_whole(counts: list[int], first: int, window: Window) -> None:
    total, snapshots = 0, []
    for minute, count in enumerate(counts):
        total += count
        snapshots.append(snapshot(first + minute, total, (total, 0, 0, 0)))
    found = parts(snapshots, window, BOUNDS)
    assert sum(part.ended["succeeded"] for part in found) == whole(snapshots, BOUNDS).ended["succeeded"]
