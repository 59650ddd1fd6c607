"""No test sees the developer's settings, and none reaches anything but this machine."""

import gc
import os
import signal
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import redis
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from pytest_socket import socket_allow_hosts

from jobs.settings import Settings
from jobs.store import JobStore
from tests.support.forked import get_ready
from tests.support.model_store import ModelStore
from tests.support.redis_server import RedisServer
from tests.support.url_builders import compile_once
from tests.support.worlds import ModelWorld, RedisWorld, World

if TYPE_CHECKING:
    from tests.support.commands import Kritiq
    from tests.support.receiver_stub import ReceiverStub

# The same examples in every run: a failure that was found stays found, and nothing depends on the machine's speed.
settings.register_profile("kritiq", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kritiq")

compile_once()

# What a shell starts in the background ignores Ctrl-C, and so would all processes of tests that send it to them.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What thousands of tests and the libraries have made at import is looked through by no garbage collector: each
    time it would take most of a second, again and again until the end."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """What the first process of all waits for, seconds or on a busy machine minutes, is not of its test's time."""
    if item.get_closest_marker("integration") or item.get_closest_marker("browser"):
        get_ready()
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Connections go to loopback and unix sockets only."""
    socket_allow_hosts(["127.0.0.0/8", "::1"], allow_unix_socket=True)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No KRITIQ_* variable and no `.env` of the developer."""
    for name in [name for name in os.environ if name.startswith("KRITIQ_")]:
        monkeypatch.delenv(name)
    monkeypatch.setitem(Settings.model_config, "env_file", None)


@pytest.fixture(autouse=True)
def own_umask() -> Iterator[None]:
    """A command that runs within the test process, and writes for its own eyes, changes nothing for later tests."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A real Redis for the whole session. Tests that stop it use a `RedisServer` of their own."""
    server = RedisServer()
    try:
        yield server.start()
    finally:
        server.close()


@pytest.fixture
def redis_client(redis_server: RedisServer) -> Iterator[redis.Redis]:
    """The session's Redis, empty."""
    with redis_server.client() as client:
        client.flushall()
        yield client


@pytest.fixture
def redis_world(redis_client: redis.Redis) -> RedisWorld:
    """An empty store on a real Redis."""
    return RedisWorld(redis_client)


@pytest.fixture(params=["memory", "redis"])
def world(request: pytest.FixtureRequest) -> World:
    """An empty store, once in memory and once on a real Redis."""
    if request.param == "memory":
        return ModelWorld()
    found: RedisWorld = request.getfixturevalue("redis_world")
    return found


@pytest.fixture
def store(world: World) -> JobStore:
    """The store of `world`."""
    return world.store


@pytest.fixture
def model_store() -> ModelStore:
    """The store behind `client`."""
    return ModelStore()


@pytest.fixture
def client(model_store: ModelStore) -> FlaskClient:
    """The HTTP API over `model_store`, without a server."""
    from api.app import create_app
    from tests.support.factories import make_settings
    from tests.support.model_hub import ModelHub

    return create_app(make_settings(), model_store, ModelHub(model_store)).test_client()


@pytest.fixture
def kritiq(
    redis_server: RedisServer, redis_client: redis.Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> "Kritiq":
    """Runs `kritiq …` in this process, on the session's empty Redis, with its data in the test's folder."""
    from tests.support.commands import kritiq

    monkeypatch.setenv("KRITIQ_REDIS_URL", redis_server.url)
    monkeypatch.setenv("KRITIQ_DATA_DIR", str(tmp_path))
    return kritiq


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> "ReceiverStub":
    """Whoever webhooks are sent to; nothing goes through a socket."""
    from tests.support.receiver_stub import ReceiverStub

    return ReceiverStub().install(monkeypatch)
