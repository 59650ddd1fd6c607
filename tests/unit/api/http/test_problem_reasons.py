"""What problems say most often has a code with figures beside it; each sentence is one that is said."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import redis
from flask.testing import FlaskClient

from access.caller import Caller
from access.scope import Scope
from api.http.problem_reasons import MEMBERS, REQUESTS, with_code
from api.http.problems import ScopeMissing
from jobs.errors import Forbidden, QueueFull
from store.refusals import over
from tests.support.keys import Doors

#: A call, what it is sent, and the code that a member at fault has, with its figures.
CALLS: tuple[tuple[str, str, Any, str, Mapping[str, Any]], ...] = (
    ("POST", "/v1/jobs", {}, "member_missing", {}),
    ("POST", "/v1/jobs", {"text": "a", "txet": "a"}, "member_unknown", {}),
    ("POST", "/v1/jobs", [], "not_an_object", {}),
    ("POST", "/v1/jobs", {"text": 1}, "not_a_text", {}),
    ("POST", "/v1/jobs", {"text": "a", "ttl_s": "1"}, "not_a_whole_number", {}),
    ("POST", "/v1/jobs", {"text": "a", "ttl_s": 0}, "too_small", {"least": 60}),
    ("POST", "/v1/jobs", {"text": "a", "ttl_s": 10**9}, "too_large", {"most": 2_592_000}),
    ("POST", "/v1/jobs", {"text": "a", "priority": "soon"}, "one_of_quoted", {"quoted": "'high', 'normal' or 'bulk'"}),
    ("POST", "/v1/jobs", {"text": "a" * 50_001}, "too_long_by", {"most": 50_000, "number": 50_001}),
    ("POST", "/v1/batches", {"reviews": []}, "too_many_reviews", {"most": 10_000, "number": 0}),
    ("POST", "/v1/batches", {"reviews": {}}, "not_a_list", {}),
    ("POST", "/v1/endpoints", {"url": "https://h.example/", "description": "a" * 201}, "too_long", {"most": 200}),
    ("POST", "/v1/endpoints", {"url": "https://h.example/", "include_text": "yes"}, "not_true_or_false", {}),
    ("POST", "/v1/endpoints", {"url": "https://10.0.0.1/"}, "address_not_public", {}),
    ("POST", "/v1/endpoints", {"url": "ftp://a"}, "address_wrong", {}),
    ("POST", "/v1/endpoints", {"url": ""}, "empty_text", {}),
    ("GET", "/v1/jobs?colour=red", None, "parameter_unknown", {"known": "it takes"}),
    ("GET", "/v1/jobs?status=queued&status=failed", None, "given_twice", {}),
    ("GET", "/v1/jobs?status=done", None, "one_of", {"values": "scheduled, queued"}),
    ("GET", "/v1/jobs?restaurant=zum%20Hirsch", None, "not_a_name", {}),
    ("GET", "/v1/jobs?external_author=%00", None, "not_an_author", {}),
    ("GET", "/v1/jobs?page_token=x", None, "not_a_page", {}),
    ("GET", "/v1/jobs?page_size=0", None, "not_in_range", {"most": 100}),
    ("GET", "/v1/jobs?since=2026-11-02T00:00:00Z&until=2026-11-01T00:00:00Z", None, "until_before_since", {}),
    ("GET", "/v1/restaurants/adler/summary?from=1.11.2026", None, "not_a_day", {}),
    ("GET", "/v1/restaurants/adler/summary?from=2026-11-02&to=2026-11-01", None, "to_before_from", {}),
)
#: Said where more has to be there for it than a call: `test_paging`, `test_operations`.
ELSEWHERE = {"page_of_another_list", "one_of_served"}


@pytest.fixture
def admin(redis_client: redis.Redis) -> FlaskClient:
    return Doors(redis_client).client("acme", Scope.ADMIN)


@pytest.mark.parametrize(("method", "path", "body", "code", "figures"), CALLS, ids=[call[3] for call in CALLS])
def test_a_member_at_fault_has_the_code_of_what_is_said_of_it(
    admin: FlaskClient, method: str, path: str, body: Any, code: str, figures: Mapping[str, Any]
) -> None:
    answer = admin.open(path, method=method, json=body) if body is not None else admin.open(path, method=method)
    (error,) = answer.get_json()["errors"]
    assert error["detail_code"]["code"] == code, error
    found = error["detail_code"]["figures"]
    assert set(found) == set(figures)
    assert all(str(found[name]).startswith(str(figure)) for name, figure in figures.items()), found
    assert MEMBERS[code].format(**found) == error["detail"]


def requests() -> Iterator[tuple[str, str]]:
    """What is said of whole requests, by code."""
    yield "scope_lacks", str(ScopeMissing(Scope.ADMIN))
    for code, restaurant in (("names_no_restaurant", None), ("other_restaurant", "krone")):
        with pytest.raises(Forbidden) as refused:
            Caller(restaurants=frozenset({"adler"})).demand(restaurant)
        yield code, str(refused.value)
    for code, answer, weight in (
        ("own_waiting", [b"own", b"1", b"9"], 9), ("more_than_may_wait", [b"own", b"1", b"9"], 10),
        ("own_scheduled", [b"ahead", b"1", b"9"], 9),
        ("own_day", [b"day", b"1", b"9", b"5"], 9), ("more_than_a_day", [b"day", b"1", b"9", b"5"], 10),
        ("too_many_keys", [b"keys", b"1000"], 1),
        ("own_stored", [b"bytes", b"1", b"9", b"5", b"9"], 1),
        ("more_than_stored", [b"bytes", b"1", b"9", b"5", b"10"], 1),
    ):  # fmt: skip
        yield code, str(over(answer, weight, lambda: 1))
    yield "schedule_is_full", str(QueueFull.of_scheduled(7))


def test_a_request_that_is_refused_has_the_code_of_why() -> None:
    found = dict(requests())
    assert {*found, "queue_is_full", "body_too_long"} == set(REQUESTS)
    for code, detail in found.items():
        told: Any = with_code({"detail": detail})
        assert told["detail_code"]["code"] == code
        assert REQUESTS[code].format(**told["detail_code"]["figures"]) == detail


def test_so_has_a_body_that_is_too_long(client: FlaskClient) -> None:
    answer = client.post("/v1/jobs", data=b" " * 300_000, content_type="application/json").get_json()
    assert answer["detail_code"] == {"code": "body_too_long", "figures": {"most": 262_144}}


def test_every_sentence_is_one_that_is_said() -> None:
    assert {code for _, _, _, code, _ in CALLS} | ELSEWHERE == set(MEMBERS)


def test_what_has_no_code_stays_as_it_is() -> None:
    error = {"pointer": "#", "detail": "should have a version, a split or a rollout"}
    assert with_code(error) is error
