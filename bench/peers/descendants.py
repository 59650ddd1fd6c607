"""The processes below this one, whoever started them: a peer's workers are its own children, or nobody's any more."""

import contextlib
import ctypes
import os
import signal
import sys
import time
from pathlib import Path

#: Linux' prctl: whoever loses its parent below this process becomes its child, not init's.
_PR_SET_CHILD_SUBREAPER = 36


def keep_orphans() -> None:
    """From now on `descendants(os.getpid())` has daemons too. Only on Linux; elsewhere nothing happens."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)


def descendants(pid: int) -> set[int]:
    """All processes below `pid`."""
    found: set[int] = set()
    unseen = [pid]
    while unseen:
        for children in Path("/proc").glob(f"{unseen.pop()}/task/*/children"):
            with contextlib.suppress(OSError):
                new = {int(child) for child in children.read_text().split()} - found
                found |= new
                unseen += new
    return found


def end(pids: set[int], *, within_s: float = 10.0) -> None:
    """Kill those of `pids` that are still below this process, and wait for those that are its children."""
    until = time.monotonic() + within_s
    while left := pids & descendants(os.getpid()):
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        if time.monotonic() > until:
            raise TimeoutError(f"processes {sorted(left)} do not end")
        time.sleep(0.02)
