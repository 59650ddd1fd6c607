"""Files, and the lines of a batch that was being read."""

from collections.abc import Iterator

import pytest

from jobs.batch import Batch
from jobs.errors import Gone, NotFound, Unavailable
from jobs.file import File
from jobs.line import Line
from store import keys
from store.batches import BatchStore
from store.files import FileStore
from tests.support.factories import REVIEW
from tests.support.post import TENANT
from tests.support.worlds import RedisWorld
from tests.unit.store.full_memory.steps import Scenario, Steps


def upload(world: RedisWorld, name: str, *parts: bytes) -> File:
    return FileStore(world.redis).create(File(id=name), parts, told=lambda: ("", 60_000), budget=1_000)


def delete_a_file(world: RedisWorld) -> Steps:
    upload(world, "file_1", b"{}\n")
    yield
    FileStore(world.redis).delete(TENANT, "file_1")
    with pytest.raises(Gone):
        FileStore(world.redis).get(TENANT, "file_1")


def give_up_a_batch_that_is_being_read(world: RedisWorld) -> Steps:
    def lines() -> Iterator[Line]:
        yield Line(number=1, text=REVIEW)
        yield Line(number=2, text=REVIEW)
        world.redis.config_set("maxmemory", 1)
        yield Line(number=3, text=REVIEW)

    yield
    world.redis.config_set("maxmemory", 0)
    batches = BatchStore(world.redis)
    with pytest.raises(Unavailable):
        batches.create_in_parts(Batch(id="batch_1"), lines(), target=1)
    assert not world.redis.exists(*(keys.JOB(TENANT, f"batch_1.{number}") for number in range(3)))
    with pytest.raises(NotFound):
        batches.get(TENANT, "batch_1")


def finish_an_upload(world: RedisWorld) -> Steps:
    def told() -> tuple[str, int]:
        world.redis.config_set("maxmemory", 1)
        return "", 60_000

    yield
    world.redis.config_set("maxmemory", 0)
    FileStore(world.redis).create(File(id="file_1"), [b"{}\n"], told=told, budget=1_000)
    assert FileStore(world.redis).get(TENANT, "file_1").bytes == 3


#: By script.
GOES_ON: dict[str, list[Scenario]] = {
    "file/delete": [delete_a_file], "file/finish": [finish_an_upload],
    "batch/unstage": [give_up_a_batch_that_is_being_read],
}  # fmt: skip
