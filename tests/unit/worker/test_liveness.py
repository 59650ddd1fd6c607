"""A worker that does not move any more is noticed, and ended."""

from pathlib import Path

from tests.support.clock import Clock
from worker.liveness import Liveness, Watchdog


class Seconds:
    """A clock in seconds that passes when the test says so."""

    def __init__(self) -> None:
        self.clock = Clock(0)

    def __call__(self) -> float:
        return self.clock.now_ms / 1000

    def advance(self, seconds: float) -> None:
        self.clock.advance(round(seconds * 1000))


def make_watchdog(seconds: Seconds, alive_file: Path | None = None) -> tuple[Liveness, Watchdog, list[str]]:
    liveness, stuck = Liveness(seconds), list[str]()
    return liveness, Watchdog(liveness, stuck_s=10, on_stuck=stuck.append, alive_file=alive_file), stuck


def test_a_thread_that_moves_is_left_alone() -> None:
    seconds = Seconds()
    liveness, watchdog, stuck = make_watchdog(seconds)
    for _ in range(5):
        liveness.beat("device")
        seconds.advance(9)
        watchdog.look()
    assert stuck == []


def test_a_thread_that_is_silent_at_work_is_stuck_though_others_move() -> None:
    seconds = Seconds()
    liveness, watchdog, stuck = make_watchdog(seconds)
    liveness.beat("device")
    for _ in range(3):
        liveness.beat("urgent")
        watchdog.look()
        seconds.advance(5)
    liveness.beat("urgent")
    watchdog.look()
    assert stuck == ["device"]


def test_what_is_slow_may_be_silent_for_so_much_longer_and_no_more() -> None:
    seconds = Seconds()
    liveness, watchdog, stuck = make_watchdog(seconds)
    liveness.beat("intake", slow_s=60)
    seconds.advance(70)
    watchdog.look()
    assert stuck == []
    seconds.advance(1)
    watchdog.look()
    assert stuck == ["intake"]


def test_a_thread_that_waits_for_work_may_be_silent_for_ever() -> None:
    seconds = Seconds()
    liveness, watchdog, stuck = make_watchdog(seconds)
    liveness.beat("device")
    liveness.rest("device")
    seconds.advance(10_000)
    watchdog.look()
    assert stuck == []


def test_the_file_of_the_probe_is_touched_only_while_all_is_well(tmp_path: Path) -> None:
    seconds, alive_file = Seconds(), tmp_path / "alive"
    liveness, watchdog, stuck = make_watchdog(seconds, alive_file)
    liveness.beat("device")
    seconds.advance(11)
    watchdog.look()
    assert stuck == ["device"]
    assert not alive_file.exists()
    liveness.beat("device")
    watchdog.look()
    assert alive_file.exists()


def test_a_file_that_cannot_be_touched_ends_nothing(tmp_path: Path) -> None:
    _, watchdog, stuck = make_watchdog(Seconds(), tmp_path / "no such folder" / "alive")
    watchdog.look()
    assert stuck == []
