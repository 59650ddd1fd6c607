"""Links to webhooks: who makes, lists and opens them, and what they tell of themselves."""

from typing import Any

import pytest
import redis

from access.scope import Scope
from access.webhook_link import SESSION_S, parse_session
from jobs.page_origin import MAX_ORIGIN
from store import keys, webhook_links
from tests.support.http import problem
from tests.support.keys import Doors
from tests.unit.api.webhooks.links import code_of, made, opened


def test_a_link_is_opened_once(doors: Doors) -> None:
    link = made(doors.client())
    first = opened(doors, link)
    again = doors.stranger().post(f"/v1/webhook-links/{link['id']}/open", json={"code": code_of(link)})
    problem(again, 404, "not-found")
    assert first.get("/v1/endpoints").status_code == 200


def test_another_code_opens_nothing_and_spends_nothing(doors: Doors) -> None:
    link = made(doors.client())
    path = f"/v1/webhook-links/{link['id']}/open"
    for code in ("x", "A" * 43, "ä" * 43, "A" * 200):
        problem(doors.stranger().post(path, json={"code": code}), 404, "not-found")
    problem(doors.stranger().post(path.replace("link_", "link_0"), json={"code": code_of(link)}), 404, "not-found")
    assert opened(doors, link).get("/v1/endpoints").status_code == 200


def test_a_key_for_some_restaurants_makes_links_to_these_and_sees_no_others(doors: Doors) -> None:
    free, bound = doors.client(), doors.client(restaurants=("adler", "krone"))
    for wider in (["hirsch"], ["adler", "hirsch"]):
        problem(bound.post("/v1/webhook-links", json={"restaurants": wider}), 403, "forbidden")
    foreign, own = made(free, "adler", "hirsch"), made(free, "krone")
    assert [each["id"] for each in bound.get("/v1/webhook-links").json["links"]] == [own["id"]]  # type: ignore[index]
    problem(bound.get(f"/v1/webhook-links/{foreign['id']}"), 404, "not-found")
    problem(bound.delete(f"/v1/webhook-links/{foreign['id']}"), 404, "not-found")
    assert free.get(f"/v1/webhook-links/{foreign['id']}").status_code == 200


def test_links_are_listed_page_by_page_without_what_opens_them(doors: Doors) -> None:
    maker = doors.client()
    links = [made(maker, session_s=100 + number) for number in range(3)]
    opened(doors, links[1])
    page: Any = maker.get("/v1/webhook-links?page_size=2").json
    rest: Any = maker.get(f"/v1/webhook-links?page_size=2&page_token={page['next_page_token']}").json
    found = [*page["links"], *rest["links"]]
    assert {each["id"] for each in found} == {link["id"] for link in links}
    assert [each["opened_at"] is not None for each in sorted(found, key=lambda each: str(each["session_s"]))] == [
        False, True, False,
    ]  # fmt: skip
    assert not any(code_of(link) in str(found) for link in links)


def test_of_so_many_links_no_further_one_is_made(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_links, "MAX_LINKS", 2)
    maker = doors.client()
    for _ in range(2):
        made(maker, open_s=10)
    problem(maker.post("/v1/webhook-links", json={"restaurants": ["adler"]}), 409, "too-many-links")
    assert made(doors.client("other"))
    doors.ahead_ms += 10_000
    assert made(maker)


def test_redis_has_neither_the_code_nor_the_token(doors: Doors, redis_client: redis.Redis) -> None:
    link = made(doors.client())
    visitor = opened(doors, link)
    shown = parse_session(visitor.environ_base["HTTP_AUTHORIZATION"].removeprefix("Bearer "))
    assert shown is not None
    kept = repr(redis_client.hgetall(keys.WEBHOOK_LINK(link["id"])))
    assert shown[1] not in kept
    assert code_of(link) not in kept
    assert 0 < redis_client.pttl(keys.WEBHOOK_LINK(link["id"])) <= SESSION_S[2] * 1000
    assert redis_client.pttl(keys.WEBHOOK_LINKS("acme")) > 0


def test_what_no_link_may_say_is_refused(doors: Doors) -> None:
    maker = doors.client()
    for body in (
        {}, {"restaurants": []}, {"restaurants": ["a b"]}, {"restaurants": ["a", "a"]},
        {"restaurants": ["a"], "session_s": 59}, {"restaurants": ["a"], "open_s": 3601},
        {"restaurants": ["a"], "frame_origins": ["https://*.example.com"]},
        {"restaurants": ["a"], "frame_origins": ["https://x.example.com; script-src *"]},
        {"restaurants": ["a"], "frame_origins": ["https://x.example.com/page"]},
        {"restaurants": ["a"], "frame_origins": [f"https://{'a' * MAX_ORIGIN}"]},
    ):  # fmt: skip
        problem(maker.post("/v1/webhook-links", json=body), 422, "invalid-request")


def test_the_address_of_a_link_has_its_secret_where_no_log_finds_it(redis_client: redis.Redis) -> None:
    doors = Doors(redis_client, public_url="https://kritiq.example.com")
    link = made(doors.client("acme", Scope.ADMIN))
    address, _, code = link["url"].partition("#")
    assert address == f"https://kritiq.example.com/embed/{link['id']}/"
    assert len(code) == 43
