"""What was deleted, erased or is past the time that was said goes from the archive."""

from datetime import UTC, datetime, timedelta

import pytest
import redis
from sqlalchemy import Engine

from archive.tables import daily, reviews
from jobs.errors import NotFound
from jobs.line import Line
from store.batches import BatchStore
from store.jobs import RedisStore
from store.whose import Whose
from tests.support.factories import create
from tests.support.worlds import RedisWorld
from tests.unit.archive.conftest import Archive
from tests.unit.archive.endings import end_batch, work


def test_what_is_deleted_goes_from_the_archive_and_what_is_past_its_time_stays(
    redis_client: redis.Redis, archive: Archive
) -> None:
    world = RedisWorld(redis_client)
    deleted, stays = (create(world.store, restaurant="adler").id for _ in range(2))
    work(world.store)
    archive.catch_up()
    world.store.delete("default", deleted)
    world.advance(5 * 86_400_000)
    world.store.reconcile()
    archive.catch_up()
    assert archive.ids() == [(stays, 0)]
    assert sum(row["sentences"] for row in archive.rows(daily)) == 2


def test_what_redis_has_forgotten_can_still_be_deleted(redis_client: redis.Redis, archive: Archive) -> None:
    world = RedisWorld(redis_client)
    end_batch(redis_client, "batch_1", [Line(number=1, text="Gut.")])
    job = create(world.store)
    work(world.store)
    archive.catch_up()
    assert len(archive.ids()) == 2
    world.advance(5 * 86_400_000)
    world.store.reconcile()
    with pytest.raises(NotFound):
        world.store.delete("default", job.id)
    with pytest.raises(NotFound):
        BatchStore(redis_client).delete("default", "batch_1")
    archive.catch_up()
    assert archive.ids() == []


@pytest.mark.parametrize("whose", [{"external_author": "anna"}, {"restaurant": "adler"}, {}])
def test_an_erasure_reaches_the_archive(redis_client: redis.Redis, archive: Archive, whose: dict[str, str]) -> None:
    store = RedisStore(redis_client)
    create(store, restaurant="adler", external_author="anna")
    others = create(store, restaurant="krone", external_author="bert").id
    create(store, tenant="acme", restaurant="adler", external_author="anna")
    work(store)
    archive.catch_up()
    place = archive.outbox.erase(Whose(tenant="default", **whose))
    assert place is not None
    assert archive.outbox.has(place)
    archive.catch_up()
    assert not archive.outbox.has(place)
    left = {(row["tenant"], row["job_id"]) for row in archive.rows(reviews)}
    assert len(left) == (2 if whose else 1)
    assert (("default", others) in left) == bool(whose)


def test_what_a_client_said_of_how_long_a_review_is_kept_holds_in_the_archive(
    redis_client: redis.Redis, engine: Engine
) -> None:
    now = datetime.now(UTC)
    archive = Archive(redis_client, engine, days=30)
    archive.outbox.switch_on(10)
    store = RedisStore(redis_client)
    create(store, ttl_s=3600, ttl_ms=3_600_000, restaurant="adler")
    create(store, ttl_s=2_592_000, ttl_ms=2_592_000_000)
    longer = create(store).id
    work(store)
    archive.catch_up()
    archive.sink.forget(now + timedelta(minutes=59))
    assert len(archive.ids()) == 3
    assert archive.sink.forget(now + timedelta(minutes=61)) == 1
    assert archive.rows(daily) == []
    assert longer in [name for name, _ in archive.ids()]
    assert archive.sink.forget(now + timedelta(days=31)) == 2
