"""When a link to webhooks, and what it opened, is over."""

from typing import Any

from access.digests import TokenDigests
from store.api_keys import renew
from tests.support.http import problem
from tests.support.keys import KEY_SECRET, Doors
from tests.unit.api.webhooks.links import code_of, made, opened, opening


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
