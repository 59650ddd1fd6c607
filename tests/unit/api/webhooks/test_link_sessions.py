"""What whoever opened a link may do: look after the endpoints and deliveries of some restaurants, nothing else."""

from typing import Any

import pytest
import redis

from api.http import link_sessions
from api.http.operation import operation_of
from api.webhooks import endpoints
from api.webhooks.visible import MAX_BY_LINK
from tests.support.http import address, problem
from tests.support.keys import Doors
from tests.unit.api.webhooks.links import HOOK, code_of, endpoint, made, opened


def test_who_opens_a_link_manages_the_endpoints_of_its_restaurant_and_sees_no_others(doors: Doors) -> None:
    maker = doors.client()
    own, other, both, every = (endpoint(maker, *names) for names in (("adler",), ("krone",), ("adler", "krone"), ()))
    visitor = opened(doors, made(maker, "adler"))
    assert [each["id"] for each in visitor.get("/v1/endpoints").json["endpoints"]] == [own]  # type: ignore[index]
    assert visitor.patch(f"/v1/endpoints/{own}", json={"description": "Kasse"}).status_code == 200
    assert visitor.post(f"/v1/endpoints/{own}/rotate", json={}).get_json()["secret"].startswith("whsec_")
    delivery = visitor.post(f"/v1/endpoints/{own}/ping").get_json()["id"]
    assert [each["id"] for each in visitor.get("/v1/deliveries").get_json()["deliveries"]] == [delivery]
    for foreign in (other, both, every):
        problem(visitor.get(f"/v1/endpoints/{foreign}"), 404, "not-found")
        problem(visitor.post(f"/v1/endpoints/{foreign}/rotate"), 404, "not-found")
    for wider in ({"restaurants": []}, {"restaurants": ["krone"]}, {"restaurants": ["adler", "krone"]}):
        problem(visitor.patch(f"/v1/endpoints/{own}", json=wider), 403, "forbidden")
        problem(visitor.post("/v1/endpoints", json={"url": HOOK, **wider}), 403, "forbidden")
    assert visitor.delete(f"/v1/endpoints/{own}").status_code == 204
    assert len(maker.get("/v1/endpoints").json["endpoints"]) == 3  # type: ignore[index]


def test_of_all_routes_only_those_of_endpoints_and_deliveries_answer_who_opened_a_link(doors: Doors) -> None:
    visitor, answered = opened(doors, made(doors.client())), set()
    for rule in doors.app.url_map.iter_rules():
        operation = operation_of(doors.app.view_functions[rule.endpoint])
        if operation is None or operation.scope is None:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            path = address(rule.rule, "x")
            body = {"restaurants": ["adler"]} if rule.endpoint == "webhook_links.make_link" else None
            with visitor.open(path, method=method, json=body) as answer:
                assert answer.status_code != 429
                if answer.status_code != 403:
                    answered.add(rule.endpoint)
    assert {endpoint.partition(".")[0] for endpoint in answered} == {"endpoints", "deliveries"}
    assert "endpoints.webhook_secret" not in answered


def test_what_was_opened_by_a_link_is_no_login(doors: Doors) -> None:
    visitor = opened(doors, made(doors.client(), "adler", "krone"))
    assert problem(visitor.post("/v1/session"), 401, "invalid-token")
    told: Any = visitor.get("/v1/session").json
    assert (told["scopes"], told["restaurants"], told["csrf_token"]) == (["webhooks:manage"], ["adler", "krone"], None)


def test_no_restaurant_takes_all_endpoints_of_its_organisation(doors: Doors) -> None:
    maker = doors.client()
    visitor = opened(doors, made(maker))
    for _ in range(MAX_BY_LINK):
        endpoint(visitor, "adler")
    problem(visitor.post("/v1/endpoints", json={"url": HOOK, "restaurants": ["adler"]}), 409, "too-many-endpoints")
    endpoint(maker, "adler")


def test_endpoints_that_are_made_at_the_same_time_are_no_more_than_one_after_another(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker = doors.client()
    endpoint(maker)
    endpoint(maker, "adler", "hirsch")
    visitor = opened(doors, made(maker, "adler", "krone"))

    def slow(url: str, pointer: str) -> str:
        """The others are faster while this name is looked up."""
        monkeypatch.setattr(endpoints, "checked_url", lambda url, pointer: url)
        for number in range(MAX_BY_LINK):
            endpoint(visitor, ("adler", "krone")[number % 2])
        return url

    monkeypatch.setattr(endpoints, "checked_url", slow)
    problem(visitor.post("/v1/endpoints", json={"url": HOOK, "restaurants": ["adler"]}), 409, "too-many-endpoints")
    assert len(visitor.get("/v1/endpoints").get_json()["endpoints"]) == MAX_BY_LINK


def test_by_a_link_no_texts_are_sent_where_nobody_with_a_key_sends_them(doors: Doors) -> None:
    maker = doors.client()
    visitor = opened(doors, made(maker, "adler", "krone"))
    plain = endpoint(visitor, "adler")
    told = {"url": HOOK, "restaurants": ["adler"], "include_text": True}
    problem(visitor.post("/v1/endpoints", json=told), 403, "forbidden")
    problem(visitor.patch(f"/v1/endpoints/{plain}", json={"include_text": True}), 403, "forbidden")
    telling = maker.post("/v1/endpoints", json=told).get_json()["id"]
    for change in ({"url": f"{HOOK}/2"}, {"restaurants": ["adler", "krone"]}, {"restaurants": ["krone"]}):
        problem(visitor.patch(f"/v1/endpoints/{telling}", json=change), 403, "forbidden")
    assert visitor.patch(f"/v1/endpoints/{telling}", json={"description": "Kasse"}).status_code == 200
    elsewhere = {"url": f"{HOOK}/2", "include_text": False}
    assert visitor.patch(f"/v1/endpoints/{telling}", json=elsewhere).get_json()["include_text"] is False


def test_who_opened_a_link_may_not_ask_for_more_than_a_page_would(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_sessions, "RATE", 5)
    visitor = opened(doors, made(doors.client()))
    answers = [visitor.get("/v1/endpoints") for _ in range(40)]
    assert 429 in {answer.status_code for answer in answers}


def test_where_nobody_is_asked_for_a_key_a_link_still_shows_its_restaurant_alone(redis_client: redis.Redis) -> None:
    for auth in ("auto", "off"):
        redis_client.flushall()
        doors = Doors(redis_client, auth=auth, max_tenant_rate=0)
        anybody = doors.stranger()
        endpoint(anybody, "krone")
        visitor = opened(doors, made(anybody, "adler"))
        assert visitor.get("/v1/endpoints").json == {"endpoints": []}
        problem(visitor.get("/v1/jobs"), 403, "insufficient-scope")


def test_what_is_no_token_of_a_link_opens_nothing(doors: Doors) -> None:
    for shown in ("krt_link_", f"krt_link_{'0' * 26}_{'A' * 43}", f"krt_link_{'0' * 26}_{'ä' * 43}"):
        problem(doors.showing(shown).get("/v1/endpoints"), 401, "invalid-token")


def test_a_token_with_another_secret_opens_nothing(doors: Doors) -> None:
    link = made(doors.client())
    unopened = f"krt_link_{link['id'].removeprefix('link_')}_{code_of(link)}"
    problem(doors.showing(unopened).get("/v1/endpoints"), 401, "invalid-token")
    opened(doors, link)
    problem(doors.showing(unopened).get("/v1/endpoints"), 401, "invalid-token")
