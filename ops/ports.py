"""Ports of this machine: one that is free, and whether wanted ones are."""

import errno
import itertools
import os
import socket
from collections.abc import Mapping
from types import MappingProxyType

from jobs.errors import SettingsError

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
        if _free(port):
            return port
    raise SettingsError("no port of loopback is free")


def check_ports(wanted: Mapping[str, int], hosts: Mapping[str, str] = MappingProxyType({})) -> None:
    """Raises SettingsError naming each variable whose port is taken, or is another one's too.

    `hosts` has the addresses on which others than loopback are listened on, by variable.
    """
    names: dict[int, str] = {}
    wrong = []
    for name, port in wanted.items():
        if names.setdefault(port, name) != name:
            wrong.append(f"port {port} is that of {names[port]} already: set {name} to another one")
        elif not _free(port, hosts.get(name, LOOPBACK)):
            wrong.append(f"port {port} is taken: set {name} to another one")
    if wrong:
        raise SettingsError("\n".join(wrong))


def _free(port: int, host: str = LOOPBACK) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            # An address that this machine does not have is for its server to say.
            return error.errno != errno.EADDRINUSE
        return True
