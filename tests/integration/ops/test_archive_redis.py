"""`kritiq archive` as a process beside a Redis that is full, or that comes back without its data."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import redis

from store.outbox import Outbox
from store.whose import Whose
from tests.integration.ops.test_archive import end_some
from tests.support.processes import Process
from tests.support.redis_server import RedisServer

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]


def archived(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "a.db")) as database:
        return sorted(name for (name,) in database.execute("SELECT job_id FROM reviews"))


def test_a_full_redis_is_relieved_of_what_waits_for_the_archive(
    redis_server: RedisServer, redis_client: redis.Redis, tmp_path: Path
) -> None:
    env = {
        "KRITIQ_REDIS_URL": redis_server.url, "KRITIQ_ARCHIVE_URL": f"sqlite:///{tmp_path}/a.db",
        "KRITIQ_ARCHIVE_FILES": f"{tmp_path}/files", "KRITIQ_ARCHIVE_FILES_FORMAT": "jsonl",
    }  # fmt: skip
    outbox = Outbox(redis_client)
    outbox.switch_on(100_000)
    made = end_some(redis_client, 5)
    place = outbox.erase(Whose(tenant="default", external_author="guest-7"))
    assert place is not None
    redis_client.config_set("maxmemory", 1)
    try:
        with closing(Process("archive", env=env)) as process:
            process.wait_until(lambda: outbox.lag().waiting == 0, "it has read all")
    finally:
        redis_client.config_set("maxmemory", 0)
    assert archived(tmp_path) == sorted(made)
    assert outbox.erased(place) == 0


def test_a_redis_that_comes_back_without_its_data_tells_the_archive_of_what_ends_from_then_on(
    redis_server: RedisServer, redis_client: redis.Redis, tmp_path: Path
) -> None:
    env = {"KRITIQ_REDIS_URL": redis_server.url, "KRITIQ_ARCHIVE_URL": f"sqlite:///{tmp_path}/a.db"}
    outbox = Outbox(redis_client)
    with closing(Process("archive", env=env)) as process:
        process.wait_until(lambda: outbox.lag().on, "it is there")
        made = end_some(redis_client, 3)
        process.wait_until(lambda: outbox.lag().waiting == 0, "it has read all")
        redis_server.stop()
        redis_server.start()
        process.wait_until(lambda: outbox.lag().on, "it is there again")
        assert "Redis has lost its data" in process.log
        made += end_some(redis_client, 3)
        process.wait_until(lambda: outbox.lag().waiting == 0, "it has read all again")
    assert archived(tmp_path) == sorted(made)
