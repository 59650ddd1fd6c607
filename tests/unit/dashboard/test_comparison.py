"""Two restaurants or two periods beside each other, and what may be said of few judgements: nothing."""

import html
import re
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from examples.dashboard.comparison import link, read_sides
from examples.dashboard.selection import Selection
from examples.dashboard.shares import wilson
from tests.unit.dashboard.conftest import Deliver
from tests.unit.dashboard.factories import job_event, sentence

TODAY = date(2026, 11, 28)


def reviews(deliver: Deliver, restaurant: str, day: str, count: int, **aspects: str) -> None:
    several = [sentence(**aspects) for _ in range(count)]
    deliver(job_event(*several, restaurant=restaurant, reviewed_at=f"{day}T12:00:00Z"))


def rows(client: FlaskClient, query: str) -> dict[str, list[str]]:
    """Aspect to left, right and what is said of them, as the page has them."""
    page = client.get(f"/compare?lang=en&{query}").get_data(as_text=True)
    body = page[page.index("<tbody>") :]
    found = {}
    for row in re.findall(r"<tr.*?</tr>", body, re.DOTALL):
        label, *cells = (
            " ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)
        )
        found[html.unescape(label)] = cells
    return found


def test_two_restaurants_are_compared_aspect_by_aspect(client: FlaskClient, deliver: Deliver) -> None:
    reviews(deliver, "adler", "2026-11-01", 20, food="positive", price="negative")
    reviews(deliver, "krone", "2026-11-01", 20, food="negative", price="negative")
    found = rows(client, "restaurant=adler&restaurant2=krone")
    assert found["Food"] == ["100% (84–100%), 20 judgements", "0% (0–16%), 20 judgements", "better"]
    assert found["Price"] == ["0% (0–16%), 20 judgements", "0% (0–16%), 20 judgements", "no clear difference"]
    assert rows(client, "restaurant=krone&restaurant2=adler")["Food"][2] == "worse"


def test_two_periods_are_compared(client: FlaskClient, deliver: Deliver) -> None:
    reviews(deliver, "adler", "2026-10-01", 20, service="negative")
    reviews(deliver, "adler", "2026-11-01", 20, service="positive")
    found = rows(client, "from=2026-11-01&to=2026-11-30&from2=2026-10-01&to2=2026-10-31")
    assert (found["Service"][2], found["All aspects"][2]) == ("better", "better")


def test_of_few_judgements_no_share_is_named(client: FlaskClient, deliver: Deliver) -> None:
    reviews(deliver, "adler", "2026-11-01", 4, food="positive")
    reviews(deliver, "krone", "2026-11-01", 5, food="negative")
    found = rows(client, "restaurant=adler&restaurant2=krone")
    assert found["Food"] == ["– too few: 4 judgements", "0% (0–43%), 5 judgements", "too few"]
    assert found["Style"] == ["– too few: 0 judgements", "– too few: 0 judgements", "too few"]


@pytest.mark.parametrize(
    ("query", "one", "other"),
    [
        ({}, ("2026-10-30", "2026-11-28"), ("2026-09-30", "2026-10-29")),
        ({"from": "2026-11-08", "to": "2026-11-14"}, ("2026-11-08", "2026-11-14"), ("2026-11-01", "2026-11-07")),
        ({"from": "2026-11-28"}, ("2026-11-28", "2026-11-28"), ("2026-11-27", "2026-11-27")),
        ({"to": "2026-01-30"}, ("2026-01-01", "2026-01-30"), ("2025-12-02", "2025-12-31")),
        ({"from": "0001-01-01"}, ("0001-01-01", "2026-11-28"), ("0001-01-01", "0001-01-01")),
    ],
)
def test_without_another_side_it_is_the_same_restaurant_just_before(
    query: dict[str, str], one: tuple[str, str], other: tuple[str, str]
) -> None:
    left, right = read_sides({"restaurant": "adler", "aspect": "food"} | query, (), TODAY)
    assert ((left.since, left.until), (right.since, right.until)) == (one, other)
    assert (left.restaurant, right.restaurant, left.aspect) == ("adler", "adler", None)


def test_what_is_chosen_is_in_the_address() -> None:
    one, other = Selection(restaurant="a&b", since="2026-11-01"), Selection(restaurant="", until="2026-10-31")
    query = html.unescape(link(one, other, "en")).removeprefix("?")
    pairs = dict(pair.split("=") for pair in query.split("&"))
    assert pairs == {
        "lang": "en", "restaurant": "a%26b", "from": "2026-11-01", "restaurant2": "+", "from2": "", "to2": "2026-10-31",
    }  # fmt: skip


def test_all_of_both_sides_may_be_chosen_and_what_is_odd_is_said(client: FlaskClient, deliver: Deliver) -> None:
    reviews(deliver, "adler", "2026-11-01", 5, food="positive")
    same = client.get("/compare?lang=en&restaurant2=").get_data(as_text=True)
    assert "Both sides are the same." in same
    backwards = client.get("/compare?lang=en&from=2026-11-02&to=2026-11-01&restaurant2=").get_data(as_text=True)
    assert "A period ends before it begins." in backwards
    hostile = client.get("/compare", query_string={"restaurant": "<b>", "restaurant2": "<i>"}).get_data(as_text=True)
    assert ("<b>Es" in hostile, "<i>" in hostile, "&lt;b&gt;" in hostile) == (False, False, True)


@given(st.integers(1, 10_000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_the_share_lies_in_its_interval(counts: tuple[int, int]) -> None:
    low, high = wilson(*counts)
    assert 0 <= low <= counts[0] / counts[1] + 1e-9
    assert counts[0] / counts[1] - 1e-9 <= high <= 1


def test_the_page_opens_with_the_last_days(client: FlaskClient, deliver: Deliver) -> None:
    reviews(deliver, "adler", "2026-11-01", 5, food="positive")
    page = client.get("/compare").get_data(as_text=True)
    first, last = re.findall(r'name="(?:from|to)" value="([^"]+)"', page)
    assert date.fromisoformat(last) - date.fromisoformat(first) == timedelta(days=29)
    assert 'href="compare?lang=de"' in client.get("/").get_data(as_text=True)
