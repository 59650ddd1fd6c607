"""`kritiq archive` as a process: killed, or without its database, it loses nothing and has nothing twice."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import redis

from store.jobs import RedisStore
from store.outbox import Outbox
from tests.support.factories import claim, create, succeeded
from tests.support.postgres_server import PostgresServer
from tests.support.processes import Process
from tests.support.redis_server import RedisServer

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]


def end_some(client: redis.Redis, count: int) -> list[str]:
    store = RedisStore(client)
    made = [create(store).id for _ in range(count)]
    while held := claim(store, weight=1_000):
        store.complete([succeeded(each) for each in held])
    return made


def test_whenever_it_is_killed_everything_is_there_once(
    redis_server: RedisServer, redis_client: redis.Redis, tmp_path: Path
) -> None:
    env = {"KRITIQ_REDIS_URL": redis_server.url, "KRITIQ_ARCHIVE_URL": f"sqlite:///{tmp_path}/a.db"}
    outbox = Outbox(redis_client)
    outbox.switch_on(100_000)
    made = list[str]()
    for _ in range(2):
        # The one before may have written all there was before it was killed.
        made += end_some(redis_client, 1_000)
        waiting = outbox.lag().waiting
        with closing(Process("archive", env=env)) as process:
            process.wait_until(lambda waiting=waiting: outbox.lag().waiting < waiting, "it writes", deadline_s=120)
            process.kill()
    RedisStore(redis_client).delete("default", made[0])
    with closing(Process("archive", env=env)) as process:
        process.wait_until(lambda: outbox.lag().waiting == 0, "it has read all", deadline_s=120)
        process.terminate()
        assert process.wait() == 0, process.log
    with closing(sqlite3.connect(tmp_path / "a.db")) as database:
        found = [name for (name,) in database.execute("SELECT job_id FROM reviews")]
    assert sorted(found) == sorted(made[1:])
    assert (tmp_path / "a.db").stat().st_mode & 0o077 == 0


@pytest.fixture
def postgres() -> Iterator[PostgresServer]:
    server = PostgresServer()
    try:
        yield server
    finally:
        server.close()


def test_a_database_that_is_away_delays_nothing_and_is_caught_up_with(
    redis_server: RedisServer, redis_client: redis.Redis, postgres: PostgresServer
) -> None:
    env = {"KRITIQ_REDIS_URL": redis_server.url, "KRITIQ_ARCHIVE_URL": postgres.url}
    outbox = Outbox(redis_client)
    with closing(Process("archive", env=env)) as process:
        process.wait_until(lambda: "the archive waits" in process.log, "it knows that the database is away")
        made = end_some(redis_client, 3)
        assert outbox.lag().waiting == 3
        postgres.start()
        # It says so once the step that wrote them is over: a database that goes in between is the same absence to it.
        process.wait_until(lambda: "the archive waits: no longer" in process.log, "it has caught up")
        assert outbox.lag().waiting == 0
        before = process.log.count("the archive waits: ")
        postgres.stop()
        made += end_some(redis_client, 3)
        process.wait_until(lambda: process.log.count("the archive waits: ") > before, "it is away again")
        postgres.start()
        process.wait_until(lambda: outbox.lag().waiting == 0, "it has caught up again")
        with psycopg.connect(postgres.url) as connection:
            found = [name for (name,) in connection.execute("SELECT job_id FROM reviews")]
        assert sorted(found) == sorted(made)


def test_one_of_an_older_version_ends_once_the_tables_are_a_newer_one_s(
    redis_server: RedisServer, redis_client: redis.Redis, tmp_path: Path
) -> None:
    env = {
        "KRITIQ_REDIS_URL": redis_server.url, "KRITIQ_ARCHIVE_URL": f"sqlite:///{tmp_path}/a.db",
        "KRITIQ_ARCHIVE_FILES": f"{tmp_path}/files", "KRITIQ_ARCHIVE_FILES_FORMAT": "jsonl",
    }  # fmt: skip
    end_some(redis_client, 1)
    with closing(Process("archive", env=env)) as process:
        process.wait_until(lambda: (tmp_path / "files" / "_kritiq.json").exists(), "it writes files")
        with closing(sqlite3.connect(tmp_path / "a.db")) as database, database:
            database.execute("UPDATE kritiq_archive SET schema = schema + 1")
        # Its thread that writes files, too, which would look again in a minute.
        assert process.wait() != 0
        assert "The archive is of a newer Kritiq" in process.log
