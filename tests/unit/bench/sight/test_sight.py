"""What `kritiq bench sight` takes for a line that has moved, and when."""

from collections.abc import Iterator

import pytest

from bench.sight.cli import Seen, cells
from bench.sight.panels import panel, panels
from bench.sight.sight import Look, Watch
from bench.sight.sights import SIGHTS

UP = Look(dashboard="kritiq", panel="Oldest job", by=3.0)
DOWN = Look(dashboard="kritiq", panel="Workers", by=-0.5)


@pytest.mark.parametrize(
    ("look", "now", "moved"),
    [
        (UP, {"normal": 4.1}, True),
        (UP, {"normal": 3.9}, False),
        (UP, {"bulk": 3.1}, True),
        (UP, {}, False),
        (DOWN, {"": 1.0}, True),
        (DOWN, {"": 2.0}, False),
        (DOWN, {}, False),
        (Look(dashboard="kritiq", panel="Oldest job", line="high", by=3.0), {"normal": 9.0}, False),
    ],
)
def test_a_line_has_moved_when_it_leaves_what_it_was(look: Look, now: dict[str, float], moved: bool) -> None:
    assert look.moved({"normal": (0.0, 1.0), "": (2.0, 2.0)}, now) is moved


class Clock:
    """Time that passes while somebody sleeps."""

    def __init__(self) -> None:
        self.time = 1_000.0

    def __call__(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


def watch(values: Iterator[float]) -> Watch:
    clock = Clock()
    return Watch([UP], lambda look, now: {"normal": next(values)}, now=clock, sleep=clock.sleep)


def test_what_was_usual_before_is_no_move_and_the_first_look_beyond_counts() -> None:
    found = watch(iter([0.0, 2.0, 1.0, 4.0, 5.0, 6.0]))
    found.get_used_to(for_s=3.0)
    assert found.seconds(within_s=60.0) == {UP: 2.0}


def test_what_never_moves_is_told_so() -> None:
    found = watch(iter([0.0] * 100))
    found.get_used_to(for_s=3.0)
    assert found.seconds(within_s=60.0) == {UP: None}


def test_each_fault_is_looked_for_in_a_panel_that_there_is() -> None:
    for sight in SIGHTS:
        assert sight.looks
        for look in sight.looks:
            panel(look.dashboard, look.panel)


def test_a_panel_shows_a_point_no_older_than_the_page_asks_anew() -> None:
    for each in panels():
        assert each.step_s is None or each.step_s <= each.refresh_s, each.title


def test_a_fault_is_in_time_when_the_page_shows_it_in_time() -> None:
    seen = [Seen(fault="f", look="l", seconds=seconds, refresh_s=5.0) for seconds in (3.0, 25.0, 4.0)]
    assert cells(seen) == ["f", "l", "4.0", "25.0", "3", "yes"]
    late = Seen(fault="f", look="l", seconds=25.1, refresh_s=5.0)
    assert cells([*seen, late])[-1] == "NO"
    never = Seen(fault="f", look="l", seconds=None, refresh_s=5.0)
    assert cells([*seen, never])[3:] == ["not in 90", "4", "NO"]
