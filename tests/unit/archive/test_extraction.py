"""What is handed over of a guest has what only the archive has any more."""

import json
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import pytest
import redis
from flask.testing import FlaskClient
from sqlalchemy import Engine

from access.scope import Scope
from archive.history import ArchiveHistory
from jobs.batch import Batch
from jobs.line import Line
from store.batches import BatchStore
from store.extraction import Extractor
from store.whose import Whose
from tests.support.commands import Kritiq
from tests.support.factories import FakePredictor, claim, create, make_request
from tests.support.keys import Doors
from tests.support.worlds import RedisWorld
from tests.unit.archive.conftest import Archive
from worker.predict.pipeline import Pipeline

DAYS_MS = 10 * 86_400_000
GUEST, OTHER = "guest-7", "guest-8"


def judge(world: RedisWorld) -> None:
    """What waits is judged."""
    pipeline = Pipeline(FakePredictor().as_predictor())
    world.store.complete(pipeline.judge(pipeline.prepare(claim(world.store))))


@pytest.fixture
def world(redis_client: redis.Redis, either: Engine) -> RedisWorld:
    """Reviews of two guests that only the archive has any more, and one that is in both."""
    found, archive = RedisWorld(redis_client), Archive(redis_client, either)
    archive.outbox.switch_on(1000)
    for guest in (GUEST, OTHER):
        create(found.store, tenant="acme", id=f"old-{guest}", external_author=guest, restaurant="adler")
    lines = [Line(number=n, text="Gut.", external_author=guest) for n, guest in enumerate((GUEST, OTHER, GUEST), 1)]
    batch = Batch(id="batch_1", tenant="acme", request=make_request({"restaurant": "adler"}), ttl_ms=60_000)
    BatchStore(redis_client).create(batch, lines, target=2)
    judge(found)
    archive.catch_up()
    found.advance(DAYS_MS)
    found.store.reconcile()
    create(found.store, tenant="acme", id="new", external_author=GUEST, restaurant="krone")
    judge(found)
    archive.catch_up()
    return found


@pytest.fixture
def admin(world: RedisWorld, redis_client: redis.Redis, either: Engine) -> FlaskClient:
    return Doors(redis_client, history=ArchiveHistory(either)).client("acme", Scope.ADMIN)


def handed_over(admin: FlaskClient, **whose: Any) -> list[tuple[Any, Any]]:
    """The job, or batch and line, of each review, and whether it comes from the archive alone."""
    answer = admin.post("/v1/exports", json=whose)
    *reviews, last = map(orjson.loads, answer.data.splitlines())
    assert last == {"complete": True, "reviews": len(reviews)}
    assert all(review["result"]["sentences"][0]["text"] for review in reviews), "its text is there, one way or another"
    return [
        (review.get("job_id") or (review["batch_id"], review["line"]), review.get("archived")) for review in reviews
    ]


def test_all_of_a_guest_is_handed_over_each_review_once(admin: FlaskClient) -> None:
    found = handed_over(admin, external_author=GUEST)
    assert set(found) == {(("batch_1", 1), True), (("batch_1", 3), True), ("new", None), (f"old-{GUEST}", True)}
    assert len(found) == 4


def test_so_is_all_of_a_restaurant_and_of_the_organisation(admin: FlaskClient) -> None:
    of_adler = {("batch_1", 1), ("batch_1", 2), ("batch_1", 3), f"old-{GUEST}", f"old-{OTHER}"}
    assert {name for name, _ in handed_over(admin, restaurant="adler")} == of_adler
    assert {name for name, _ in handed_over(admin, everything=True)} == {*of_adler, "new"}


def test_what_was_erased_and_the_archive_has_not_been_told_of_is_not(
    admin: FlaskClient, redis_client: redis.Redis, either: Engine
) -> None:
    Archive(redis_client, either).outbox.erase(Whose(tenant="acme", external_author=GUEST))
    assert [name for name, _ in handed_over(admin, external_author=GUEST)] == ["new"]


@pytest.mark.parametrize("begun", range(7))
def test_what_redis_forgets_while_it_is_handed_over_is_handed_over_once(
    redis_client: redis.Redis, engine: Engine, monkeypatch: pytest.MonkeyPatch, begun: int
) -> None:
    """Whenever it does: before the first review, between any two of them, and behind the last one that it had."""
    world, archive = RedisWorld(redis_client), Archive(redis_client, engine)
    archive.outbox.switch_on(1000)
    for number in range(2):
        create(world.store, tenant="acme", id=f"job_{number}", external_author=GUEST)
    lines = [Line(number=number, text="Gut.", external_author=GUEST) for number in range(1, 5)]
    batch = Batch(id="batch_1", tenant="acme", request=make_request({}), ttl_ms=60_000)
    BatchStore(redis_client).create(batch, lines, target=2)
    judge(world)
    archive.catch_up()
    # Pages of a line each: a batch may go between two of them.
    monkeypatch.setattr("store.extraction.STEP", 1)
    rows = Extractor(redis_client, ArchiveHistory(engine)).reviews(Whose(tenant="acme", external_author=GUEST))
    found = [orjson.loads(row) for row in islice(rows, begun)]
    world.advance(DAYS_MS)
    world.store.reconcile()
    found += map(orjson.loads, rows)
    names = [each.get("job_id") or each["line"] for each in found]
    assert sorted(names, key=str) == [1, 2, 3, 4, "job_0", "job_1"]
    assert [bool(each.get("archived")) for each in found] == [False] * begun + [True] * (6 - begun)


def test_the_command_hands_over_what_the_call_does(
    admin: FlaskClient, kritiq: Kritiq, either: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = either.url.set(drivername=either.dialect.name).render_as_string(hide_password=False)
    monkeypatch.setenv("KRITIQ_ARCHIVE_URL", address)
    for words, whose in (
        (("--external-author", GUEST), {"external_author": GUEST}),
        (("--restaurant", "adler"), {"restaurant": "adler"}),
        (("--all",), {"everything": True}),
    ):
        written = kritiq("extract", "--tenant", "acme", *words)
        assert written.stdout.encode().splitlines() == admin.post("/v1/exports", json=whose).data.splitlines()[:-1]
        assert b'"archived":true' in written.stdout.encode()
        assert written.stderr == ""


def test_the_command_says_that_it_cannot_read_an_archive_that_there_is(
    world: RedisWorld, kritiq: Kritiq, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KRITIQ_DATA_DIR", str(tmp_path / "elsewhere"))
    written = kritiq("extract", "--tenant", "acme", "--all")
    assert [json.loads(line)["job_id"] for line in written.stdout.splitlines()] == ["new"]
    assert written.stderr.startswith("There is an archive that cannot be read from here")
