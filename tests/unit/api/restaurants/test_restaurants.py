"""Which restaurants there are, and what was found about each over time."""

from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.support.factories import claim, succeeded
from tests.support.http import page_token, problem, submitted
from tests.support.model_store import ModelStore

FOUND = {"2026-11-02": {"food|positive": 2}, "2026-11-09": {"food|negative": 1, "service|positive": 1}}


def judged(client: FlaskClient, store: ModelStore, restaurant: str, days: dict[str, dict[str, int]]) -> str:
    """A review of a restaurant, ended with these judgements."""
    job_id = submitted(client, restaurant=restaurant)
    store.complete([replace(succeeded(claim(store)[0]), tally={restaurant: days})])
    return job_id


def asked(client: FlaskClient, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json


def test_restaurants_with_judgements_are_listed_by_name(client: FlaskClient, model_store: ModelStore) -> None:
    for name in ("krone", "adler", "hirsch"):
        judged(client, model_store, name, FOUND)
    judged(client, model_store, "stumm", {})
    first = asked(client, "/v1/restaurants?page_size=2")
    second = asked(client, f"/v1/restaurants?page_size=2&page_token={first['next_page_token']}")
    names = [item["restaurant"] for page in (first, second) for item in page["restaurants"]]
    assert names == ["adler", "hirsch", "krone"]
    assert second["next_page_token"] is None


def test_a_restaurant_goes_with_its_last_review(client: FlaskClient, model_store: ModelStore) -> None:
    job_id = judged(client, model_store, "adler", FOUND)
    client.delete(f"/v1/jobs/{job_id}")
    assert asked(client, "/v1/restaurants")["restaurants"] == []


def test_a_trend_has_every_period_those_without_a_word_too(client: FlaskClient, model_store: ModelStore) -> None:
    judged(client, model_store, "adler", FOUND)
    trend = asked(client, "/v1/restaurants/adler/trend?from=2026-11-02&to=2026-11-22&by=week")
    assert [(period["from"], period["to"], period["aspects"]) for period in trend["periods"]] == [
        ("2026-11-02", "2026-11-08", {"food": {"positive": 2}}),
        ("2026-11-09", "2026-11-15", {"food": {"negative": 1}, "service": {"positive": 1}}),
        ("2026-11-16", "2026-11-22", {}),
    ]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("", "?from"), ("?from=gestern", "?from"), ("?from=2020-01-01&to=2026-01-01", "?from"),
        ("?from=2026-01-01&by=year", "?by"),
    ],
)  # fmt: skip
def test_a_trend_says_what_is_wrong_with_its_question(client: FlaskClient, query: str, pointer: str) -> None:
    body = problem(client.get(f"/v1/restaurants/adler/trend{query}"), 422, "invalid-request")
    assert body["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("token", ["", "zz", "c3a4", "20", "6A", "61 62"])
def test_a_page_that_never_was_is_refused(client: FlaskClient, token: str) -> None:
    problem(client.get(f"/v1/restaurants?page_token={token}"), 422, "invalid-request")
    marked = page_token(client, "/v1/restaurants", token)
    problem(client.get(f"/v1/restaurants?page_token={marked}"), 422, "invalid-request")


@pytest.mark.parametrize("by", ["day", "week", "month"])
def test_a_trend_reaches_to_the_last_day_that_can_be_written(client: FlaskClient, by: str) -> None:
    found = asked(client, f"/v1/restaurants/adler/trend?from=9999-12-30&to=9999-12-31&by={by}")
    assert found["periods"][-1]["to"] == "9999-12-31"
