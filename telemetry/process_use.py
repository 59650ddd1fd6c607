"""What this process takes of its machine."""

import os
import sys
import time
from pathlib import Path


def cpu_seconds() -> float:
    """Processor time of all its threads since it began, in user and system mode."""
    return time.process_time()


def resident_bytes() -> int:
    """Memory that it holds; 0 where the system does not tell."""
    if sys.platform != "linux":
        return 0
    try:
        return int(Path("/proc/self/statm").read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
