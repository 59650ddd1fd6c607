"""Sentinels that are asked who the primary is, and what is said when none of them tells."""

import json
import socket
from collections.abc import Iterator

import pytest
import redis
from redis.sentinel import MasterNotFoundError, Sentinel

from store.celery_url import find_redis
from store.connection import connect
from store.sentinels import AGAIN_S, Sentinels
from tests.support.factories import make_settings
from worker.app import create_app


@pytest.fixture
def frozen() -> Iterator[list[socket.socket]]:
    """Three Sentinels to which a connection can be made, and which then say nothing."""
    silent = [socket.create_server(("127.0.0.1", 0), backlog=64) for _ in range(3)]
    yield silent
    for server in silent:
        server.close()


def asked(server: socket.socket) -> int:
    """How often somebody has connected to it since it was last counted."""
    server.setblocking(False)
    count = 0
    while True:
        try:
            server.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


def address(servers: list[socket.socket]) -> list[tuple[str, int]]:
    return [server.getsockname() for server in servers]


def test_each_frozen_sentinel_is_asked_once_and_what_failed_is_said_in_one_short_line(
    frozen: list[socket.socket],
) -> None:
    hosts = address(frozen)
    url = "redis+sentinel://:secret@" + ",".join(f"{host}:{port}" for host, port in hosts) + "/kritiq"
    with connect(make_settings(redis_url=url)) as client, pytest.raises(redis.ConnectionError) as raised:
        client.ping()
    # It was 16 times, and a request to the API had no answer within 20 s.
    assert [asked(server) for server in frozen] == [1, 1, 1]
    message = str(raised.value)
    assert message.startswith("no Sentinel names the primary of 'kritiq' (127.0.0.1:")
    assert [message.count(f":{port}: Timeout") for _, port in hosts] == [1, 1, 1]
    assert len(message) < 300
    assert "secret" not in message


def test_who_asks_right_after_it_was_in_vain_is_told_so_and_later_they_are_asked_again(
    frozen: list[socket.socket],
) -> None:
    seconds = [0.0]
    sentinels = Sentinels(address(frozen[:1]), {}, clock=lambda: seconds[0])
    for ahead, times in ((0.0, 1), (AGAIN_S / 2, 0), (AGAIN_S, 1)):
        seconds[0] += ahead
        with pytest.raises(MasterNotFoundError, match="Timeout"):
            sentinels.discover_master("kritiq")
        assert asked(frozen[0]) == times


def test_celery_asks_each_once_too(frozen: list[socket.socket]) -> None:
    settings = make_settings(redis_url="redis+sentinel://127.0.0.1:1/kritiq")
    app = create_app(settings)
    for options in (app.conf.broker_transport_options, app.conf.result_backend_transport_options):
        with pytest.raises(MasterNotFoundError):
            Sentinel(address(frozen), sentinel_kwargs=options["sentinel_kwargs"]).discover_master("kritiq")
        assert [asked(server) for server in frozen] == [1, 1, 1]


def test_what_celery_is_told_of_sentinels_can_be_told_to_whoever_inspects_a_worker() -> None:
    settings = make_settings(redis_url="rediss+sentinel://127.0.0.1:1/kritiq")
    app = create_app(settings)
    find_redis(app, settings)
    for options in (app.conf.broker_transport_options, app.conf.result_backend_transport_options):
        assert json.loads(json.dumps(options))["sentinel_kwargs"]["socket_timeout"]
