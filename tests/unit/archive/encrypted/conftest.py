"""An archive whose Redis and tables are encrypted."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from access.text_keys import KeyFolder
from store.connection import Client
from tests.support.redis_server import RedisServer
from tests.support.text_keys import make_folder, sealed_client, sealing_of
from tests.unit.archive.conftest import Archive


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    return make_folder(tmp_path / "keys")


@pytest.fixture
def client(redis_server: RedisServer, redis_client: Client, folder: KeyFolder) -> Iterator[Client]:
    """A client whose stores encrypt, of an empty Redis."""
    with sealed_client(redis_server, sealing_of(folder)) as found:
        yield found


@pytest.fixture
def archive(client: Client, either: Engine) -> Archive:
    """It encrypts, and nothing was done yet."""
    found = Archive(client, either)
    found.outbox.switch_on(1000)
    return found
