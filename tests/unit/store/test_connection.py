"""Dead lines are noticed, and a server that is no primary any more is left."""

import importlib
import inspect
import pkgutil
import socket
import threading
from collections.abc import Iterator

import pytest
import redis

import store
from jobs.errors import Unavailable
from store.connection import connect
from store.jobs import RedisStore
from store.scripts import RedisBase
from tests.support.factories import create, make_settings
from tests.support.redis_server import RedisServer


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that takes connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


@pytest.mark.parametrize("again", [True, False])
def test_a_server_that_never_answers_is_waited_for_once(silent: socket.socket, again: bool) -> None:
    settings = make_settings(redis_url=f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
    with connect(settings, timeout_s=0.05, again=again) as client, pytest.raises(Unavailable):
        RedisStore(client).ping()
    silent.accept()[0].close()
    with pytest.raises(BlockingIOError):
        silent.accept()


@pytest.mark.parametrize(("again", "sent"), [(True, 2), (False, 1)])
def test_only_who_asked_for_it_sends_a_command_again(again: bool, sent: int) -> None:
    came: list[int] = []

    def serve(server: socket.socket) -> None:
        for _ in range(sent):
            connection, _ = server.accept()
            with connection:
                # Every command of the handshake is answered; what comes after it is not.
                while data := connection.recv(65_536):
                    if b"DBSIZE" in data:
                        came.append(1)
                        break
                    for part in data.split(b"*")[1:]:
                        connection.sendall(b"+PONG\r\n" if b"PING" in part else b"+OK\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=(server,), daemon=True)
        thread.start()
        settings = make_settings(redis_url=f"redis://127.0.0.1:{server.getsockname()[1]}/0?protocol=2")
        with connect(settings, again=again) as client, pytest.raises(redis.ConnectionError):
            client.dbsize()
        thread.join(10)
    assert len(came) == sent


def test_a_unix_socket_needs_no_keepalive() -> None:
    with connect(make_settings(redis_url="unix:///nowhere.sock")) as client, pytest.raises(redis.ConnectionError):
        client.ping()


def test_when_the_primary_becomes_a_replica_its_connections_are_left(redis_server: RedisServer) -> None:
    with connect(make_settings(redis_url=redis_server.url)) as client, redis_server.client() as admin:
        store = RedisStore(client)
        create(store)
        before = client.client_id()
        admin.replicaof("127.0.0.1", "1")
        try:
            with pytest.raises(Unavailable):
                create(store)
        finally:
            admin.replicaof("NO", "ONE")
        create(store)
        assert client.client_id() != before


for module in pkgutil.iter_modules(store.__path__, "store."):
    importlib.import_module(module.name)


def stores(base: type[RedisBase] = RedisBase) -> Iterator[type[RedisBase]]:
    for each in base.__subclasses__():
        if each.__module__.startswith("store."):
            yield each
            yield from stores(each)


@pytest.mark.parametrize("kept", sorted(set(stores()), key=repr))
def test_every_call_of_every_store_turns_what_redis_raises_into_our_errors(kept: type[RedisBase]) -> None:
    calls = {name: call for name, call in vars(kept).items() if inspect.isfunction(call) and not name.startswith("_")}
    assert calls
    assert [name for name, call in calls.items() if not hasattr(call, "__wrapped__")] == []
