"""Ports of this machine: one that is free, and whether wanted ones are."""

import errno
import itertools
import os
from collections.abc import Mapping
from types import MappingProxyType

from jobs.errors import SettingsError
from jobs.listening import refusal

#: Below those that systems give to connections (from 32768 on Linux): none of them takes a port before its server does.
_FIRST, _COUNT = 20_000, 12_000
#: Processes that ask at the same time, such as the workers of pytest-xdist, begin this far apart.
_APART = 499
LOOPBACK = "127.0.0.1"
_tried = itertools.count()


def free_port() -> int:
    """A port of loopback that nobody uses, and that this process was not given before."""
    for number in itertools.islice(_tried, _COUNT):
        port = _FIRST + (os.getpid() * _APART + number) % _COUNT
        if refusal(LOOPBACK, port) is None:
            return port
    raise SettingsError("no port of loopback is free")


def check_ports(wanted: Mapping[str, int], hosts: Mapping[str, str] = MappingProxyType({})) -> None:
    """Raises SettingsError naming each variable whose port is taken, is another one's too, or cannot be had.

    `hosts` has the addresses on which others than loopback are listened on, by variable.
    """
    names: dict[int, str] = {}
    wrong = []
    for name, port in wanted.items():
        if names.setdefault(port, name) != name:
            wrong.append(f"port {port} is that of {names[port]} already: set {name} to another one")
        elif problem := _wrong(name, hosts.get(name, LOOPBACK), port):
            wrong.append(problem)
    if wrong:
        raise SettingsError("\n".join(wrong))


def _wrong(name: str, host: str, port: int) -> str:
    error = refusal(host, port)
    if error is None:
        return ""
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is taken: set {name} to another one"
    return f"KRITIQ_HOST={host!r}, {name}={port}: {error.strerror}"
