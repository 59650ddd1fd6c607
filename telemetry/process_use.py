"""What this process takes of its machine."""

import os
import sys
import time
from functools import lru_cache


def cpu_seconds() -> float:
    """Processor time of all its threads since it began, in user and system mode."""
    return time.process_time()


def resident_bytes() -> int:
    """Memory that it holds; 0 where the system does not tell."""
    if sys.platform != "linux":
        return 0
    try:
        return int(os.pread(_statm(os.getpid()), 128, 0).split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


@lru_cache(maxsize=1)
def _statm(pid: int) -> int:
    """Opened once: that costs more than all else in a line of the log. A process that was forked has one of its own."""
    return os.open(f"/proc/{pid}/statm", os.O_RDONLY | os.O_CLOEXEC)
