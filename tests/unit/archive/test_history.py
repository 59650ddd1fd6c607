"""What the API tells of restaurants: the same from Redis and from the archive, and still when Redis has forgotten."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from api.app import create_app
from archive.history import ArchiveHistory, open_history
from archive.schema import SCHEMA, open_archive, prepare
from archive.sink import Sink
from archive.tables import progress
from jobs.history import joined
from store.jobs import RedisStore
from tests.support.factories import MODEL, TIMINGS, FakePredictor, claim, create, make_settings
from tests.support.model_hub import ModelHub
from tests.support.model_store import ModelStore
from tests.support.worlds import RedisWorld
from tests.unit.archive.conftest import Archive
from tests.unit.archive.generated import make_reviews, put
from worker.predict.outcomes import outcome_of

SENTENCES = ("Das Essen war gut.", "Der Service war schlecht.", "Gut und schlecht.", "Wir kommen wieder.")
RESTAURANTS = ("adler", "krone", "Zur_Rose", None)
YEAR = {"first": "2026-01-01", "last": "2026-12-31"}


def judge(store: RedisStore) -> None:
    """All that waits, as a worker does."""
    model = FakePredictor()
    for each in claim(store):
        language, sentences = model.split(each.text)
        what = model.assemble(language, sentences, [sentence.text for sentence in sentences])
        store.complete([outcome_of(each, [(None, what)], MODEL, TIMINGS)])


def reviewed(store: RedisStore, chance: random.Random) -> str:
    """A review of some restaurant that was written on some day."""
    day = (date(2026, 9, 1) + timedelta(days=chance.randrange(5))).isoformat()
    text = " ".join(chance.choices(SENTENCES, k=chance.randrange(1, 4)))
    more = {"include_none": chance.random() < 0.3}
    return create(store, text, restaurant=chance.choice(RESTAURANTS), reviewed_at=day, day=day, **more).id


@pytest.fixture
def history(either: Engine) -> ArchiveHistory:
    return ArchiveHistory(either)


@pytest.fixture
def client(redis_client: redis.Redis, history: ArchiveHistory) -> FlaskClient:
    """The API over Redis and the archive."""
    app = create_app(make_settings(), RedisStore(redis_client), ModelHub(ModelStore()), history=history)
    return app.test_client()


@pytest.mark.parametrize("seed", range(3))
def test_redis_and_the_archive_tell_the_same_of_what_both_have(
    redis_client: redis.Redis, archive: Archive, history: ArchiveHistory, seed: int
) -> None:
    store, chance = RedisStore(redis_client), random.Random(seed)
    made = [reviewed(store, chance) for _ in range(30)]
    judge(store)
    for job_id in chance.sample(made, 6):
        store.delete("default", job_id)
    archive.catch_up()
    names = store.restaurants("default", size=10)
    assert names == history.restaurants("default", size=10)
    assert names[1:] == history.restaurants("default", size=10, after=names[0])
    for name in names:
        for days in (YEAR, {"first": "2026-09-02", "last": "2026-09-03"}):
            told = store.judgements("default", name, **days)
            assert told == history.judgements("default", name, **days)
            assert joined(told, told) == told


def test_what_redis_has_forgotten_is_still_summed_up_and_what_is_deleted_is_not(
    redis_client: redis.Redis, archive: Archive, client: FlaskClient
) -> None:
    world = RedisWorld(redis_client)

    def told(path: str) -> Any:
        return client.get(f"/v1/restaurants{path}").get_json()

    def review() -> str:
        made = create(world.store, SENTENCES[0], restaurant="adler", reviewed_at="2026-09-01", day="2026-09-01")
        judge(world.store)
        return made.id

    forgotten = [review() for _ in range(2)]
    archive.catch_up()
    world.advance(5 * 86_400_000)
    world.store.reconcile()
    assert world.store.restaurants("default", size=10) == []
    assert told("")["restaurants"] == [{"restaurant": "adler"}]
    assert told("/adler/summary")["aspects"] == {"food": {"positive": 2}}
    assert told("/adler/trend?from=2026-09-01&to=2026-09-02&by=month")["periods"][0]["aspects"] == {
        "food": {"positive": 2}
    }
    for _ in range(3):
        review()
    # The archive has not heard of these yet.
    assert told("/adler/summary")["aspects"] == {"food": {"positive": 3}}
    archive.catch_up()
    assert told("/adler/summary")["aspects"] == {"food": {"positive": 5}}
    client.delete(f"/v1/jobs/{forgotten[0]}")
    archive.catch_up()
    assert told("/adler/summary")["aspects"] == {"food": {"positive": 4}}


def test_an_archive_that_is_away_is_503_and_its_address_stays_unsaid(
    client: FlaskClient, history: ArchiveHistory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OperationalError("", {}, Exception("connection to db.internal failed"))

    monkeypatch.setattr("archive.history.is_there", refuse)
    answer = client.get("/v1/restaurants/adler/summary")
    assert answer.status_code == 503
    assert "db.internal" not in answer.text


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[tuple[ArchiveHistory, Path]]:
    """The history of an archive that is not there yet, and where it will be."""
    path = tmp_path / "new" / "a b.db"
    history = open_history(make_settings(archive_url=SecretStr(f"sqlite:///{path}")))
    yield history, path
    history.close()


def test_before_there_is_an_archive_it_is_empty_and_no_file_is_made(beside: tuple[ArchiveHistory, Path]) -> None:
    history, path = beside
    assert history.judgements("default", "adler", **YEAR) == {}
    assert not path.parent.exists()
    engine = open_archive(make_settings(archive_url=SecretStr(f"sqlite:///{path}")))
    prepare(engine)
    put(Sink(engine), make_reviews(50))
    assert history.restaurants("default", size=10) == ["adler", "krone", "rose"]
    engine.dispose()


@pytest.mark.parametrize("asked", [False, True], ids=["from the beginning", "since it was asked"])
@pytest.mark.parametrize("schema", [SCHEMA - 1, SCHEMA + 1])
def test_an_archive_of_another_version_is_503_and_logged_once(
    client: FlaskClient, either: Engine, schema: int, asked: bool, caplog: pytest.LogCaptureFixture
) -> None:
    if asked:
        assert client.get("/v1/restaurants/adler/summary").status_code == 200
    with either.begin() as connection:
        connection.execute(progress.update().values(schema=schema))
    for _ in range(2):
        assert client.get("/v1/restaurants/adler/summary").status_code == 503
    assert len([record for record in caplog.records if record.name == "archive.history"]) == 1
    with either.begin() as connection:
        connection.execute(progress.update().values(schema=SCHEMA))
    assert client.get("/v1/restaurants/adler/summary").status_code == 200


def test_it_only_reads(beside: tuple[ArchiveHistory, Path], postgres_url: str) -> None:
    _, path = beside
    path.parent.mkdir()
    for url in (f"sqlite:///{path}", postgres_url):
        settings = make_settings(archive_url=SecretStr(url))
        writes = open_archive(settings)
        prepare(writes)
        writes.dispose()
        reads = open_archive(settings, read_only=True)
        with pytest.raises(SQLAlchemyError, match=r"readonly|read-only"), reads.begin() as connection:
            connection.exec_driver_sql("DELETE FROM reviews")
        reads.dispose()
