"""`GET /v1/jobs` goes on in the archive where Redis has forgotten."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from api.app import create_app
from api.jobs.answer_schemas import JobAnswer
from archive.history import ArchiveHistory
from archive.importing import Origin, put_lines
from archive.review import Kept
from archive.sink import Sink
from archive.tables import reviews
from jobs.errors import Unavailable
from jobs.history import Deletions
from jobs.job import Status
from jobs.stored import JobFilter
from store.outbox import Outbox
from store.whose import Whose
from tests.support.factories import create, make_settings
from tests.support.keys import Doors
from tests.support.model_hub import ModelHub
from tests.support.model_store import ModelStore
from tests.support.redis_server import RedisServer
from tests.support.worlds import RedisWorld
from tests.unit.archive.conftest import Archive
from tests.unit.archive.endings import work
from tests.unit.archive.generated import make_reviews, put

FIVE_DAYS = 5 * 86_400_000


@pytest.fixture
def client(redis_server: RedisServer, redis_world: RedisWorld, either: Engine) -> FlaskClient:
    """The API over Redis and the archive."""
    settings = make_settings(redis_url=redis_server.url)
    app = create_app(settings, redis_world.store, ModelHub(ModelStore()), history=ArchiveHistory(either))
    return app.test_client()


def listed(client: FlaskClient, **query: Any) -> list[dict[str, Any]]:
    """All that the list has, page by page."""
    found: list[dict[str, Any]] = []
    token = None
    while True:
        answer = client.get("/v1/jobs", query_string={**query, **({"page_token": token} if token else {})})
        assert answer.status_code == 200, answer.text
        found += answer.get_json()["jobs"]
        token = answer.get_json()["next_page_token"]
        if token is None:
            return found


def ids(client: FlaskClient, **query: Any) -> list[str]:
    return [job["id"] for job in listed(client, **query)]


def aged(world: RedisWorld, archive: Archive, **asked: Any) -> str:
    """A job that was sent five days ago and has ended just now."""
    made = create(world.store, **asked).id
    world.advance(FIVE_DAYS)
    work(world.store)
    archive.catch_up()
    return made


def forget(world: RedisWorld) -> None:
    """All that has ended is past its time in Redis."""
    world.advance(FIVE_DAYS)
    world.store.reconcile()


def test_the_list_goes_on_in_the_archive_and_no_job_is_there_twice(
    redis_world: RedisWorld, archive: Archive, client: FlaskClient
) -> None:
    old = aged(redis_world, archive, restaurant="adler", external_author="anna", metadata={"x": 1})
    forget(redis_world)
    both = aged(redis_world, archive, restaurant="krone")
    new = create(redis_world.store, restaurant="adler").id
    for size in (1, 2, 50):
        assert ids(client, page_size=size) == [new, both, old]
    assert ids(client, restaurant="adler") == [new, old]
    assert ids(client, external_author="anna") == [old]
    assert ids(client, status="succeeded") == [both, old]
    assert ids(client, status="failed") == []
    [told] = listed(client, external_author="anna")
    assert told["archived"] is True
    assert told["metadata"] == {"x": 1}
    assert told["model"] == {"name": "fake", "version": "1"}
    assert [job["id"] for job in listed(client) if job.get("archived")] == [old]
    middle = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    assert ids(client, until=middle) == [both, old]
    assert ids(client, since=middle) == [new]


def test_what_was_imported_of_any_day_is_in_the_list_and_found_by_its_id(
    either: Engine, redis_world: RedisWorld, client: FlaskClient
) -> None:
    """A spreadsheet's empty date is often 1900, and a mistyped one may be to come."""
    days = ["2199-01-01", "2019-05-01", "1900-01-01", "1969-12-31T23:59:59.999Z", "0001-01-01"]
    lines = [
        orjson.dumps({"status": "failed", "custom_id": day, "reviewed_at": day, "error": {"code": "prediction_failed"}})
        for day in days
    ]
    list(put_lines(Sink(either), lines, Origin(tenant="default"), Kept(), datetime.now(UTC) - timedelta(days=5)))
    for size in (1, 2, 50):
        found = listed(client, page_size=size)
        assert [job["reviewed_at"] for job in found] == [days[place] for place in (0, 1, 3, 2, 4)]
    for job in found:
        assert client.get(f"/v1/jobs/{job['id']}").get_json()["created_at"] == job["created_at"]


def test_a_job_that_redis_has_forgotten_is_read_from_the_archive(
    redis_world: RedisWorld, archive: Archive, client: FlaskClient
) -> None:
    job_id = aged(redis_world, archive, restaurant="adler")
    before = client.get(f"/v1/jobs/{job_id}").get_json()
    forget(redis_world)
    for path in (f"/v1/jobs/{job_id}", f"/v1/jobs/{job_id}?wait=5"):
        answer = client.get(path)
        assert answer.status_code == 200
        told = JobAnswer.model_validate_json(answer.data)
        assert told.archived
        assert told.result is not None
        assert [sentence.model_dump(exclude_unset=True) for sentence in told.result.sentences] == before["result"][
            "sentences"
        ]
    assert client.get(f"/v1/jobs/{job_id}", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert client.get("/v1/jobs/job_0").status_code == 404
    # What the archive alone has can be deleted, too.
    assert client.delete(f"/v1/jobs/{job_id}").status_code == 204
    assert client.get(f"/v1/jobs/{job_id}").status_code == 410
    assert client.delete(f"/v1/jobs/{job_id}").status_code == 410
    archive.catch_up()
    assert archive.ids() == []


def test_a_deletion_that_the_archive_cannot_be_told_of_is_not_answered_as_done(
    redis_world: RedisWorld, archive: Archive, client: FlaskClient
) -> None:
    job_id = aged(redis_world, archive)
    forget(redis_world)
    archive.outbox.switch_off()
    assert client.delete(f"/v1/jobs/{job_id}").status_code == 503


def test_a_key_for_certain_restaurants_reaches_their_jobs_alone(
    redis_world: RedisWorld, archive: Archive, either: Engine
) -> None:
    theirs, mine = (aged(redis_world, archive, tenant="acme", restaurant=name) for name in ("adler", "krone"))
    forget(redis_world)
    krone = Doors(redis_world.redis, ArchiveHistory(either)).client("acme", restaurants=("krone",))
    other = Doors(redis_world.redis, ArchiveHistory(either)).client("other")
    assert ids(krone) == [mine]
    assert ids(other) == []
    for call in (other.get, other.delete):
        assert call(f"/v1/jobs/{mine}").status_code in (404, 410)
    for call in (krone.get, krone.delete):
        assert call(f"/v1/jobs/{theirs}").status_code == 404
        assert call(f"/v1/jobs/{mine}").status_code in (200, 204)
    archive.catch_up()
    assert archive.ids() == [(theirs, 0)]


def test_what_is_deleted_is_out_of_the_list_before_the_archive_has_heard_of_it(
    redis_world: RedisWorld, archive: Archive, client: FlaskClient
) -> None:
    deleted = aged(redis_world, archive)
    erased = aged(redis_world, archive, external_author="anna")
    closed = aged(redis_world, archive, restaurant="krone")
    stays = aged(redis_world, archive)
    forget(redis_world)
    assert set(ids(client)) == {deleted, erased, closed, stays}
    client.delete(f"/v1/jobs/{deleted}")
    archive.outbox.erase(Whose(tenant="default", external_author="anna"))
    archive.outbox.erase(Whose(tenant="default", restaurant="krone"))
    archive.outbox.erase(Whose(tenant="acme"))
    assert ids(client) == [stays]
    archive.catch_up()
    assert ids(client) == [stays]
    archive.outbox.erase(Whose(tenant="default"))
    assert ids(client) == []


def test_while_the_archive_is_far_behind_what_is_old_is_503(
    redis_world: RedisWorld, archive: Archive, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = aged(redis_world, archive)
    forget(redis_world)
    monkeypatch.setattr("store.outbox.MOST_LOOKED_THROUGH", 2)
    monkeypatch.setattr("store.outbox._AT_ONCE", 1)
    archive.outbox.erase(Whose(tenant="acme", restaurant="krone"))
    assert len(ids(client)) == 1
    archive.outbox.erase(Whose(tenant="acme", restaurant="krone"))
    with pytest.raises(Unavailable):
        Outbox(redis_world.redis).deletions("default")
    assert client.get("/v1/jobs").status_code == 503
    assert client.get(f"/v1/jobs/{job_id}").status_code == 503
    # What the archive has never had nobody looks for in the outbox.
    assert client.get("/v1/jobs/job_0").status_code == 404
    create(redis_world.store)
    assert client.get("/v1/jobs").status_code == 200


def test_pages_of_the_archive_are_in_the_order_of_redis_and_lack_what_is_past_its_time(either: Engine) -> None:
    history, made = ArchiveHistory(either), make_reviews(200)
    put(Sink(either), made)
    over = made[7].job_id
    with either.begin() as connection:
        connection.execute(reviews.update().where(reviews.c.job_id == over).values(forget_at=datetime.now(UTC)))
    found, before = [], None
    while page := history.page("default", JobFilter(), size=17, before=before, without=Deletions()).jobs:
        found += page
        before = (page[-1].created_at, page[-1].id)
    expected = sorted(((each.created_at, each.job_id) for each in made if each.job_id != over), reverse=True)
    assert [job.id for job in found] == [job_id for _, job_id in expected]
    mine = JobFilter(status=Status.SUCCEEDED, restaurants=frozenset({"krone", "rose"}), external_author="guest-1")
    assert {job.id for job in history.page("default", mine, size=500, before=None, without=Deletions()).jobs} == {
        each.job_id for each in made if each.restaurant in ("krone", "rose") and each.author == "guest-1"
    } - {over}
    assert history.page("acme", JobFilter(), size=5, before=(10**15, "x"), without=Deletions()).jobs == []


@pytest.mark.parametrize("place", [(-(10**17), "x"), (10**15, "x")])
def test_a_time_that_no_database_has_is_none_too_many(either: Engine, place: tuple[int, str]) -> None:
    wanted = JobFilter(since_ms=place[0], until_ms=place[0])
    page = ArchiveHistory(either).page("default", wanted, size=5, before=place, without=Deletions())
    assert (page.jobs, page.next) == ([], None)


def test_a_page_of_a_large_archive_is_read_by_an_index_and_not_sorted(either: Engine) -> None:
    asked: list[tuple[str, Any]] = []
    event.listen(either, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])))
    history = ArchiveHistory(either)
    history.page("default", JobFilter(), size=5, before=(1_000, "x"), without=Deletions())
    statement, values = asked[-1]
    with either.begin() as connection:
        if connection.dialect.name == "postgresql":
            # An empty table is sorted soonest.
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
            plan = connection.exec_driver_sql(f"EXPLAIN {statement}", values).scalars().all()
            assert not [step for step in plan if "Sort" in step]
            assert any("reviews_by_creation" in step for step in plan)
            return
        steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    # How it finds its place differs between versions of SQLite; only `reviews_by_creation` is in this order.
    assert not [step[-1] for step in steps if "TEMP B-TREE" in step[-1]]
