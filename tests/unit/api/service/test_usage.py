"""`GET /v1/usage`: what one bills by."""

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from store.batches import BatchStore
from store.usage import UsageStore
from tests.support.factories import claim, failed, make_settings
from tests.support.model_hub import ModelHub
from tests.support.worlds import RedisWorld
from tests.unit.store.test_usage import judged


@pytest.fixture
def client(redis_world: RedisWorld) -> FlaskClient:
    return client_of(redis_world, max_tenant_backlog=4)


def client_of(world: RedisWorld, **limits: int) -> FlaskClient:
    """The API with these settings."""
    app = create_app(
        make_settings(**limits), world.store, ModelHub(world.store), BatchStore(world.redis),
        usage=UsageStore(world.redis),
    )  # fmt: skip
    return app.test_client()


def test_a_month_is_told_by_day_restaurant_and_model(client: FlaskClient, redis_world: RedisWorld) -> None:
    assert client.post("/v1/jobs", json={"text": "Gut. Schlecht.", "restaurant": "adler"}).status_code == 202
    redis_world.store.complete([judged(taken) for taken in claim(redis_world.store)])
    answer = client.get("/v1/usage").get_json()
    assert [(row["restaurant"], row["model"], row["requests"], row["reviews"]) for row in answer["days"]] == [
        ("adler", None, 1, 0),
        ("adler", "fake/1", 0, 1),
    ]
    table = client.get(f"/v1/usage?month={answer['month']}", headers={"Accept": "text/csv"})
    assert table.content_type.startswith("text/csv")
    assert len(table.text.splitlines()) == 3
    assert client.get("/v1/usage?month=2001-01").get_json() == {"month": "2001-01", "days": []}


def test_which_month_it_is_says_the_clock_by_which_is_counted(
    client: FlaskClient, redis_world: RedisWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is Redis' clock: an API whose own is ahead shows no empty month before the old one is over."""
    last_second = int(datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC).timestamp() * 1000)
    monkeypatch.setattr(UsageStore, "_now_ms", lambda _store: last_second)
    assert client.get("/v1/usage").get_json()["month"] == "2026-11"
    monkeypatch.setattr(UsageStore, "_now_ms", lambda _store: last_second + 1000)
    assert client.get("/v1/usage").get_json()["month"] == "2026-12"
    assert client.get("/v1/usage?month=").status_code == 422


@pytest.mark.parametrize("month", ["2026-13", "0000-01", "2026", "x"])
def test_what_is_no_month_is_invalid(client: FlaskClient, month: str) -> None:
    answer = client.get(f"/v1/usage?month={month}")
    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid-request")


def test_more_than_the_organisation_may_have_waiting_is_429_and_more_than_ever_413(client: FlaskClient) -> None:
    assert client.post("/v1/jobs", json={"text": "Eins. Zwei. Drei."}).status_code == 202
    refused = client.post("/v1/jobs", json={"text": "Eins. Zwei. Drei."})
    assert (refused.status_code, refused.get_json()["code"]) == (429, "limit-reached")
    assert int(refused.headers["Retry-After"]) > 0
    too_much = client.post("/v1/batches", json={"reviews": [{"text": "Eins. Zwei. Drei. Vier. Fünf."}]})
    assert (too_much.status_code, too_much.get_json()["code"]) == (413, "over-limit")


def test_more_than_the_organisation_may_have_stored_is_429_and_more_than_ever_413(redis_world: RedisWorld) -> None:
    client = client_of(redis_world, max_tenant_bytes=600)
    assert client.post("/v1/jobs", json={"text": "Gut. " * 110}).status_code == 202
    refused = client.post("/v1/batches", json={"reviews": [{"text": "Gut. " * 5}]})
    assert (refused.status_code, refused.get_json()["code"]) == (429, "limit-reached")
    assert refused.headers["Retry-After"] == "60"
    too_much = client.post("/v1/jobs", json={"text": "Gut. " * 200})
    assert (too_much.status_code, too_much.get_json()["code"]) == (413, "over-limit")


def test_lines_that_are_tried_again_count_as_any_others(client: FlaskClient, redis_world: RedisWorld) -> None:
    batch = client.post("/v1/batches", json={"reviews": [{"text": "Eins. Zwei. Drei."}]}).get_json()["id"]
    redis_world.store.complete([failed(taken) for taken in claim(redis_world.store)])
    assert client.post("/v1/jobs", json={"text": "Eins. Zwei. Drei."}).status_code == 202
    refused = client.post(f"/v1/batches/{batch}/retry")
    assert (refused.status_code, refused.get_json()["code"]) == (429, "limit-reached")
