"""Batches, their lines and what they say of restaurants, where Redis has forgotten them."""

from typing import Any

import pytest
import redis
from flask.testing import FlaskClient
from sqlalchemy import Engine

from api.app import create_app
from api.batches.answer_schemas import BatchAnswer, LinePageAnswer
from archive import history as reading
from archive.history import ArchiveHistory
from jobs.line import Line
from store.batches import BatchStore
from store.whose import Whose
from tests.support.factories import create, make_settings
from tests.support.keys import Doors
from tests.support.model_hub import ModelHub
from tests.support.model_store import ModelStore
from tests.support.redis_server import RedisServer
from tests.support.worlds import RedisWorld
from tests.unit.archive.conftest import Archive
from tests.unit.archive.endings import end_batch, work

FIVE_DAYS = 5 * 86_400_000
OLD, OTHER, NEW = (f"batch_{name:0>26}" for name in ("OLD", "OTHER", "NEW"))
TOLD = "/v1/restaurants/adler/reviews"
LINES = [
    Line(number=1, custom_id="a", text="Gut.", external_author="anna"),
    Line(number=2, text="Gut.", restaurant="krone", reviewed_at="2026-03-01", metadata={"x": 1}),
    Line(number=3, text="?", problem="text should be a string."),
    Line(number=4, text="Gut.", warnings=("There is no 'stars' here; it is left out.",)),
]


@pytest.fixture
def client(redis_server: RedisServer, redis_client: redis.Redis, either: Engine) -> FlaskClient:
    """The API over Redis and the archive."""
    app = create_app(
        make_settings(redis_url=redis_server.url), RedisWorld(redis_client).store, ModelHub(ModelStore()),
        BatchStore(redis_client), history=ArchiveHistory(either),
    )  # fmt: skip
    return app.test_client()


def forget(world: RedisWorld) -> None:
    """All that has ended is past its time in Redis."""
    world.advance(FIVE_DAYS)
    while world.store.reconcile().purged:
        pass


@pytest.fixture
def forgotten(redis_world: RedisWorld, archive: Archive) -> RedisWorld:
    """`OLD` is in the archive alone, `OTHER` in both, `NEW` in Redis alone; `OTHER` was sent five days ago, too."""
    end_batch(redis_world.redis, OLD, LINES, ago_ms=FIVE_DAYS)
    archive.catch_up()
    forget(redis_world)
    two = [Line(number=1, text="Gut."), Line(number=2, text="Gut.")]
    end_batch(redis_world.redis, OTHER, two, ago_ms=FIVE_DAYS - 1000)
    archive.catch_up()
    end_batch(redis_world.redis, NEW, [Line(number=1, text="Gut.")])
    return redis_world


def walked(client: FlaskClient, path: str, member: str, **query: Any) -> list[Any]:
    """All that a list has, page by page."""
    found: list[Any] = []
    token = None
    while True:
        answer = client.get(path, query_string={**query, **({"page_token": token} if token else {})})
        assert answer.status_code == 200, answer.text
        found += answer.get_json()[member]
        token = answer.get_json()["next_page_token"]
        if token is None:
            return found


@pytest.mark.parametrize("size", [1, 2, 50])
def test_every_batch_is_listed_once_wherever_it_is(forgotten: RedisWorld, client: FlaskClient, size: int) -> None:
    found = walked(client, "/v1/batches", "batches", page_size=size)
    assert [each["id"] for each in found] == [NEW, OTHER, OLD]
    assert [each["id"] for each in found if each.get("archived")] == [OLD]
    assert walked(client, "/v1/batches", "batches", external_author="anna") == found[2:]
    assert walked(client, "/v1/batches", "batches", status="canceled") == []
    assert walked(client, "/v1/batches", "batches", page_size=size, restaurant="adler") == found
    assert walked(client, "/v1/batches", "batches", restaurant="krone") == [], "that is a line's"
    assert walked(client, "/v1/batches", "batches", until=found[2]["created_at"]) == found[2:]
    assert walked(client, "/v1/batches", "batches", since=found[0]["created_at"]) == found[:1]


def test_a_batch_that_has_aged_tells_how_its_lines_ended(forgotten: RedisWorld, client: FlaskClient) -> None:
    answer = client.get(f"/v1/batches/{OLD}")
    assert answer.status_code == 200
    told = BatchAnswer.model_validate_json(answer.data)
    assert told.restaurant == "adler"
    counts = (told.counts.total, told.counts.succeeded, told.counts.failed, told.counts.waiting)
    assert (counts, told.status, told.archived, told.output_file_id) == ((4, 3, 1, 0), "completed", True, None)
    assert "archived" not in client.get(f"/v1/batches/{OTHER}").get_json()
    assert client.get(f"/v1/batches/batch_{'X' * 26}").status_code == 404


@pytest.mark.parametrize("size", [1, 3, 100])
def test_its_lines_are_what_they_were(
    redis_world: RedisWorld, archive: Archive, client: FlaskClient, size: int
) -> None:
    path = f"/v1/batches/{OLD}/lines"
    end_batch(redis_world.redis, OLD, LINES, ago_ms=FIVE_DAYS)
    archive.catch_up()
    queries: list[dict[str, Any]] = [{}, {"status": "failed"}, {"external_author": "anna"}, {"status": "canceled"}]

    def told() -> list[list[dict[str, Any]]]:
        # `end_batch` says nothing of the model, nor how a review judges as a whole.
        return [
            [
                {**line, "model": None, "result": line["result"] and line["result"]["sentences"]}
                for line in walked(client, path, "lines", page_size=size, **query)
            ]
            for query in queries
        ]

    before = told()
    forget(redis_world)
    assert told() == before
    assert [len(each) for each in before] == [4, 1, 1, 0]
    assert LinePageAnswer.model_validate_json(client.get(path).data).archived


@pytest.mark.parametrize(("size", "most"), [(1, 10_000), (2, 1), (3, 2), (50, 10_000)])
def test_what_lines_say_of_a_restaurant_is_listed_once_wherever_they_are(
    forgotten: RedisWorld, client: FlaskClient, size: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_LOOKED_AT", most)
    found = walked(client, TOLD, "reviews", page_size=size)
    places = [(each["batch_id"], each["line"]) for each in found]
    assert places == [(NEW, 1), (OTHER, 1), (OTHER, 2), (OLD, 1), (OLD, 4)]
    assert {each["restaurant"] for each in found} == {"adler"}
    assert found[3]["result"]["sentences"] == found[0]["result"]["sentences"]
    (dated,) = walked(client, TOLD.replace("adler", "krone"), "reviews", **{"from": "2026-03-01", "to": "2026-03-01"})
    assert (dated["metadata"], dated["reviewed_at"]) == ({"x": 1}, "2026-03-01")


def test_single_reviews_and_lines_are_one_list_in_the_archive_too(
    redis_world: RedisWorld, archive: Archive, client: FlaskClient
) -> None:
    def single(ago_ms: int) -> str:
        made = create(redis_world.store, restaurant="adler").id
        redis_world.advance(ago_ms)
        work(redis_world.store)
        archive.catch_up()
        return made

    first = single(FIVE_DAYS)
    end_batch(redis_world.redis, OLD, LINES, ago_ms=FIVE_DAYS - 1000)
    archive.catch_up()
    last = single(FIVE_DAYS - 2000)
    forget(redis_world)
    for size in (1, 2, 50):
        found = walked(client, TOLD, "reviews", page_size=size)
        assert [each["job_id"] or each["line"] for each in found] == [last, 1, 4, first]


def test_what_is_deleted_is_gone_before_the_archive_has_heard_of_it(
    forgotten: RedisWorld, archive: Archive, client: FlaskClient
) -> None:
    archive.outbox.erase(Whose(tenant="default", external_author="anna"))
    assert [line["line"] for line in walked(client, f"/v1/batches/{OLD}/lines", "lines")] == [2, 3, 4]
    assert [each["line"] for each in walked(client, TOLD, "reviews")] == [1, 1, 2, 4]
    assert client.delete(f"/v1/batches/{OLD}").status_code == 204
    for told in (False, True):
        for path in (f"/v1/batches/{OLD}", f"/v1/batches/{OLD}/lines"):
            assert client.get(path).status_code == 404, told
        assert [each["id"] for each in walked(client, "/v1/batches", "batches")] == [NEW, OTHER]
        assert [each["line"] for each in walked(client, TOLD, "reviews")] == [1, 1, 2]
        archive.catch_up()
    assert client.delete(f"/v1/batches/{OLD}").status_code == 404
    assert {job_id.partition(".")[0] for job_id, _ in archive.ids()} == {OTHER, NEW}


def test_a_restaurant_that_was_erased_is_named_by_no_batch_before_the_archive_has_heard_of_it(
    forgotten: RedisWorld, archive: Archive, client: FlaskClient
) -> None:
    archive.outbox.erase(Whose(tenant="default", restaurant="adler"))
    for told in (False, True):
        assert client.get(f"/v1/batches/{OLD}").get_json()["restaurant"] is None, told
        assert OLD not in {each["id"] for each in walked(client, "/v1/batches", "batches", restaurant="adler")}, told
        archive.catch_up()
    assert [line["restaurant"] for line in walked(client, f"/v1/batches/{OLD}/lines", "lines")] == ["krone"]


def test_a_deletion_that_the_archive_cannot_be_told_of_is_not_answered_as_done(
    forgotten: RedisWorld, archive: Archive, client: FlaskClient
) -> None:
    archive.outbox.switch_off()
    assert client.delete(f"/v1/batches/{OLD}").status_code == 503


def test_a_key_for_certain_restaurants_reaches_batches_that_are_theirs_alone(
    redis_world: RedisWorld, archive: Archive, either: Engine
) -> None:
    for batch, lines in ((OLD, LINES), (OTHER, LINES[:1])):
        end_batch(redis_world.redis, batch, lines, tenant="acme", ago_ms=FIVE_DAYS)
        archive.catch_up()
    forget(redis_world)
    doors = Doors(redis_world.redis, ArchiveHistory(either))
    adler, both, other = (
        doors.client("acme", restaurants=("adler",)), doors.client("acme", restaurants=("adler", "krone")),
        doors.client("other"),
    )  # fmt: skip
    for client, batches in ((adler, [OTHER]), (both, [OTHER, OLD]), (other, [])):
        assert {each["id"] for each in walked(client, "/v1/batches", "batches")} == set(batches)
        for batch in (OLD, OTHER):
            code = 200 if batch in batches else 404
            assert [client.get(f"/v1/batches/{batch}{path}").status_code for path in ("", "/lines")] == [code, code]
    assert [each["batch_id"] for each in walked(adler, TOLD, "reviews")] == [OTHER]
    assert len(walked(both, TOLD, "reviews")) == 3
    assert adler.delete(f"/v1/batches/{OLD}").status_code == 404
    archive.catch_up()
    assert len(archive.ids()) == 5


def test_a_page_of_lines_is_read_by_an_index(engine: Engine) -> None:
    with engine.begin() as connection:
        for asked, index in (
            ("line > 0 AND restaurant = 'a' ORDER BY created_at DESC", "reviews_of_lines"),
            ("batch_id = 'b' AND line > 5 ORDER BY line", "reviews_by_batch"),
        ):
            steps = connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN SELECT * FROM reviews WHERE tenant = 't' AND {asked}"
            ).all()
            assert index in steps[0][-1]
            assert len(steps) == 1, "not sorted"
