"""Whoever is away, killed or refused in between: everything is in the archive, and once."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import redis
from sqlalchemy import Engine
from sqlalchemy.exc import DataError, OperationalError

from archive import portions
from archive.changes import Change, Delete
from archive.sink import Moved
from archive.tables import daily
from jobs.bundle import Bundle
from jobs.errors import NotFound, TextKeyMissing
from jobs.request import Form, JobRequest
from store import keys
from store.jobs import RedisStore
from store.outbox import BEGINNING
from tests.support.factories import REVIEW, claim, create, succeeded
from tests.support.redis_server import RedisServer
from tests.support.text_keys import make_folder, sealed_client, sealing_of
from tests.unit.archive.conftest import Archive
from tests.unit.archive.endings import work


class Dies:
    """A sink that dies at a call of `apply`: before it has written, or after."""

    def __init__(self, archive: Archive, *, written: bool) -> None:
        self.archive, self.written, self.left = archive, written, 1

    def __getattr__(self, name: str) -> Any:
        return getattr(self.archive.sink, name)

    def apply(self, *args: Any, **more: Any) -> None:
        if self.left:
            self.left = 0
            if self.written:
                self.archive.sink.apply(*args, **more)
            raise OperationalError("", {}, Exception("gone"))
        self.archive.sink.apply(*args, **more)


@pytest.mark.parametrize("written", [False, True])
def test_whoever_dies_in_the_middle_nothing_is_lost_and_nothing_is_there_twice(
    redis_client: redis.Redis, archive: Archive, written: bool
) -> None:
    store = RedisStore(redis_client)
    jobs = [create(store, restaurant="adler").id for _ in range(3)]
    work(store)
    store.delete("default", jobs[1])
    archive.archiver._sink = Dies(archive, written=written)
    with pytest.raises(OperationalError):
        archive.archiver.step(wait_ms=0)
    assert archive.outbox.lag().waiting == 4
    archive.catch_up()
    assert sorted(archive.ids()) == sorted([(jobs[0], 0), (jobs[2], 0)])
    assert sum(row["sentences"] for row in archive.rows(daily)) == 4
    assert archive.outbox.lag().waiting == 0


def test_the_reviews_of_a_bundle_are_archived_and_not_the_bundle(redis_client: redis.Redis, archive: Archive) -> None:
    store = RedisStore(redis_client)
    bundle = create(store, Bundle(reviews=[(REVIEW, JobRequest())]).encode(), form=Form.BUNDLE)
    (held,) = claim(store)
    review = store.create(Bundle.decode(held.text).job(held, 0), REVIEW).job
    work(store)
    store.complete([succeeded(held, b"[]")])
    archive.catch_up()
    assert archive.ids() == [(review.id, 0)]
    assert store.get("default", bundle.id).result == b"[]"


def test_of_two_that_write_the_archive_only_one_does(redis_client: redis.Redis, archive: Archive) -> None:
    place = archive.sink.place()
    archive.sink.apply([], after=place, to="5-0")
    with pytest.raises(Moved):
        archive.sink.apply([], after=place, to="4-0")
    assert archive.sink.place() == "5-0"


def test_an_outbox_that_began_anew_is_read_from_its_beginning(redis_client: redis.Redis, archive: Archive) -> None:
    archive.sink.apply([], after=BEGINNING, to="99999999999999-7")
    job = create(RedisStore(redis_client))
    work(RedisStore(redis_client))
    archive.catch_up()
    archive.catch_up()
    assert archive.ids() == [(job.id, 0)]


def test_what_no_database_takes_holds_up_nothing(
    redis_client: redis.Redis, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = RedisStore(redis_client)
    one, broken, other = (create(store).id for _ in range(3))
    work(store)
    redis_client.set(keys.RESULT(broken), redis_client.get(keys.RESULT(broken)).replace(b'"start":0', b'"start":null'))  # type: ignore[union-attr]
    unreadable = create(store).id
    work(store)
    redis_client.set(keys.RESULT(unreadable), b'{,"status":"SUCCESS","traceback":null,"result":{"x":1}}')
    archive.catch_up()
    assert sorted(archive.ids()) == sorted([(one, 0), (other, 0)])
    counts = archive.meter.take()
    assert (counts["kritiq_archive_entries|refused"], counts["kritiq_archive_entries|ended"]) == (2, 2)


class Picky:
    """A sink that takes all but one."""

    def __init__(self, bad: str) -> None:
        self.bad, self.at, self.took, self.asked = bad, BEGINNING, list[str](), 0

    def place(self) -> str:
        return self.at

    def apply(self, changes: Sequence[Change], *, after: str, to: str) -> None:
        assert after == self.at
        self.asked += 1
        ids = [change.id for change in changes if isinstance(change, Delete)]
        if self.bad in ids:
            raise DataError("", {}, Exception("no"))
        self.took, self.at = self.took + ids, to


def test_one_of_many_that_no_database_takes_is_found_by_halves(redis_client: redis.Redis, archive: Archive) -> None:
    deleted = [f"job_{number}" for number in range(300)]
    for name in deleted:
        with suppress(NotFound):
            RedisStore(redis_client).delete("default", name)
    picky = archive.archiver._sink = Picky("job_217")  # type: ignore[assignment]
    archive.catch_up()
    assert picky.took == [name for name in deleted if name != "job_217"]
    assert picky.asked < 25
    assert archive.meter.take()["kritiq_archive_entries|refused"] == 1


@pytest.mark.parametrize(("bound", "most"), [("ENOUGH", 3), ("ENOUGH_SENTENCES", 5)])
def test_a_step_ends_when_it_has_enough_reviews_and_the_next_goes_on_behind_it(
    redis_client: redis.Redis, archive: Archive, monkeypatch: pytest.MonkeyPatch, bound: str, most: int
) -> None:
    monkeypatch.setattr(portions, "READ_AT_ONCE", 2)
    monkeypatch.setattr(portions, bound, most)
    store = RedisStore(redis_client)
    made = [create(store, restaurant="adler").id for _ in range(5)]
    work(store)
    store.delete("default", made[4])
    assert [archive.archiver.step(wait_ms=0) for _ in range(3)] == [4, 2, 0]
    assert sorted(archive.ids()) == sorted((job, 0) for job in made[:4])
    assert archive.outbox.lag().waiting == 0


def test_an_organisation_whose_key_is_lost_holds_up_the_others_for_an_hour(
    redis_server: RedisServer, redis_client: redis.Redis, engine: Engine, tmp_path: Path
) -> None:
    folder, hours = make_folder(tmp_path / "keys", "default", "acme"), [0]
    file = folder.path / "acme.json"
    with sealed_client(redis_server, sealing_of(folder)) as client:
        store = RedisStore(client)
        archive = Archive(client, engine, now=lambda: datetime(2026, 11, 29, hours[-1], tzinfo=UTC))
        archive.outbox.switch_on(100)

        def ended(tenant: str) -> str:
            job = create(store, tenant=tenant).id
            work(store)
            return job

        before = ended("acme")
        file.rename(tmp_path / "kept.json")
        ours = ended("default")
        for _ in range(2):
            with pytest.raises(TextKeyMissing):
                archive.catch_up()
        assert archive.ids() == []
        hours.append(1)
        archive.catch_up()
        assert archive.ids() == [(ours, 0)]
        assert archive.meter.take()["kritiq_archive_entries|refused"] == 1
        # Put back, it is waited for anew when it is missing again.
        (tmp_path / "kept.json").rename(file)
        after = ended("acme")
        archive.catch_up()
        last = ended("acme")
        file.rename(tmp_path / "kept.json")
        with pytest.raises(TextKeyMissing):
            archive.catch_up()
        (tmp_path / "kept.json").rename(file)
        archive.catch_up()
        assert sorted(name for name, _ in archive.ids()) == sorted([ours, after, last])
        assert before not in [name for name, _ in archive.ids()]
