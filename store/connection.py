"""How Kritiq connects to Redis: with timeouts and keepalives, so that a dead connection is noticed, not waited on."""

import socket
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from jobs.settings import Settings

#: A silent peer is probed after 5 s; one that answers neither probes nor data for 15 s is gone. Without these, a
#: subscription or a blocking wait on a connection that a firewall forgot hangs for hours. Set where the system knows
#: them.
KEEPALIVE = {
    getattr(socket, name): value
    for name, value in (("TCP_KEEPIDLE", 5), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 2), ("TCP_USER_TIMEOUT", 15_000))
    if hasattr(socket, name)
}


def connect(settings: Settings, *, timeout_s: float = 2.0, connections: int = 128, again: bool = True) -> redis.Redis:
    """A client with a pool of up to `connections`. No connection is opened before the first command.

    Connecting and each answer may take `timeout_s`. With `again` a command whose connection broke is sent once more on
    a new one, so that a connection that died while idle costs no error; it may have run already, which every script
    stands (tests/unit/store/test_twice.py). Without, the caller is told at once: workers want to know of a claim
    whose answer was lost.
    """
    tcp: dict[str, Any] = {"socket_keepalive": True, "socket_keepalive_options": KEEPALIVE}
    if settings.redis_url.startswith("unix://"):
        tcp = {}
    return redis.Redis.from_url(
        settings.redis_url,
        socket_timeout=timeout_s,
        socket_connect_timeout=min(timeout_s, 2.0),
        **tcp,
        health_check_interval=5,
        max_connections=connections,
        # Not after a timeout: redis-py repeats connecting and sending within each other, and a dead connection
        # would cost 8 s instead of 2.
        retry=Retry(NoBackoff(), 1 if again else 0, (redis.ConnectionError,)),
    )
