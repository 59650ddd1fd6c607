"""Links to webhooks: opened once, for a while, for endpoints and deliveries of some restaurants and nothing else."""

import re
from typing import Any

import pytest
import redis
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from access.digests import TokenDigests
from access.scope import Scope
from access.webhook_link import SESSION_S, parse_session
from api.http import gatekeeper, link_sessions
from api.http.operation import operation_of
from api.webhooks import endpoints
from api.webhooks.visible import MAX_BY_LINK
from jobs.page_origin import MAX_ORIGIN, is_origin
from store import keys, webhook_links
from store.api_keys import renew
from tests.support.factories import make_settings
from tests.support.http import problem
from tests.support.keys import KEY_SECRET, Doors

HOOK = "https://hooks.example.com/x"


@pytest.fixture
def doors(redis_client: redis.Redis) -> Doors:
    return Doors(redis_client, max_tenant_rate=0)


@pytest.fixture(autouse=True)
def nobody_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has changed shows at once, and not within five seconds. Tests are faster than pages."""
    monkeypatch.setattr(gatekeeper, "BELIEVED_S", 0.0)
    monkeypatch.setattr(link_sessions, "RATE", 0)


def made(client: FlaskClient, *restaurants: str, **more: Any) -> dict[str, Any]:
    """A new link, as its maker is told of it."""
    answer = client.post("/v1/webhook-links", json={"restaurants": restaurants or ("adler",), **more})
    assert answer.status_code == 201, answer.data
    return dict(answer.get_json())


def code_of(link: dict[str, Any]) -> str:
    return str(link["url"].partition("#")[2])


def opening(doors: Doors, link: dict[str, Any]) -> TestResponse:
    """What is answered to whoever opens the link."""
    return doors.stranger().post(f"/v1/webhook-links/{link['id']}/open", json={"code": code_of(link)})


def opened(doors: Doors, link: dict[str, Any]) -> FlaskClient:
    """Whoever opened the link, with what the page shows from then on."""
    answer = opening(doors, link)
    assert answer.status_code == 200, answer.data
    return doors.showing(answer.get_json()["token"])


def endpoint(client: FlaskClient, *restaurants: str) -> str:
    answer = client.post("/v1/endpoints", json={"url": HOOK, "restaurants": restaurants})
    assert answer.status_code == 201, answer.data
    return str(answer.get_json()["id"])


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
            path = re.sub(r"<[^>]+>", "x", rule.rule)
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


def test_a_link_that_nobody_opens_is_past_its_time_after_minutes(doors: Doors) -> None:
    maker = doors.client()
    link = made(maker, open_s=60)
    doors.ahead_ms += 60_000
    answer = doors.stranger().post(f"/v1/webhook-links/{link['id']}/open", json={"code": code_of(link)})
    problem(answer, 404, "not-found")
    assert maker.get("/v1/webhook-links").json == {"links": [], "next_page_token": None}


def test_what_a_link_opens_ends_by_itself(doors: Doors) -> None:
    visitor = opened(doors, made(doors.client(), session_s=600))
    doors.ahead_ms += 599_000
    assert visitor.get("/v1/endpoints").status_code == 200
    doors.ahead_ms += 1000
    problem(visitor.get("/v1/endpoints"), 401, "invalid-token")


def test_a_revoked_link_opens_nothing_and_ends_what_it_opened(doors: Doors) -> None:
    maker = doors.client()
    unopened, link = made(maker), made(maker)
    visitor = opened(doors, link)
    for each in (unopened, link):
        assert maker.delete(f"/v1/webhook-links/{each['id']}").status_code == 204
        problem(maker.delete(f"/v1/webhook-links/{each['id']}"), 404, "not-found")
    problem(visitor.get("/v1/endpoints"), 401, "invalid-token")
    answer = doors.stranger().post(f"/v1/webhook-links/{unopened['id']}/open", json={"code": code_of(unopened)})
    problem(answer, 404, "not-found")


def test_a_link_ends_with_the_key_that_made_it(doors: Doors) -> None:
    key, token = doors.key()
    visitor, late = opened(doors, made(doors.showing(token.text))), made(doors.showing(token.text))
    doors.keys.revoke("acme", key.id)
    problem(visitor.get("/v1/endpoints"), 401, "invalid-token")
    problem(opening(doors, late), 404, "not-found")


def test_a_link_ends_with_the_text_of_the_key_that_made_it(doors: Doors) -> None:
    key, token = doors.key()
    visitor, late = opened(doors, made(doors.showing(token.text))), made(doors.showing(token.text))
    renew(doors.keys, TokenDigests([KEY_SECRET]), key, grace_s=60)
    assert visitor.get("/v1/endpoints").status_code == 200
    doors.ahead_ms += 60_000
    problem(visitor.get("/v1/endpoints"), 401, "invalid-token")
    problem(opening(doors, late), 404, "not-found")


def test_a_link_of_a_key_that_has_expired_opens_nothing(doors: Doors) -> None:
    late = made(doors.client(expires_at=doors.keys.now_ms() + 60_000))
    doors.ahead_ms += 60_000
    problem(opening(doors, late), 404, "not-found")


def test_a_link_that_was_made_without_a_key_ends_with_the_first_key(doors: Doors) -> None:
    anybody = doors.stranger()
    visitor, late = opened(doors, made(anybody)), made(anybody)
    assert visitor.get("/v1/endpoints").status_code == 200
    doors.key()
    problem(visitor.get("/v1/endpoints"), 401, "invalid-token")
    problem(opening(doors, late), 404, "not-found")


def test_a_browser_that_is_logged_in_makes_a_link_that_outlives_its_session(doors: Doors) -> None:
    browser = doors.app.test_client()
    _, token = doors.key()
    told: Any = browser.post("/v1/session", headers={"Authorization": f"Bearer {token.text}"}).json
    assert problem(browser.post("/v1/webhook-links", json={"restaurants": ["adler"]}), 403, "csrf-token-missing")
    shown = {"X-CSRF-Token": told["csrf_token"]}
    answer = browser.post("/v1/webhook-links", json={"restaurants": ["adler"]}, headers=shown)
    visitor = opened(doors, answer.get_json())
    assert browser.delete("/v1/session", headers=shown).status_code == 204
    assert visitor.get("/v1/endpoints").status_code == 200


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


def test_what_is_no_token_of_a_link_opens_nothing(doors: Doors) -> None:
    for shown in ("krt_link_", f"krt_link_{'0' * 26}_{'A' * 43}", f"krt_link_{'0' * 26}_{'ä' * 43}"):
        problem(doors.showing(shown).get("/v1/endpoints"), 401, "invalid-token")


def test_a_token_with_another_secret_opens_nothing(doors: Doors) -> None:
    link = made(doors.client())
    unopened = f"krt_link_{link['id'].removeprefix('link_')}_{code_of(link)}"
    problem(doors.showing(unopened).get("/v1/endpoints"), 401, "invalid-token")
    opened(doors, link)
    problem(doors.showing(unopened).get("/v1/endpoints"), 401, "invalid-token")


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


def test_the_page_of_a_link_is_framed_by_the_origins_that_are_named_and_by_nobody_else(
    redis_client: redis.Redis,
) -> None:
    doors = Doors(redis_client, frame_origins="https://portal.example.com")
    maker = doors.client()
    link = made(maker, frame_origins=["https://adler.example.com"])

    def framed_by(path: str) -> str:
        with doors.stranger().get(path) as page:
            assert page.status_code == 200
            policy = page.headers["Content-Security-Policy"]
        return str(policy.partition("frame-ancestors ")[2].partition(";")[0])

    assert framed_by(f"/embed/{link['id']}/") == "https://adler.example.com https://portal.example.com"
    assert framed_by(f"/embed/{link['id']}/webhooks/ep_1") == "https://adler.example.com https://portal.example.com"
    assert framed_by("/embed/link_none/") == "https://portal.example.com"
    assert framed_by("/console/") == "'none'"
    assert maker.delete(f"/v1/webhook-links/{link['id']}").status_code == 204
    assert framed_by(f"/embed/{link['id']}/") == "https://portal.example.com"


def test_where_no_origin_is_named_nobody_frames_it(doors: Doors) -> None:
    with doors.stranger().get(f"/embed/{made(doors.client())['id']}/") as page:
        assert page.headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")


def test_the_address_of_a_link_has_its_secret_where_no_log_finds_it(redis_client: redis.Redis) -> None:
    doors = Doors(redis_client, public_url="https://kritiq.example.com")
    link = made(doors.client("acme", Scope.ADMIN))
    address, _, code = link["url"].partition("#")
    assert address == f"https://kritiq.example.com/embed/{link['id']}/"
    assert len(code) == 43


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("https://app.example.com", True), ("http://127.0.0.1:5050", True), ("https://[::1]:8443", True),
        ("https://app.example.com:0", False), ("https://app.example.com:70000", False), ("https://", False),
        ("https://App.example.com", False), ("ftp://app.example.com", False), ("https://a.example.com/", False),
        ("https://[2001:db8::7]", True), ("http://[2]:4", False), ("http://[1::2::3]", False), ("https://7:0", False),
        ("https://*.example.com", False), ("https://a@b.example.com", False), ("'self'", False), ("*", False),
    ],
)  # fmt: skip
def test_an_origin_is_a_scheme_a_name_and_perhaps_a_port(text: str, good: bool) -> None:
    assert is_origin(text) is good
    if good:
        assert make_settings(frame_origins=text).frame_origins == {text}
    else:
        with pytest.raises(ValueError, match="origins"):
            make_settings(frame_origins=text)
