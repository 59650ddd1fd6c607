"""A Redis that would forget jobs is refused before anything is accepted."""

import logging
from pathlib import Path

import pytest
import redis

from jobs.errors import SettingsError
from jobs.listening import refusal
from ops.ports import LOOPBACK, free_port
from store.checks import await_redis, check, open_redis, wait_until_there
from store.connection import connect
from tests.support.factories import make_settings
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for


class FakeRedis:
    """Answers what the checks ask."""

    def __init__(
        self,
        *,
        version: str = "7.0.15",
        policy: str = "noeviction",
        aof: int = 1,
        config: bool = True,
        away: int = 0,
        full: int = 0,
        replica: int = 0,
        replicas: int = 0,
    ) -> None:
        self._info = {"redis_version": version, "maxmemory_policy": policy, "aof_enabled": aof, "connected_slaves": 1}
        self._config, self._away, self._replica, self.replicas = config, away, replica, replicas
        self._full = full

    def ping(self) -> bool:
        self._away -= 1
        if self._away >= 0:
            raise redis.ConnectionError("away")
        self._full -= 1
        if self._full >= 0:
            raise redis.ResponseError("MISCONF Errors writing to the AOF file: No space left on device")
        return True

    def info(self, section: str = "") -> dict[str, object]:
        self._replica -= bool(section)
        return {**self._info, "role": "slave" if self._replica >= 0 else "master", "master_host": "one"}

    def config_get(self, name: str) -> dict[bytes, bytes]:
        if not self._config:
            raise redis.ResponseError("unknown command 'CONFIG'")
        kept = "yes" if self._info["aof_enabled"] else "no"
        known = {
            "appendonly": kept,
            "slowlog-log-slower-than": "-1",
            "maxmemory-policy": self._info["maxmemory_policy"],
        }
        return {name.encode(): str(known[name]).encode()}

    def as_client(self) -> redis.Redis:
        return self  # type: ignore[return-value]


def test_a_sound_redis_passes_silently(caplog: pytest.LogCaptureFixture) -> None:
    check(FakeRedis().as_client())
    assert caplog.records == []


@pytest.mark.parametrize("config", [True, False], ids=["CONFIG allowed", "CONFIG forbidden"])
@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl"])
def test_a_redis_that_evicts_is_refused(policy: str, config: bool) -> None:
    with pytest.raises(SettingsError, match=f"maxmemory-policy {policy}"):
        check(FakeRedis(policy=policy, config=config).as_client())


@pytest.mark.parametrize("version", ["6.0.16", "5.0.1"])
def test_an_old_redis_is_refused(version: str) -> None:
    with pytest.raises(SettingsError, match=r"needs 6\.2"):
        check(FakeRedis(version=version).as_client())


@pytest.mark.parametrize("config", [True, False], ids=["CONFIG allowed", "CONFIG forbidden"])
def test_without_an_append_only_file_it_is_said_what_can_be_lost(
    config: bool, caplog: pytest.LogCaptureFixture
) -> None:
    check(FakeRedis(aof=0, config=config).as_client())
    assert "LOST" in caplog.text


def test_a_redis_that_is_not_there_yet_is_waited_for_and_that_is_said_now_and_then(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    with caplog.at_level(logging.WARNING):
        wait_until_there(FakeRedis(away=50).as_client(), sleep=sleep, clock=lambda: now[0])
    assert now[0] == 25.0
    assert len(caplog.records) == 3


@pytest.mark.parametrize("path", ["/99", "/0?ssl_cert_reqs=none", "/0?nonsense=1", "/0?socket_timeout=often"])
def test_an_address_with_which_redis_answers_nothing_but_errors_is_named(redis_server: RedisServer, path: str) -> None:
    settings = make_settings(redis_url=redis_server.url.removesuffix("/0") + path)
    for ask in (await_redis, open_redis):
        with pytest.raises(SettingsError, match=r"^KRITIQ_REDIS_URL: [^\n]+$"):
            ask(settings)


def test_a_password_that_redis_rejects_is_said_to_commands_too(redis_server: RedisServer) -> None:
    settings = make_settings(redis_url=redis_server.url.replace("//", "//nobody:geheim@"))
    for ask in (await_redis, open_redis):
        with pytest.raises(SettingsError, match=r"^Redis rejected the credentials: ") as caught:
            ask(settings)
        assert "geheim" not in str(caught.value)


def test_a_server_that_is_no_sentinel_is_named(redis_server: RedisServer) -> None:
    settings = make_settings(redis_url=f"redis+sentinel://127.0.0.1:{redis_server.port}/kritiq")
    with pytest.raises(SettingsError, match=r"^KRITIQ_REDIS_URL: Redis answers: unknown command 'SENTINEL'"):
        await_redis(settings)


@pytest.mark.parametrize("scheme", ["rediss://127.0.0.1:1/0", "rediss+sentinel://127.0.0.1:1/kritiq"])
def test_an_authority_that_cannot_be_read_is_named_and_not_waited_for(tmp_path: Path, scheme: str) -> None:
    (tmp_path / "empty").touch()
    for name in ("none", "empty"):
        with pytest.raises(SettingsError, match=rf"^KRITIQ_REDIS_URL: ssl_ca_certs='\S+{name}': "):
            connect(make_settings(redis_url=f"{scheme}?ssl_ca_certs={tmp_path / name}"))


def test_a_redis_whose_disk_is_full_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    """It answers a PING with it, too."""
    wait_until_there(FakeRedis(full=2).as_client(), sleep=lambda s: None)
    assert ["No space left" in record.message for record in caplog.records] == [True]


def test_a_replica_is_waited_for_until_it_is_the_primary(caplog: pytest.LogCaptureFixture) -> None:
    slept: list[float] = []
    wait_until_there(FakeRedis(replica=3).as_client(), sleep=slept.append, clock=lambda: 0.0)
    assert len(slept) == 3
    (message,) = [record.getMessage() for record in caplog.records]
    assert "this one is a replica of one:" in message


@pytest.mark.parametrize(("asked", "warned"), [(0, False), (1, False), (2, True)])
def test_more_replicas_asked_for_than_there_are_is_told_of(
    asked: int, warned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    check(FakeRedis(replicas=asked).as_client())
    assert ("KRITIQ_REDIS_REPLICAS is 2 and this Redis has 1" in caplog.text) is warned


def test_a_real_redis_passes_but_for_its_file(redis_client: redis.Redis, caplog: pytest.LogCaptureFixture) -> None:
    check(redis_client)
    assert "appendonly no" in caplog.text


def test_a_redis_with_a_slow_log_is_told_of(redis_client: redis.Redis, caplog: pytest.LogCaptureFixture) -> None:
    redis_client.config_set("slowlog-log-slower-than", "10000")
    try:
        check(redis_client)
    finally:
        redis_client.config_set("slowlog-log-slower-than", "-1")
    assert "slowlog-log-slower-than -1" in caplog.text


def test_a_real_redis_that_evicts_is_refused(redis_client: redis.Redis) -> None:
    redis_client.config_set("maxmemory-policy", "allkeys-lru")
    try:
        with pytest.raises(SettingsError, match="noeviction"):
            check(redis_client)
    finally:
        redis_client.config_set("maxmemory-policy", "noeviction")


def cluster_of_one() -> RedisServer:
    """Its nodes' own port, which is 10,000 further and may be some connection's, is free as well."""
    server = RedisServer(options=["--cluster-enabled", "yes"])
    while refusal(LOOPBACK, server.port + 10_000) is not None:
        server.port = free_port()
    return server


def test_a_real_cluster_is_refused_with_the_way_out() -> None:
    server = cluster_of_one()
    try:
        with server.start().client() as client, pytest.raises(SettingsError, match=r"is a cluster.* Use one Redis"):
            check(client)
    finally:
        server.close()


@pytest.mark.parametrize("slots", [[], [0, 16383]], ids=["none", "all"])
def test_a_command_names_a_cluster_whichever_slots_its_node_has(slots: list[int]) -> None:
    server = cluster_of_one()
    try:
        with server.start().client() as client:
            # One by one for a Redis of before 7.
            for first in range(*slots, 1000) if slots else ():
                client.execute_command("CLUSTER", "ADDSLOTS", *range(first, min(first + 1000, 16384)))
            if slots:
                wait_for(lambda: client.cluster("info")["cluster_state"] == "ok", "it serves them")
        with pytest.raises(SettingsError, match=r"is a cluster.* Use one Redis"):
            open_redis(make_settings(redis_url=server.url))
    finally:
        server.close()
