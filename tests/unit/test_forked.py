"""Processes of tests are forked where they can be, and are no different from those that are started."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.forked import ENVIRONMENT, SWITCH, forked
from tests.support.processes import Process

#: A module that tells how it runs, and ends with 3.
TELLS = """
import json, os, random, signal, sys
print(json.dumps({
    "name": __name__, "file": __file__, "argv": sys.argv, "path": sys.path, "env": dict(os.environ),
    "folder": os.getcwd(), "parent": os.getppid(), "leads": os.getsid(0) == os.getpid(),
    "in": os.readlink("/proc/self/fd/0"), "open": len(os.listdir("/proc/self/fd")),
    "handlers": [str(signal.getsignal(number)) for number in signal.valid_signals()],
    "mask": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])), "threads": len(os.listdir("/proc/self/task")),
    "hash": sys.flags.hash_randomization, "umask": os.umask(0o22),
    "torch": "torch" in sys.modules, "kritiq": "jobs" in sys.modules, "random": random.random(),
}), file=sys.stderr)
sys.exit(3)
"""
WAITS = "import time; print('here'); time.sleep(600)"
#: A module that runs that one, and passes its lines on.
RUNS = """
import sys
from tests.support.forked import ForkedProcess, fork_from_here
fork_from_here()
command = [sys.executable, "-m", "said", *sys.argv[1:]]
child = ForkedProcess(command, output=lambda line: print(line)).start()
sys.exit(child.wait(100))
"""
#: What a forked process alone has, and what is by chance.
APART = ("torch", "kritiq", "random")


@contextmanager
def running(folder: Path, code: str, *arguments: str, module: str = "said", **env: str) -> Iterator[Process]:
    (folder / "said.py").write_text(code)
    (folder / "runs.py").write_text(RUNS)
    with closing(Process(*arguments, env=env, folder=folder, module=module)) as process:
        yield process


def told(folder: Path, *arguments: str, module: str = "said", **env: str) -> dict[str, Any]:
    with running(folder, TELLS, *arguments, module=module, **env) as process:
        assert process.wait() == 3
        found: dict[str, Any] = json.loads(process.log)
        return found


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_a_forked_process_is_as_one_that_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, umask: int
) -> None:
    os.umask(umask)
    arguments = ("one", "--two", "drei ä")
    forks = [told(tmp_path, *arguments, KRITIQ_PORT="1") for _ in range(2)]
    monkeypatch.setenv(SWITCH, "exec")
    started = told(tmp_path, *arguments, KRITIQ_PORT="1")
    # Which variable says so.
    del started["env"][SWITCH]
    assert (forks[0]["torch"], started["torch"]) == (True, False)
    assert forks[0]["random"] != forks[1]["random"]
    for fork in forks:
        assert {name: fork[name] for name in fork if name not in APART} == {
            name: started[name] for name in started if name not in APART
        }
    assert started["umask"] == umask
    assert (started["parent"], started["argv"][1:]) == (os.getpid(), list(arguments))


def test_a_process_of_a_forked_one_is_forked_and_no_different_either(tmp_path: Path) -> None:
    of_ours, of_a_forked_one = told(tmp_path, "one"), told(tmp_path, "one", module="runs")
    assert of_a_forked_one["torch"]
    assert of_a_forked_one["parent"] != os.getpid()
    apart = (*APART, "parent")
    assert {name: of_a_forked_one[name] for name in of_ours if name not in apart} == {
        name: of_ours[name] for name in of_ours if name not in apart
    }


def test_it_is_named_for_what_it_does(tmp_path: Path) -> None:
    with running(tmp_path, WAITS, "worker", "--name") as process:
        process.wait_until(lambda: process.log, "it runs")
        assert Path(f"/proc/{process.pid}/comm").read_text() == "said worker --n\n"


@pytest.mark.parametrize(
    "last",
    [
        "pass",
        "sys.exit()",
        "sys.exit(True)",
        "sys.exit(-1)",
        "sys.exit('words')",
        "raise ValueError('odd')",
        "raise KeyboardInterrupt",
        "threading.Thread(target=lambda: (time.sleep(0.01), print('a thread is waited for'))).start()",
        "os.close(1)",
    ],
)
def test_it_ends_as_one_that_was_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: str) -> None:
    code = f"import atexit, os, sys, threading, time\natexit.register(print, 'at exit', file=sys.stderr)\n{last}\n"

    def ended() -> tuple[int, list[str]]:
        with running(tmp_path, code) as process:
            return process.wait(), [line for line in process.log.splitlines() if not line.startswith(("Trace", " "))]

    fork = ended()
    monkeypatch.setenv(SWITCH, "exec")
    assert fork == ended()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_is_ended_by_its_id_and_its_status_is_known(tmp_path: Path, number: signal.Signals) -> None:
    with running(tmp_path, WAITS) as process:
        process.wait_until(lambda: process.log, "it runs")
        assert process.pid is not None
        os.kill(process.pid, number)
        assert process.wait() == -number


def test_what_libraries_read_at_import_is_never_another_processs(tmp_path: Path) -> None:
    assert not told(tmp_path, OMP_NUM_THREADS="2")["torch"]
    assert told(tmp_path, CONFORMANCE_REDIS="redis://")["torch"]


def test_what_a_library_leaves_in_this_processs_environment_is_no_reason_not_to_fork(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KMP_DUPLICATE_LIB_OK", "True")
    found = told(tmp_path)
    assert (found["torch"], found["env"]["KMP_DUPLICATE_LIB_OK"]) == (True, "True")


def test_what_is_no_module_is_started(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as log:
        assert forked(["true"], dict(os.environ) | ENVIRONMENT, tmp_path, log.fileno()) is None
