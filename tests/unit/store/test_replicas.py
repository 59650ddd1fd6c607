"""Where replicas are asked for, nothing is answered that they do not have."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from jobs.errors import NotFound, Unavailable
from jobs.file import File
from ops.redis_server import RedisServer
from store import keys
from store.connection import Client, connect
from store.files import FileStore
from store.jobs import RedisStore
from store.scripts import REPLICATED
from tests.support.factories import REVIEW, claim, create, make_job, make_settings, succeeded
from tests.support.redis_server import require_server
from tests.support.waiting import wait_for
from tests.unit.store.test_keys import SCRIPTS

pytestmark = pytest.mark.integration


@pytest.fixture
def primary(tmp_path: Path) -> Iterator[RedisServer]:
    require_server()
    (tmp_path / "primary").mkdir()
    server = RedisServer(tmp_path / "primary", options=["--repl-diskless-sync-delay", "0"]).start()
    yield server
    server.stop()


@pytest.fixture
def replica(primary: RedisServer, tmp_path: Path) -> Iterator[RedisServer]:
    (tmp_path / "replica").mkdir()
    server = RedisServer(tmp_path / "replica", options=["--replicaof", "127.0.0.1", str(primary.port)]).start()
    with server.client() as client:
        wait_for(lambda: client.info("replication")["master_link_status"] == "up", "it follows")
    yield server
    server.stop()


@pytest.fixture
def client(primary: RedisServer) -> Iterator[Client]:
    with connect(make_settings(redis_url=primary.url, redis_replicas=1)) as found:
        yield found


def test_what_was_accepted_and_what_has_ended_is_on_the_replica(client: Client, replica: RedisServer) -> None:
    store = RedisStore(client)
    with replica.client() as other:
        copy = RedisStore(other)
        job = create(store)
        assert copy.get("default", job.id).job == store.get("default", job.id).job
        store.complete([succeeded(held) for held in claim(store)])
        assert copy.get("default", job.id).job.status == "succeeded"


def test_without_the_replica_nothing_is_answered_and_a_second_try_does_no_harm(
    client: Client, replica: RedisServer
) -> None:
    store = RedisStore(client)
    replica.stop()
    with pytest.raises(Unavailable, match="Only 0 of 1 replicas"):
        create(store, id="mine")
    replica.start()
    with replica.client() as other:
        wait_for(lambda: other.info("replication")["master_link_status"] == "up", "it follows again")
        wait_for(lambda: create_again(store), "it is accepted")
        assert RedisStore(other).get("default", "mine").job.status == "queued"


def test_a_second_try_that_has_nothing_to_write_waits_for_what_the_first_one_wrote(
    client: Client, replica: RedisServer
) -> None:
    """Redis 7.2 waits for the last write of the connection, and the second try may have another one."""
    store, job = RedisStore(client), make_job()
    files = FileStore(client)
    file = files.create(File(id="file_1"), [b"{}\n"], told=lambda: ("", 60_000), budget=99)
    calls: list[Callable[[], object]] = [
        lambda: store.create(job, REVIEW), lambda: store.delete("default", job.id),
        lambda: files.delete("default", file.id),
    ]  # fmt: skip
    for call in calls:
        call()
        before = written(client)
        with suppress(NotFound):
            call()
        assert written(client) > before
    assert not client.exists(keys.NOTHING)


def written(client: Client) -> int:
    """How far what replicas are to have goes."""
    return int(client.info("replication")["master_repl_offset"])


def create_again(store: RedisStore) -> bool:
    try:
        create(store, id="mine")
    except Unavailable:
        return False
    return True


def test_a_script_that_redis_forgot_is_loaded_again(client: Client, replica: RedisServer) -> None:
    store = RedisStore(client)
    create(store)
    client.script_flush()
    create(store)


def test_who_asks_for_none_waits_for_none(primary: RedisServer) -> None:
    with connect(make_settings(redis_url=primary.url)) as client:
        create(RedisStore(client))


def test_only_scripts_that_there_are_wait(client: Client) -> None:
    assert set(SCRIPTS) >= REPLICATED
    with pytest.raises(NotFound):
        RedisStore(client).get("default", "nothing")
