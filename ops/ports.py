"""Ports of this machine: one that is free, and whether wanted ones are."""

import socket
from collections.abc import Mapping

from jobs.errors import SettingsError


def free_port() -> int:
    """A port of loopback that nobody used a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def check_ports(wanted: Mapping[str, int]) -> None:
    """Raises SettingsError naming each variable whose port is taken."""
    taken = [f"port {port} is taken: set {name} to another one" for name, port in wanted.items() if not _free(port)]
    if taken:
        raise SettingsError("\n".join(taken))


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
