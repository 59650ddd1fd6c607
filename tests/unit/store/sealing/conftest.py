"""A folder of keys, and a Redis in which texts are encrypted."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from access.text_keys import KeyFolder
from store.connection import Client
from tests.support.redis_server import RedisServer
from tests.support.text_keys import make_folder, sealed_client, sealing_of


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    return make_folder(tmp_path / "keys")


@pytest.fixture
def client(redis_server: RedisServer, redis_client: redis.Redis, folder: KeyFolder) -> Iterator[Client]:
    """A client whose stores encrypt, of an empty Redis."""
    with sealed_client(redis_server, sealing_of(folder)) as found:
        yield found
