"""What every process asks of Redis before it starts: that it is there, not too old, and that it forgets nothing."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

import redis

from jobs.errors import SettingsError, Unavailable
from jobs.settings import Settings
from store.connection import Client, connect
from store.schema import check_schema, demand_readable
from store.scripts import passes
from store.tenants import TenantStore

log = logging.getLogger(__name__)

#: The oldest Redis whose commands the scripts use (`BLMOVE`, `LMOVE`, `ZADD LT`).
OLDEST = (6, 2)
#: How often a Redis that is not there is asked again, and how often that is said, in seconds.
EVERY_S, SAY_EVERY_S = 0.5, 10.0
CLUSTER = (
    "Redis is a cluster, which Kritiq cannot use: its scripts change keys of several slots together. Use one Redis"
    " server, or one with replicas."
)


def await_redis(settings: Settings) -> None:
    """Wait for Redis, however long, then check it. Raises SettingsError for one that cannot be used."""
    with connect(settings) as client:
        wait_until_there(client)
        check(client)
        check_schema(client)


def await_readable(settings: Settings) -> None:
    """The same for who has nothing of its own there: it needs no right but to read the records' form.

    Raises SettingsError for a form that this release cannot read.
    """
    with connect(settings) as client:
        wait_until_there(client)
        demand_readable(client)


def open_redis(settings: Settings, *, tenants: Iterable[str] = ()) -> Client:
    """A client for a command of an operator's about these organisations.

    Raises NotFound for one that there is not, SettingsError for records of another form, Unavailable.
    """
    client = connect(settings)
    try:
        demand_readable(client)
        with suppress(redis.ResponseError):
            _demand_no_cluster(client.info("server"))
    except redis.exceptions.NoPermissionError:
        raise
    except (redis.exceptions.AskError, redis.exceptions.ClusterDownError):
        # redis-py has MOVED be an AskError.
        raise SettingsError(CLUSTER) from None
    except redis.ResponseError as error:
        raise SettingsError(f"KRITIQ_REDIS_URL: Redis answers: {error}") from None
    except Unavailable as error:
        if isinstance(error.__cause__, redis.AuthenticationError):
            raise SettingsError(f"Redis rejected the credentials: {error.__cause__}") from None
        if "redis_url" in settings.model_fields_set:
            # It says which server, and what is wrong with a certificate.
            raise Unavailable(f"Redis cannot be reached (KRITIQ_REDIS_URL): {error.__cause__ or error}") from error
        raise Unavailable(
            "Redis cannot be reached. It is that of `kritiq run` (KRITIQ_REDIS_PORT), unless KRITIQ_REDIS_URL names"
            " another."
        ) from error
    TenantStore(client).demand(tenants)
    return client


def wait_until_there(
    client: redis.Redis,
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Return once Redis answers `client` and takes writes. Raises SettingsError when Redis rejects the credentials, or
    whatever it is asked."""
    logged_at = float("-inf")
    while True:
        try:
            client.ping()
            missing = _not_the_primary(client)
            if not missing:
                return
        except redis.AuthenticationError as error:
            raise SettingsError(f"Redis rejected the credentials: {error}") from None
        except (redis.ConnectionError, redis.TimeoutError) as error:
            missing = str(error)
        except redis.exceptions.NoPermissionError:
            raise
        except redis.ResponseError as error:
            if not passes(error):
                raise SettingsError(f"KRITIQ_REDIS_URL: Redis answers: {error}") from None
            missing = str(error)
        if clock() - logged_at >= SAY_EVERY_S:
            log.warning("waiting for Redis: %s", missing)
            logged_at = clock()
        sleep(EVERY_S)


def check(client: redis.Redis) -> None:
    """Raises SettingsError when Redis is too old, a cluster or may evict; warns when it keeps nothing on disk."""
    try:
        info: dict[str, Any] = client.info()
    except redis.ResponseError:
        info = {}
    asked, has = getattr(client, "replicas", 0), info.get("connected_slaves", 0)
    if asked > has:
        log.warning(
            "KRITIQ_REDIS_REPLICAS is %d and this Redis has %d: nothing is accepted (503) before there are as many",
            asked, has,
        )  # fmt: skip
    version = str(info.get("redis_version", ""))
    if version and tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
        raise SettingsError(f"Redis is {version}: Kritiq needs 6.2 or newer.")
    if info.get("redis_mode") == "sentinel":
        raise SettingsError("This is a Sentinel, not Redis: its URL is redis+sentinel://host:port,.../service.")
    _demand_no_cluster(info)
    policy = _setting(client, "maxmemory-policy") or str(info.get("maxmemory_policy", ""))
    if policy and policy != "noeviction":
        raise SettingsError(
            f"Redis would evict jobs when it is full (maxmemory-policy {policy}): set it to noeviction, and use a Redis"
            " that is Kritiq's own."
        )
    if not policy:
        log.warning("Redis does not say its maxmemory-policy: make sure that it is noeviction, or jobs may be lost")
    if _setting(client, "slowlog-log-slower-than") not in ("", "-1"):
        log.warning(
            "Redis keeps a slow log, with the arguments of slow calls: reviews may stay in it that were deleted. Set"
            " slowlog-log-slower-than -1."
        )
    kept = _setting(client, "appendonly") or {1: "yes", 0: "no"}.get(info.get("aof_enabled", -1), "")
    if kept == "no":
        log.warning(
            "REDIS KEEPS NO APPEND-ONLY FILE (appendonly no): when it restarts, every job that was accepted since its"
            " last snapshot is LOST, finished or not. Set `appendonly yes` with `appendfsync always` (nothing that was"
            " accepted is lost) or `everysec` (the last second may be, when the whole machine dies)."
        )


def _demand_no_cluster(info: Mapping[str, Any]) -> None:
    if info.get("redis_mode") == "cluster":
        raise SettingsError(CLUSTER)


def _not_the_primary(client: redis.Redis) -> str:
    """Why nothing can be written; empty when it can. During a failover a new primary may be a replica for a moment."""
    try:
        replication: dict[str, Any] = client.info("replication")
    except redis.ResponseError:
        return ""
    if replication.get("role") != "slave":
        return ""
    primary = f"{replication.get('master_host')}:{replication.get('master_port')}"
    return f"this one is a replica of {primary}, which takes no writes"


def _setting(client: redis.Redis, name: str) -> str:
    """A configuration value, or nothing where managed Redis forbids CONFIG."""
    try:
        found: dict[Any, Any] = client.config_get(name)
    except redis.ResponseError:
        return ""
    return next((_text(value) for key, value in found.items() if _text(key) == name), "")


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
