"""`kritiq archive` with its files in a bucket, both as processes."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyarrow.parquet
import pytest
import redis
from pyarrow import fs

from store.jobs import RedisStore
from store.outbox import Outbox
from tests.support.factories import claim, create, succeeded
from tests.support.processes import Process
from tests.support.redis_server import RedisServer
from tests.support.s3_server import S3Server

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]


@pytest.fixture
def s3() -> Iterator[S3Server]:
    with closing(S3Server()) as server:
        yield server


def ids(s3: S3Server) -> set[str]:
    """The reviews in all files of the bucket."""
    system, root = fs.FileSystem.from_uri(s3.url)
    try:
        table = pyarrow.parquet.read_table(root, filesystem=system, partitioning="hive")
    except (OSError, pyarrow.lib.ArrowInvalid):
        # Not there yet, or replaced between two parts of it that were read.
        return set()
    # Before the first file the folder is a table without columns.
    return set(table.column("job_id").to_pylist()) if "job_id" in table.column_names else set()


def test_a_bucket_gets_each_day_and_what_is_deleted_goes_from_it(
    redis_server: RedisServer, redis_client: redis.Redis, s3: S3Server, tmp_path: Path
) -> None:
    store, outbox = RedisStore(redis_client), Outbox(redis_client)
    outbox.switch_on(100)
    made = [create(store, reviewed_at=f"2026-10-0{day}").id for day in (1, 1, 2)]
    store.complete([succeeded(each) for each in claim(store)])
    env = {
        "KRITIQ_REDIS_URL": redis_server.url, "KRITIQ_ARCHIVE_URL": f"sqlite:///{tmp_path}/a.db",
        "KRITIQ_ARCHIVE_FILES": s3.url,
    }  # fmt: skip
    s3.start()
    for left in (made, made[1:]):
        with closing(Process("archive", env=env)) as process:
            process.wait_until(lambda left=left: ids(s3) == set(left), "the files are as the tables", deadline_s=120)
            if left is made:
                store.delete("default", made[0])
            process.wait_until(lambda: outbox.lag().waiting == 0, "it has read all", deadline_s=120)
            process.terminate()
            assert process.wait() == 0, process.log
    assert "any:any" not in process.log
