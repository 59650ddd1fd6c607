"""Whether a server of this machine can listen where the settings say."""

import errno
import socket

from jobs.errors import SettingsError


def refusal(host: str, port: int) -> OSError | None:
    """What the system says against listening there; None when nothing."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        return error
    return None


def demand_address(host: str, port: int, name: str) -> None:
    """Raises SettingsError naming KRITIQ_HOST and the port's variable when nobody ever could listen there.

    A port that is taken may be free a moment later, when who had it has ended: its server tries again.
    """
    error = refusal(host, port)
    if error is not None and error.errno != errno.EADDRINUSE:
        raise SettingsError(f"KRITIQ_HOST={host!r}, {name}={port}: {error.strerror}")
