"""The socket guard holds for every webhook test."""

from tests.unit.webhooks.guard import socket_guard

__all__ = ["socket_guard"]
