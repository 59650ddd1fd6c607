"""A restaurant's judged reviews over HTTP: single ones and lines of batches in one list."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.support.http import problem

Judge = Callable[..., int]


def listed(client: FlaskClient, query: str = "", restaurant: str = "adler") -> list[Any]:
    """All reviews of the list, over its pages."""
    found, token = list[Any](), ""
    while True:
        answer = client.get(f"/v1/restaurants/{restaurant}/reviews?{query}{token}")
        assert answer.status_code == 200, answer.text
        page: Any = answer.json
        found += page["reviews"]
        if page["next_page_token"] is None:
            return found
        token = f"&page_token={page['next_page_token']}"


def places(reviews: list[Any]) -> list[Any]:
    """Where each one is: its job, or its batch and line."""
    return [each["job_id"] or (each["batch_id"], each["line"]) for each in reviews]


def sent(client: FlaskClient, text: str = "Essen gut.", **members: Any) -> str:
    """The id of a new job about the restaurant."""
    found: Any = client.post("/v1/jobs", json={"text": text, "restaurant": "adler", **members}).json
    return str(found["id"])


def sent_batch(client: FlaskClient, *reviews: dict[str, Any], **members: Any) -> str:
    """The id of a new batch."""
    body = {"reviews": [{"text": "Essen gut.", **review} for review in reviews], **members}
    found: Any = client.post("/v1/batches", json=body).json
    return str(found["id"])


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_single_reviews_and_lines_of_batches_are_one_list_whatever_a_page_holds(
    over_redis: FlaskClient, judge: Judge, size: int
) -> None:
    first = sent(over_redis)
    own = sent_batch(over_redis, {}, {"restaurant": "krone"}, {}, {"text": ""}, {}, restaurant="adler")
    other = sent_batch(over_redis, {}, {"restaurant": "adler"}, restaurant="krone")
    last = sent(over_redis)
    sent(over_redis, restaurant="krone")
    while judge():
        pass
    found = listed(over_redis, f"page_size={size}")
    assert sorted(places(found), key=str) == sorted([first, last, (own, 1), (own, 3), (own, 5), (other, 2)], key=str)
    lines = [place for place in places(found) if place not in (first, last)]
    assert [line for batch, line in lines if batch == own] == [1, 3, 5], "as they were sent"
    times = [each["created_at"] for each in found]
    assert times == sorted(times, reverse=True)
    assert {each["restaurant"] for each in found} == {"adler"}
    assert all(each["result"]["sentences"][0]["text"] == "Essen gut." and each["model"] for each in found)


def test_reviews_are_of_the_days_that_they_count_for(over_redis: FlaskClient, judge: Judge) -> None:
    dated = {"reviewed_at": "2025-03-01T23:30:00-05:00"}
    old = sent(over_redis, **dated)
    new = sent(over_redis)
    batch = sent_batch(over_redis, {"reviewed_at": "2025-03-02"}, dated, {}, restaurant="adler")
    whole = sent_batch(over_redis, {}, restaurant="adler", **dated)
    while judge():
        pass
    march = listed(over_redis, "from=2025-03-01&to=2025-03-01")
    assert sorted(places(march), key=str) == sorted([old, (batch, 2), (whole, 1)], key=str)
    assert places(listed(over_redis, "from=2025-03-02&to=2025-03-31")) == [(batch, 1)]
    assert sorted(places(listed(over_redis, "from=2025-04-01")), key=str) == sorted([new, (batch, 3)], key=str)
    summary: Any = over_redis.get("/v1/restaurants/adler/summary?from=2025-03-01&to=2025-03-01").json
    assert sum(summary["aspects"]["food"].values()) == len(march), "the summary counts the same ones"


def test_what_is_not_judged_or_is_gone_is_not_there(over_redis: FlaskClient, judge: Judge) -> None:
    job, batch = sent(over_redis), sent_batch(over_redis, {}, restaurant="adler")
    assert listed(over_redis) == []
    while judge():
        pass
    assert len(listed(over_redis)) == 2
    over_redis.delete(f"/v1/batches/{batch}")
    assert places(listed(over_redis)) == [job]
    over_redis.delete(f"/v1/jobs/{job}")
    assert listed(over_redis) == []


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("from=gestern", "?from"),
        ("page_size=0", "?page_size"),
        ("page_token=zz", "?page_token"),
        ("to=2025-13-01", "?to"),
    ],
)
def test_a_list_of_reviews_that_cannot_be_is_refused(over_redis: FlaskClient, query: str, pointer: str) -> None:
    answer = over_redis.get(f"/v1/restaurants/adler/reviews?{query}")
    assert [item["pointer"] for item in problem(answer, 422, "invalid-request")["errors"]] == [pointer]
