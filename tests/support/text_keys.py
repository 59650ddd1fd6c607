"""Keys of texts, and stores that encrypt with them."""

from pathlib import Path
from typing import cast

from access.text_keys import KeyFolder
from store.connection import Client
from store.sealing import Sealing
from tests.support.clock import Clock
from tests.support.redis_server import RedisServer

#: A time at which keys were made.
NOON = 1_780_000_000_000


def make_folder(path: Path, *tenants: str) -> KeyFolder:
    """A folder with a key for each of these organisations."""
    folder = KeyFolder(path)
    for tenant in tenants or ("default",):
        folder.make(tenant, NOON)
    return folder


def sealing_of(folder: KeyFolder, *, on: bool = True) -> Sealing:
    """Looks at the files whenever it is asked."""
    clock = Clock()

    def later() -> float:
        clock.advance(10_000)
        return clock() / 1000

    return Sealing(folder, on=on, clock=later, now_ms=lambda: NOON)


def sealed_client(server: RedisServer, sealing: Sealing) -> Client:
    """A client of a server; stores on it encrypt."""
    client = cast("Client", Client.from_url(server.url, socket_timeout=30))
    client.sealing = sealing
    return client
