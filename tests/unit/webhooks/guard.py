"""A guard that lets no test reach anything but 127.0.0.0/8, whatever the code under test does."""

import ipaddress
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest


class OffLoopback(Exception):
    """Something tried to leave the machine."""


@contextmanager
def loopback_only() -> Iterator[list[str]]:
    """Within, every attempt to connect, send or resolve elsewhere raises OffLoopback and is noted in the list."""
    noted: list[str] = []

    def demand_loopback(family: int, address: Any) -> None:
        if family == socket.AF_UNIX:
            return
        try:
            inside = ipaddress.ip_address(address[0]) in ipaddress.ip_network("127.0.0.0/8")
        except ValueError:
            inside = False
        if not inside:
            noted.append(str(address))
            raise OffLoopback(address)

    def guarded(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(self: socket.socket, *args: Any) -> Any:
            demand_loopback(self.family, args[-1])
            return method(self, *args)

        return call

    def resolve(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        demand_loopback(socket.AF_INET, (host, port))
        return lookup(host, port, *args, **kwargs)

    lookup = socket.getaddrinfo
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
        patch.setattr(socket, "getaddrinfo", resolve)
        yield noted


@pytest.fixture(autouse=True)
def socket_guard() -> Iterator[list[str]]:
    """Fails the test that tried, even when the code under test swallowed the exception."""
    with loopback_only() as noted:
        yield noted
    assert not noted, f"connections off loopback: {noted}"
