"""The tests' own guard: a hole in the SSRF guard would be seen, and no packet leaves."""

import socket

import pytest

from tests.unit.webhooks.guard import OffLoopback
from webhooks.ssrf import Target
from worker.delivery.sender import send


def test_a_hole_in_the_wall_would_be_seen(socket_guard: list[str]) -> None:
    hole = Target(scheme="http", host="metadata.example", port=80, address="169.254.169.254", path="/")
    with pytest.raises(OffLoopback):
        send(hole, {}, b"{}", deadline_s=1)
    assert socket_guard == ["('169.254.169.254', 80)"]
    socket_guard.clear()


@pytest.mark.parametrize("address", ["8.8.8.8", "10.0.0.1", "::1", "2606:4700::1111"])
def test_connections_off_loopback_are_refused(socket_guard: list[str], address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as sock, pytest.raises(OffLoopback):
        sock.connect((address, 443))
    with socket.socket(family, socket.SOCK_DGRAM) as sock, pytest.raises(OffLoopback):
        sock.sendto(b"x", (address, 53))
    socket_guard.clear()


def test_names_are_not_looked_up(socket_guard: list[str]) -> None:
    with pytest.raises(OffLoopback):
        socket.getaddrinfo("hooks.example.com", 443)
    socket_guard.clear()
