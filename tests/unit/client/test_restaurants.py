"""What is kept about restaurants, by either client."""

from datetime import date, datetime

import httpx
import pytest

from kritiq_client import Invalid, Period, Restaurant, Trend
from tests.unit.client.shells import Both, Script, answer, problem

REVIEW = {
    "job_id": None, "batch_id": "batch_1", "line": 7, "custom_id": "r7", "restaurant": "a/b", "reviewed_at": None,
    "external_author": None, "metadata": None, "created_at": "2026-11-30T10:00:00Z",
    "model": {"name": "kritiq-mini", "version": "1"}, "result": {"language": "de", "sentences": []},
}  # fmt: skip


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_restaurants_and_their_reviews_are_read_page_by_page(kind: str) -> None:
    asked: list[str] = []

    def service(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.raw_path.decode())
        more = "6162" if "page_token" not in request.url.params else None
        found = {"restaurants": [{"restaurant": "a/b"}], "reviews": [REVIEW], "next_page_token": more}
        return httpx.Response(200, json=found)

    both = Both(kind, service)
    assert both.restaurants(page_size=1) == [Restaurant(id="a/b")] * 2
    # A moment is a date, too.
    reviews = both.restaurant_reviews("a/b", first=date(2026, 11, 1), last=datetime(2026, 11, 30, 9, 30))
    assert [(review.job_id, review.line, review.result.language) for review in reviews] == [(None, 7, "de")] * 2
    assert asked == [
        "/v1/restaurants?page_size=1",
        "/v1/restaurants?page_size=1&page_token=6162",
        "/v1/restaurants/a%2Fb/reviews?from=2026-11-01&to=2026-11-30&page_size=100",
        "/v1/restaurants/a%2Fb/reviews?from=2026-11-01&to=2026-11-30&page_size=100&page_token=6162",
    ]


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_trend_has_the_counts_of_each_period(kind: str) -> None:
    days = {"from": "2026-11-01", "to": "2026-11-30"}
    counts = {"food": {"positive": 3}}
    trend = {"restaurant": "adler", **days, "by": "month", "periods": [{**days, "aspects": counts}]}
    script = Script(answer(200, trend), problem(422, "invalid-request"))
    both = Both(kind, script)
    found: Trend = both.trend("adler", first=date(2026, 11, 1), by="month")
    assert str(script.asked[0].url.params) == "from=2026-11-01&by=month"
    assert found.periods == (Period(first=date(2026, 11, 1), last=date(2026, 11, 30), aspects=counts),)
    with pytest.raises(Invalid):
        both.trend("adler", first=date(1970, 1, 1))
