"""A process that ends with an error is started again; one that is told to end is not."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from ops.supervisor import Supervisor

from ops import supervisor
from tests.support.waiting import wait_for


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for the second start."""
    monkeypatch.setattr(supervisor, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(supervisor, "LONGEST_PAUSE_S", 0.01)


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_a_process_that_ends_with_an_error_is_started_again(tmp_path: Path) -> None:
    count = tmp_path / "count"
    code = (
        f"import sys, pathlib; count = pathlib.Path({str(count)!r});"
        " starts = (count.read_text() if count.exists() else '') + 'x';"
        " count.write_text(starts); sys.exit(len(starts) < 3)"
    )
    found = Supervisor(python(code))
    assert found.run() == 0
    assert (count.read_text(), found.restarts) == ("xxx", 2)


def test_a_process_that_ends_well_is_left_alone() -> None:
    found = Supervisor(python("pass"))
    assert found.run() == 0
    assert found.restarts == 0


def test_a_process_that_was_killed_is_started_again_until_it_is_stopped() -> None:
    found = Supervisor(python("import time; time.sleep(600)"))
    thread = threading.Thread(target=found.run)
    thread.start()
    first = wait_for(lambda: found.pid, "it runs")
    found._process.kill()  # type: ignore[union-attr]
    wait_for(lambda: found.pid not in (None, first), "it runs again")
    found.stop(signal.SIGTERM)
    thread.join(30)
    assert not thread.is_alive()
    assert found.pid is None


def test_as_a_command_it_passes_the_signal_on() -> None:
    child = "import signal, sys; signal.signal(15, lambda *a: sys.exit(0)); print('up', flush=True); signal.pause()"
    command = [sys.executable, "-m", "ops.supervisor", *python(child)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        process.terminate()
        assert process.wait(30) == 0
