"""The outbox: bounded, without names, and not there without an archive."""

import pytest
import redis
from sqlalchemy import Engine

from jobs.errors import NotFound
from store import keys
from store.jobs import RedisStore
from store.outbox import BEGINNING, Lag, Outbox, behind
from store.whose import Whose
from tests.support.factories import create
from tests.unit.archive.conftest import Archive
from tests.unit.archive.endings import work


def test_no_name_of_anybody_is_in_the_outbox(redis_client: redis.Redis, archive: Archive) -> None:
    store = RedisStore(redis_client)
    create(store, external_author="Zeisig", metadata={"x": "Zeisig"}, text="Zeisig.")
    work(store)
    archive.outbox.erase(Whose(tenant="default", external_author="Zeisig"))
    assert b"Zeisig" not in repr(redis_client.xrange(keys.OUTBOX)).encode()


def test_without_an_archive_nothing_is_noted(redis_client: redis.Redis) -> None:
    store = RedisStore(redis_client)
    job = create(store)
    work(store)
    store.delete("default", job.id)
    outbox = Outbox(redis_client)
    assert outbox.erase(Whose(tenant="default")) is None
    assert not redis_client.exists(keys.OUTBOX, keys.ARCHIVE)
    assert outbox.lag() == Lag(on=False)


def test_a_full_outbox_leaves_out_ends_and_counts_them_but_no_deletion(redis_client: redis.Redis) -> None:
    outbox, store = Outbox(redis_client), RedisStore(redis_client)
    outbox.switch_on(2)
    jobs = [create(store).id for _ in range(4)]
    work(store)
    store.delete("default", jobs[0])
    lag = outbox.lag()
    assert (lag.on, lag.waiting, lag.dropped) == (True, 3, 2)
    assert lag.oldest_s >= 0
    assert [entry.what for entry in outbox.read(BEGINNING, most=9, wait_ms=0)] == ["ended", "ended", "deleted"]
    outbox.switch_off()
    assert not redis_client.exists(keys.OUTBOX)
    assert outbox.lag() == Lag(on=False)


def test_a_redis_that_lost_its_data_is_told_of_the_archive_again(redis_client: redis.Redis, engine: Engine) -> None:
    archive = Archive(redis_client, engine)
    archive.outbox.switch_on(3)
    redis_client.flushall()
    archive.catch_up()
    job = create(store := RedisStore(redis_client))
    work(store)
    archive.catch_up()
    assert archive.ids() == [(job.id, 0)]
    assert redis_client.hget(keys.ARCHIVE, "most") == b"1000"


def test_an_archive_that_was_turned_off_is_not_turned_on_by_a_process_that_still_runs(
    redis_client: redis.Redis, engine: Engine
) -> None:
    archive = Archive(redis_client, engine)
    archive.outbox.switch_on(3)
    archive.outbox.switch_off()
    archive.catch_up()
    assert not archive.outbox.lag().on
    # A start does.
    assert archive.outbox.switch_on(3)
    assert not archive.outbox.switch_on(3)
    assert archive.outbox.lag().on


def test_how_old_the_files_are_is_told_where_there_are_any(redis_client: redis.Redis) -> None:
    outbox = Outbox(redis_client)
    outbox.switch_on(2)
    outbox.files(on=False)
    assert outbox.lag().files_s is None
    outbox.files(on=True)
    fresh = outbox.lag().files_s
    outbox.filed(5000)
    # A start tells nothing of what is in them.
    outbox.files(on=True)
    old = outbox.lag().files_s
    assert fresh is not None
    assert old is not None
    assert 0 <= fresh < 2000 < 5000 <= old
    outbox.files(on=False)
    assert outbox.lag().files_s is None


def test_deletions_of_what_never_was_do_not_fill_redis(redis_client: redis.Redis) -> None:
    outbox, store = Outbox(redis_client), RedisStore(redis_client)
    outbox.switch_on(2)
    for number in range(5):
        with pytest.raises(NotFound):
            store.delete("default", f"job_{number}")
    assert outbox.lag().waiting == 2


def test_places_are_compared_as_numbers() -> None:
    assert behind("10-0", "9-5")
    assert behind("10-10", "10-9")
    assert not behind("10-9", "10-9")
