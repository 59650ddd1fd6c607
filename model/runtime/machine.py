"""What kind of machine this is: programs that were compiled for its processor run on no other."""

from __future__ import annotations

import hashlib
import platform
from pathlib import Path

#: Where Linux tells of its processors.
CPUINFO = Path("/proc/cpuinfo")
_FLAGS, _NAMES = ("flags", "Features"), ("model name", "Hardware")


def machine_kind(cpuinfo: Path = CPUINFO) -> str:
    """System, architecture, and a digest of what the processor can do: `linux-x86_64-1f0c62a91d3b`.

    A compiler that is told to use all that a processor has may use any of it, so two machines are of one kind only if
    they have the same.
    """
    told = _told(cpuinfo, _FLAGS) or platform.processor()
    able = hashlib.sha256(" ".join(sorted(told.split())).encode()).hexdigest()[:12]
    return f"{platform.system().lower()}-{platform.machine().lower()}-{able}"


def processor(cpuinfo: Path = CPUINFO) -> str:
    """What it is called."""
    return _told(cpuinfo, _NAMES) or platform.processor() or platform.machine()


def _told(cpuinfo: Path, names: tuple[str, ...]) -> str:
    """What is said under one of these names, of the first processor; empty where nothing is."""
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    found = (line.partition(":") for line in lines)
    return next((value.strip() for name, _, value in found if name.strip() in names), "")
