"""One Redis, one worker and one API for all tests of the whole way; tests that break things start their own."""

from collections.abc import Iterator
from contextlib import closing

import pytest
import redis

from tests.support.post import Post
from tests.support.processes import Api, Process, start_worker, wait_for_worker
from tests.support.redis_server import RedisServer


@pytest.fixture(scope="package")
def broker() -> Iterator[RedisServer]:
    """The Redis of the running service; never flushed."""
    with closing(RedisServer()) as server:
        yield server.start()


@pytest.fixture(scope="module")
def quiet_broker() -> Iterator[RedisServer]:
    """A Redis of a module's own, whose jobs no worker takes."""
    with closing(RedisServer()) as server:
        yield server.start()


@pytest.fixture(scope="module")
def narrow_api(quiet_broker: RedisServer) -> Iterator[Api]:
    """One process with two threads: whoever held one while he waits, or sends slowly, would be noticed."""
    with closing(Api(quiet_broker.url, api_threads="2")) as api:
        yield api.wait()


@pytest.fixture(scope="package")
def broker_client(broker: RedisServer) -> Iterator[redis.Redis]:
    """A client of the service's Redis."""
    with broker.client() as client:
        yield client


@pytest.fixture(scope="package")
def service(broker: RedisServer, broker_client: redis.Redis) -> Iterator[Api]:
    """The API of a running service with one worker."""
    worker, api = start_worker(broker.url), Api(broker.url)
    try:
        wait_for_worker(worker, broker_client)
        yield api.wait()
    finally:
        api.close()
        worker.close()


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """A Redis that the test may do anything to."""
    with closing(RedisServer()) as server:
        yield server.start()


@pytest.fixture
def own_processes() -> Iterator[list[Process | Api]]:
    """Processes put in here are ended with the test, and the clients of APIs closed, however it ends."""
    processes: list[Process | Api] = []
    yield processes
    for process in processes:
        process.close()


@pytest.fixture
def post(redis_client: redis.Redis) -> Post:
    """Webhooks on a real Redis, with the hands of a delivery worker and the time of the test."""
    return Post(redis_client)
