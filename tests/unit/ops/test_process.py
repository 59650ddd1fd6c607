"""A child process is started, started again when it ends, and stopped within a deadline; nothing of it is left."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.process import ChildProcess, Restart, stop_all
from tests.support.waiting import wait_for

AT_ONCE = Restart(first_s=0.01, longest_s=0.01)
SLEEPS = "import time; print('up', flush=True); time.sleep(600)"
#: Ends only when it is killed.
DEAF = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


@pytest.fixture
def processes() -> Iterator[list[ChildProcess]]:
    """Processes put in here are ended with the test."""
    found: list[ChildProcess] = []
    yield found
    for process in found:
        process.stop(signal.SIGKILL)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_runs_once_and_its_output_is_kept(tmp_path: Path) -> None:
    process = ChildProcess(python("import sys; print('hello'); sys.exit(3)"), output=tmp_path / "log").start()
    assert process.wait(60) == 3
    assert (process.log, process.pid, process.over, process.ended) == ("hello\n", None, True, [3])


def test_each_line_goes_to_whoever_wants_lines() -> None:
    lines: list[str] = []
    process = ChildProcess(python("print('one'); print('zwei: ß')"), output=lines.append).start()
    process.wait(60)
    assert lines == process.words == ["one", "zwei: ß"]


def test_one_that_is_killed_is_started_again_and_that_is_said(processes: list[ChildProcess]) -> None:
    told: list[str] = []
    process = ChildProcess(python(SLEEPS), output=lambda line: None, restart=AT_ONCE, say=told.append)
    processes.append(process.start())
    first = process.pid
    assert process.send(signal.SIGKILL)
    wait_for(lambda: process.pid not in (None, first), "it runs again")
    assert (process.ended, told) == ([-9], ["ended with -9, starts again in 0.0 s"])


def test_one_that_ends_by_itself_is_started_again_even_when_it_ended_well(processes: list[ChildProcess]) -> None:
    process = ChildProcess(python("pass"), output=lambda line: None, restart=AT_ONCE).start()
    processes.append(process)
    wait_for(lambda: len(process.ended) >= 3, "three lives")
    assert set(process.ended) == {0}


def test_its_pauses_double_while_its_lives_are_short() -> None:
    told: list[str] = []
    limits = Restart(first_s=0.01, longest_s=0.05)
    process = ChildProcess(python("raise SystemExit(1)"), output=lambda line: None, restart=limits, say=told.append)
    process.start()
    wait_for(lambda: len(told) >= 5, "five ends")
    process.stop()
    assert [float(text.split()[-2]) for text in told[:5]] == [0.0, 0.0, 0.0, 0.1, 0.1]


def test_whoever_started_it_may_decide_that_it_is_not_started_again() -> None:
    asked: list[int] = []

    def again(status: int) -> bool:
        asked.append(status)
        return False

    process = ChildProcess(python("raise SystemExit(4)"), output=lambda line: None, restart=AT_ONCE, again=again)
    assert process.start().wait(60) == 4
    assert asked == [4]


def test_a_stop_passes_the_signal_on_and_nothing_starts_again() -> None:
    code = "import signal, sys; signal.signal(15, lambda *a: sys.exit(0)); print('up', flush=True); signal.pause()"
    process = ChildProcess(python(code), output=lambda line: None, ready="up", restart=AT_ONCE).start()
    wait_for(lambda: process.was_ready, "it is up")
    assert process.stop(within_s=60) == 0
    assert (process.ended, process.pid) == ([0], None)


def test_one_that_does_not_listen_is_killed_when_its_time_is_up(tmp_path: Path) -> None:
    process = ChildProcess(python(DEAF), output=tmp_path / "log", ready="up").start()
    wait_for(lambda: process.was_ready, "it is up")
    assert process.stop(within_s=0.1) is None
    assert process.ended == [-9]


def test_all_are_asked_to_stop_at_the_same_time() -> None:
    group = [ChildProcess(python(DEAF), output=lambda line: None, ready="up").start() for _ in range(2)]
    wait_for(lambda: all(process.was_ready for process in group), "they are up")
    stop_all(group, within_s=0.1)
    assert [process.ended for process in group] == [[-9], [-9]]


def test_what_a_killed_process_leaves_behind_is_killed_too() -> None:
    code = (
        "import subprocess, sys, time;"
        f" child = subprocess.Popen([sys.executable, '-c', {DEAF!r}], stdout=subprocess.DEVNULL);"
        " print(child.pid, flush=True); time.sleep(600)"
    )
    process = ChildProcess(python(code), output=lambda line: None).start()
    left = int(wait_for(lambda: process.words, "it has a child")[0])
    assert alive(left)
    process.stop(signal.SIGKILL)
    wait_for(lambda: not alive(left) or state(left) == "Z", "its child is gone")


def state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "Z"


def test_a_held_process_stays_down_until_it_may_go_on(processes: list[ChildProcess], tmp_path: Path) -> None:
    process = ChildProcess(python(SLEEPS), output=tmp_path / "log", restart=AT_ONCE).start()
    processes.append(process)
    process.hold()
    process.send(signal.SIGKILL)
    wait_for(lambda: process.ended, "it is down")
    assert process.pid is None
    assert not process.send(signal.SIGTERM)
    process.go_on()
    wait_for(lambda: process.pid, "it runs again")


def test_the_words_are_those_of_its_last_life(tmp_path: Path) -> None:
    count = tmp_path / "count"
    code = (
        f"import pathlib, sys; count = pathlib.Path({str(count)!r});"
        " lives = len(count.read_text()) if count.exists() else 0;"
        " count.write_text('x' * (lives + 1)); print('life', lives); sys.exit(lives == 0)"
    )
    process = ChildProcess(
        python(code), output=tmp_path / "log", restart=AT_ONCE, again=lambda status: status != 0
    ).start()
    process.wait(60)
    assert (process.words, process.log) == (["life 1"], "life 0\nlife 1\n")


def test_a_command_that_is_not_there_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ChildProcess([str(tmp_path / "nothing")], output=tmp_path / "log").start()


def test_when_whoever_started_it_is_killed_it_ends_too(tmp_path: Path) -> None:
    code = (
        "import pathlib, sys, time; from ops.process import ChildProcess;"
        f" child = ChildProcess([sys.executable, '-c', {SLEEPS!r}], output=pathlib.Path('log')).start();"
        " print(child.pid, flush=True); time.sleep(600)"
    )
    env = {"PYTHONPATH": str(Path(__file__).parents[3])}
    parent = ChildProcess(python(code), output=tmp_path / "out", env=env, folder=tmp_path).start()
    child = int(wait_for(lambda: parent.words, "it has a child")[0])
    parent.stop(signal.SIGKILL)
    wait_for(lambda: state(child) == "Z", "the child is gone")
