"""Deletion that is true on the disk: the append-only file is written anew, and rejected messages have their time."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from ops import redis_server
from store import keys, queues
from store.jobs import RedisStore
from store.leftovers import Leftovers
from store.rejects import RejectStore
from tests.support.factories import LEASE_MS, create, work_off
from tests.support.redis_server import require_server
from tests.support.waiting import wait_for
from tests.support.worlds import RedisWorld

CANARY = "Der Kanarienvogel sang beim Essen."
HOUR_S = 3600


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[redis_server.RedisServer]:
    """A Redis with an append-only file."""
    server = redis_server.RedisServer(
        tmp_path, fsync="always", binary=require_server(), options=["--rdbcompression", "no"]
    )
    try:
        yield server.start()
    finally:
        server.stop()


def on_disk(server: redis_server.RedisServer) -> bool:
    """Whether the canary is in a file of Redis'."""
    return any(CANARY.encode() in path.read_bytes() for path in server.folder.rglob("*") if path.is_file())


def rewritten(client: redis.Redis) -> bool:
    about = client.info("persistence")
    return not about["aof_rewrite_in_progress"] and not about["aof_rewrite_scheduled"]


def test_what_was_deleted_leaves_the_file_within_its_time(kept: redis_server.RedisServer) -> None:
    with kept.client() as client:
        world = RedisWorld(client)
        leftovers = Leftovers(client)
        job = create(world.store, CANARY)
        work_off(world.store)
        assert not leftovers.rewrite_files(after_s=HOUR_S)
        world.store.delete("default", job.id)
        assert on_disk(kept)
        assert not leftovers.rewrite_files(after_s=HOUR_S)
        client.decrby(keys.ERASED, HOUR_S * 1000)
        assert leftovers.rewrite_files(after_s=HOUR_S)
        wait_for(lambda: rewritten(client) and not on_disk(kept), "the file is without it")
        assert not leftovers.rewrite_files(after_s=HOUR_S)
        assert not leftovers.rewrite_files(after_s=HOUR_S)
        assert client.get(keys.ERASED) is None


def test_a_rewrite_that_failed_is_asked_for_again(kept: redis_server.RedisServer) -> None:
    with kept.client() as client:
        leftovers = Leftovers(client)
        client.set(keys.ERASED, 1)
        folder = kept.folder / "appendonlydir"
        folder = folder if folder.exists() else kept.folder
        folder.chmod(0o500)
        try:
            if not leftovers.rewrite_files(after_s=1):
                pytest.skip("this Redis refuses at once")
            wait_for(lambda: rewritten(client), "it has tried")
        finally:
            folder.chmod(0o700)
        status = client.info("persistence")["aof_last_bgrewrite_status"]
        assert not leftovers.rewrite_files(after_s=1)
        assert (client.get(keys.ERASED) is None) == (status == "ok")


def test_a_redis_without_a_file_has_nothing_to_rewrite(redis_client: redis.Redis) -> None:
    redis_client.set(keys.ERASED, 1)
    assert not Leftovers(redis_client).rewrite_files(after_s=1)
    assert redis_client.get(keys.ERASED) is None


def test_never_is_never(redis_client: redis.Redis) -> None:
    redis_client.set(keys.ERASED, 1)
    assert not Leftovers(redis_client).rewrite_files(after_s=0)
    assert redis_client.get(keys.ERASED) == b"1"


def test_rejected_messages_have_their_time(redis_client: redis.Redis) -> None:
    world = RedisWorld(redis_client)
    leftovers, store = Leftovers(redis_client), RejectStore(redis_client)
    redis_client.lpush(queues.CELERY_QUEUE, b"old", b"newer")
    RedisStore(redis_client).claim(jobs=10, weight=10, lease_ms=LEASE_MS)
    newer, old = redis_client.lrange(keys.REJECTED, 0, -1)
    for index, (entry, age_s) in enumerate(((newer, 10), (old, 20))):
        at = b"%d" % (world.now() - age_s * 1000)
        redis_client.lset(keys.REJECTED, index, re.sub(rb'"at":"\d+"', b'"at":"' + at + b'"', entry))
    assert leftovers.forget_rejects(after_s=60) == 0
    assert leftovers.forget_rejects(after_s=15) == 1
    assert [reject.message for reject in store.all()] == [b"newer"]
    assert redis_client.get(keys.ERASED) is not None
