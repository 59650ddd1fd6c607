"""How Kritiq connects to Redis: with timeouts and keepalives, so that a dead connection is noticed, not waited on."""

import socket
import ssl
from typing import Any, cast

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from jobs.errors import SettingsError
from jobs.retention import DEFAULT_RETENTION
from jobs.sentinel import sentinel_address
from jobs.settings import Settings
from store.sealing import PLAIN, open_sealing
from store.sentinels import Sentinels

#: A silent peer is probed after 5 s; one that answers neither probes nor data for 15 s is gone. Without these, a
#: subscription or a blocking wait on a connection that a firewall forgot hangs for hours. Set where the system knows
#: them.
KEEPALIVE = {
    getattr(socket, name): value
    for name, value in (("TCP_KEEPIDLE", 5), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 2), ("TCP_USER_TIMEOUT", 15_000))
    if hasattr(socket, name)
}


class Client(redis.Redis):
    """A client that knows what is asked of it before what it wrote counts, for how long it writes it, and how."""

    #: Replicas that must have it; see `store.scripts.REPLICATED`.
    replicas = 0
    #: How long the scripts that it runs keep what they write.
    retention = DEFAULT_RETENTION
    #: How what guests wrote is encrypted.
    sealing = PLAIN


def connect(settings: Settings, *, timeout_s: float = 2.0, connections: int = 128, again: bool = True) -> Client:
    """A client with a pool of up to `connections`. No connection is opened before the first command.

    With Sentinels each new connection goes to whoever they say is the primary then.

    Connecting and each answer may take `timeout_s`. With `again` a command whose connection broke is sent once more on
    a new one, so that a connection that died while idle costs no error; it may have run already, which every script
    stands (tests/unit/store/test_twice.py). Without, the caller is told at once: workers want to know of a claim
    whose answer was lost.

    Raises SettingsError for an address that cannot be one, and for keys of texts that cannot be used.
    """
    tcp: dict[str, Any] = {"socket_keepalive": True, "socket_keepalive_options": KEEPALIVE}
    if settings.redis_url.startswith("unix://"):
        tcp = {}
    options: dict[str, Any] = {
        "socket_timeout": timeout_s,
        "socket_connect_timeout": min(timeout_s, 2.0),
        **tcp,
        "health_check_interval": 5,
        "max_connections": connections,
        # Not after a timeout: redis-py repeats connecting and sending within each other, and a dead connection
        # would cost 8 s instead of 2.
        "retry": Retry(NoBackoff(), 1 if again else 0, (redis.ConnectionError,)),
    }
    address = sentinel_address(settings.redis_url)
    if address is None:
        made = _of_server(settings.redis_url, options)
    else:
        tls = {"ssl": True, "ssl_ca_certs": address.ca_file} if address.tls else {}
        login = {"db": address.db, "username": address.username, "password": address.password}
        sentinels: Any = Sentinels(address.hosts, tls | sentinel_login(settings))
        made = sentinels.master_for(address.service, redis_class=Client, **login, **tls, **options)
    _demand_authority(made)
    # redis-py's own types have it a Redis.
    client = cast("Client", made)
    client.replicas, client.retention = settings.redis_replicas, settings.retention
    client.sealing = open_sealing(settings)
    return client


def _of_server(url: str, options: dict[str, Any]) -> redis.Redis:
    try:
        made = Client.from_url(url, **options)
        # What the URL asks for is looked at when there is a connection. This one is not opened.
        made.connection_pool.connection_class(**made.connection_pool.connection_kwargs)
    except (TypeError, ValueError, redis.RedisError) as error:
        raise SettingsError(f"KRITIQ_REDIS_URL: {error}") from None
    return made


def _demand_authority(made: redis.Redis) -> None:
    """A file that is not there would read as a Redis that is not there, which is waited for."""
    file = made.connection_pool.connection_kwargs.get("ssl_ca_certs")
    if file is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=file)
    except OSError as error:
        raise SettingsError(f"KRITIQ_REDIS_URL: ssl_ca_certs={file!r}: {error.strerror}") from None


def sentinel_login(settings: Settings) -> dict[str, str]:
    """What to log in to the Sentinels with; nothing when they ask for nothing."""
    password = settings.redis_sentinel_password.get_secret_value()
    if not password:
        return {}
    user = settings.redis_sentinel_user
    return {"password": password} | ({"username": user} if user else {})
