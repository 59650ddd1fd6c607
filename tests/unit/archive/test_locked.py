"""Somebody who has the SQLite file open keeps the archive waiting, and makes it lose nothing."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import redis
from sqlalchemy.exc import OperationalError

from archive import schema
from archive.schema import open_archive, prepare
from store.jobs import RedisStore
from tests.support.factories import create, make_settings
from tests.unit.archive.conftest import Archive
from tests.unit.archive.endings import work


@pytest.mark.parametrize("does", ["SELECT * FROM reviews", "BEGIN EXCLUSIVE", "BEGIN IMMEDIATE"])
def test_the_archive_goes_on_where_it_was_when_an_analyst_is_done(
    redis_client: redis.Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str
) -> None:
    monkeypatch.setattr(schema, "_BUSY_S", 0.05)
    engine = open_archive(make_settings(data_dir=tmp_path))
    prepare(engine)
    archive, store = Archive(redis_client, engine), RedisStore(redis_client)
    archive.outbox.switch_on(100)
    jobs = [create(store) for _ in range(3)]
    work(store)
    archive.catch_up()
    with closing(sqlite3.connect(tmp_path / "archive.db", isolation_level=None)) as analyst:
        reads = analyst.execute(does)
        reads.fetchone()
        jobs += [create(store) for _ in range(3)]
        work(store)
        store.delete("default", jobs[0].id)
        for _ in range(2):
            with pytest.raises(OperationalError, match="locked"):
                archive.archiver.step(wait_ms=0)
        assert archive.outbox.lag().waiting == 4
        reads.close()
    archive.catch_up()
    assert sorted(name for name, _ in archive.ids()) == sorted(job.id for job in jobs[1:])
    assert archive.outbox.lag().waiting == 0
    engine.dispose()
