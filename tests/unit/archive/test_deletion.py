"""What was deleted, erased or is past the time that was said goes from the archive."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from archive.changes import Delete, Erase
from archive.sink import Sink
from archive.sums import Sums
from archive.tables import changed_days, daily, reviews
from jobs.errors import NotFound, Unavailable
from jobs.line import Line
from store.batches import BatchStore
from store.erasure import Eraser
from store.jobs import RedisStore
from store.tenants import TenantStore
from store.whose import Whose
from tests.support.factories import create
from tests.support.worlds import RedisWorld
from tests.unit.archive.conftest import Archive
from tests.unit.archive.endings import end_batch, work
from tests.unit.archive.generated import make_reviews, put


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


def test_what_is_said_of_an_organisation_reaches_what_the_archive_has_and_what_ends_from_then_on(
    redis_client: redis.Redis, either: Engine
) -> None:
    now, tenants, store = datetime.now(UTC), TenantStore(redis_client), RedisStore(redis_client)
    archive = Archive(redis_client, either, days=30)
    archive.outbox.switch_on(100)

    def end(tenant: str, **more: Any) -> None:
        create(store, tenant=tenant, restaurant="adler", **more)
        work(store)
        archive.catch_up()

    def left(**later: int) -> list[str]:
        archive.sink.forget(now + timedelta(**later, minutes=5))
        return sorted(row["tenant"] for row in archive.rows(reviews))

    for tenant in ("acme", "default", "portal"):
        end(tenant)
    end("acme", ttl_s=3600, ttl_ms=3_600_000)
    tenants.keep_archive("acme", 7)
    tenants.keep_archive("portal", 0)
    archive.archiver.upkeep.forget()
    end("acme")
    end("portal")
    with either.begin() as connection:
        connection.execute(changed_days.delete())
    assert left(hours=1) == ["acme", "acme", "default", "portal", "portal"]
    assert left(days=7) == ["default", "portal", "portal"]
    # The files follow.
    assert {row["tenant"] for row in archive.rows(changed_days)} == {"acme"}
    assert {row["tenant"] for row in archive.rows(daily)} == {"default", "portal"}
    # What ended before has the time that was said then.
    assert left(days=30) == ["portal"]
    assert left(days=9999) == ["portal"]


def test_how_long_an_organisation_is_kept_can_be_said_again_and_taken_back(
    redis_client: redis.Redis, engine: Engine
) -> None:
    tenants, archive = TenantStore(redis_client), Archive(redis_client, engine)
    put(archive.sink, make_reviews(3))
    moments = []
    for days in (7, None, 7, 3):
        tenants.keep_archive("default", days)
        archive.archiver.upkeep.shorten()
        if days is None:
            put(archive.sink, make_reviews(5))
        moments.append(
            {(each["forget_at"] - each["finished_at"]).days for each in archive.rows(reviews) if each["forget_at"]}
        )
    assert moments == [{7}, set(), {7}, {3}]


@pytest.mark.parametrize(
    ("change", "index"),
    [
        (Delete(tenant="default", id="job_000001"), "job_id=?"),
        (Delete(tenant="default", id="batch_1"), "batch_id=?"),
        (Erase(tenant="default", author_digest="x"), "author_digest=?"),
        (Erase(tenant="default", restaurant="adler"), "restaurant=?"),
    ],
)
def test_what_is_deleted_is_found_by_an_index_and_not_among_all_reviews(
    engine: Engine, change: Delete | Erase, index: str
) -> None:
    put(Sink(engine), [each._replace(batch_id="batch_1") for each in make_reviews(3)])
    asked: list[tuple[str, Any]] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])))
    place = Sink(engine).place()
    Sink(engine).apply([change], after=place, to=place)
    with engine.begin() as connection:
        steps = [
            step[-1]
            for statement, values in asked
            if re.match("SELECT|DELETE", statement)
            for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    of_reviews = [step for step in steps if " reviews " in step]
    assert any(index in step for step in of_reviews)
    # By the organisation alone, all of them would be looked at.
    assert not [step for step in of_reviews if step.endswith("(tenant=?)") or step.startswith("SCAN")]


def test_an_erasure_says_how_many_reviews_it_deleted_that_the_archive_alone_had(
    redis_client: redis.Redis, archive: Archive
) -> None:
    made = make_reviews(60)
    put(archive.sink, made)
    create(RedisStore(redis_client), restaurant="adler")
    work(RedisStore(redis_client))
    # Deleted before the archive hears of the erasure.
    _, proof = Eraser(redis_client).erase(Whose(tenant="default", restaurant="adler"))
    assert proof.archive is not None
    assert archive.outbox.erased(proof.archive) is None
    archive.catch_up()
    assert archive.outbox.erased(proof.archive) == sum(each.restaurant == "adler" for each in made)


@pytest.mark.parametrize("why", [Unavailable("gone"), OperationalError("", {}, Exception("gone"))])
def test_an_erasure_that_is_done_twice_says_as_many_as_one(
    redis_client: redis.Redis, archive: Archive, why: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(archive.sink, make_reviews(60))
    left = len(archive.ids())
    place = archive.outbox.erase(Whose(tenant="default"))
    assert place is not None

    def fails(self: Sums, connection: Connection) -> None:
        raise why

    with monkeypatch.context() as away:
        away.setattr(Sums, "write", fails)
        with pytest.raises(type(why)):
            archive.catch_up()
    assert len(archive.ids()) == left
    archive.catch_up()
    assert (archive.outbox.erased(place), archive.ids()) == (left, [])
