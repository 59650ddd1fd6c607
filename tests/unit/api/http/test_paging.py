"""A page token is good for the list that gave it, with the filters that it was asked with."""

import itertools
from typing import Any

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from access.scope import Scope
from api.http.openapi import document
from api.http.paging import marked
from tests.support.http import page_token, problem, submitted
from tests.support.keys import Doors

#: A time and an id, where places are those, and a name, where they are names.
PLACES = {"/v1/restaurants": b"a".hex()}
PLACE = b"1.1".hex()
QUERIES = st.dictionaries(
    st.sampled_from(["status", "since", "until", "external_author", "restaurant"]), st.text(min_size=1), max_size=3
)


def lists(client: FlaskClient) -> list[str]:
    """The addresses of all lists that have pages, of what is called x."""
    found = []
    for path, calls in document(client.application, "1")["paths"].items():
        names = [each["name"] for each in calls.get("get", {}).get("parameters", ())]
        if "page_token" in names:
            found.append(path.replace("{line}", "1").replace("{", "").replace("}", ""))
    return found


def pointers(answer: Any) -> list[str]:
    return [each["pointer"] for each in (answer.get_json() or {}).get("errors", ())]


def test_the_token_of_one_list_is_refused_by_all_others(redis_client: redis.Redis) -> None:
    client = Doors(redis_client).client("default", Scope.ADMIN)
    paths = lists(client)
    assert len(paths) > 10
    tokens = {path: page_token(client, path, PLACES.get(path, PLACE)) for path in paths}
    for path, other in itertools.product(paths, repeat=2):
        answer = client.get(path, query_string={"page_token": tokens[other], "page_size": 3})
        if path == other:
            # What is called x may not be there, but its token is right.
            assert "?page_token" not in pointers(answer), path
        else:
            problem(answer, 422, "invalid-request")
            assert pointers(answer) == ["?page_token"], (path, other)


@pytest.mark.parametrize(
    ("now", "good"),
    [
        ("status=queued&restaurant=adler", True),
        ("restaurant=adler&status=queued&page_size=2", True),
        ("restaurant=adler", False),
        ("restaurant=adler&status=running", False),
        ("restaurant=adler&status=queued&since=2026-01-01T00:00:00Z", False),
    ],
)
def test_a_page_has_the_filters_of_the_one_before(client: FlaskClient, now: str, good: bool) -> None:
    for _ in range(2):
        submitted(client, restaurant="adler")
    first = client.get("/v1/jobs?page_size=1&restaurant=adler&status=queued").get_json()
    answer = client.get(f"/v1/jobs?{now}&page_token={first['next_page_token']}")
    if good:
        assert len(answer.get_json()["jobs"]) == 1
    else:
        problem(answer, 422, "invalid-request")
        assert pointers(answer) == ["?page_token"]


@given(one=QUERIES, other=QUERIES)
def test_two_lists_have_one_mark_if_and_only_if_they_have_the_same_filters(
    one: dict[str, str], other: dict[str, str]
) -> None:
    tokens = []
    for query in (one, dict(reversed(other.items()))):
        with Flask("lists").test_request_context("/v1/jobs", query_string={**query, "page_size": len(tokens)}):
            tokens.append(marked(PLACE))
    assert (tokens[0] == tokens[1]) == (one == other)
