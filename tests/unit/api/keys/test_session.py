"""Browsers' sessions: a cookie instead of a key, and nothing changed by the cookie alone."""

from http.cookies import SimpleCookie
from typing import Any

import pytest
import redis
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from access.digests import TokenDigests
from access.scope import Scope
from access.session import csrf_token
from api.http import gatekeeper
from api.http.session_cookie import COOKIE, SECURE_COOKIE
from store import keys
from store.api_keys import renew
from store.sessions import MAX_SESSIONS
from tests.support.clock import Clock
from tests.support.factories import REVIEW
from tests.support.http import problem
from tests.support.keys import KEY_SECRET, Doors


@pytest.fixture
def doors(redis_client: redis.Redis) -> Doors:
    return Doors(redis_client)


@pytest.fixture(autouse=True)
def nobody_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has changed shows at once, and not within five seconds."""
    monkeypatch.setattr(gatekeeper, "BELIEVED_S", 0.0)


def log_in(doors: Doors, text: str) -> tuple[FlaskClient, dict[str, Any]]:
    """A browser with a session for this key, and what it was told."""
    browser = doors.app.test_client()
    answer = browser.post("/v1/session", headers={"Authorization": f"Bearer {text}"})
    assert answer.status_code == 201, answer.data
    return browser, answer.get_json()


def cookie_of(answer: TestResponse) -> Any:
    """The one cookie that an answer sets."""
    (header,) = answer.headers.getlist("Set-Cookie")
    (morsel,) = SimpleCookie(header).values()
    return morsel


def test_a_browser_logs_in_with_a_key_and_shows_a_cookie_from_then_on(doors: Doors) -> None:
    key, token = doors.key("acme", Scope.JOBS_READ, restaurants=("adler",))
    browser, told = log_in(doors, token.text)
    assert browser.get("/v1/jobs").status_code == 200
    assert (told["tenant"], told["key_id"], told["scopes"]) == ("acme", key.id, ["jobs:read"])
    assert told["restaurants"] == ["adler"]
    assert browser.get("/v1/session").get_json() == told
    assert problem(browser.get("/v1/keys"), 403, "insufficient-scope")


def test_no_script_and_no_other_site_gets_the_cookie(doors: Doors) -> None:
    _, token = doors.key()
    answer = doors.showing(token.text).post("/v1/session")
    cookie = cookie_of(answer)
    assert cookie.key == COOKIE
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/")
    assert int(cookie["max-age"]) == doors.settings.session_s
    assert answer.headers["Cache-Control"] == "no-store"
    assert cookie.value not in answer.text
    assert token.text not in str(answer.headers)


def test_behind_https_the_cookie_goes_nowhere_else(redis_client: redis.Redis) -> None:
    doors = Doors(redis_client, public_url="https://kritiq.example.com")
    _, token = doors.key()
    cookie = cookie_of(doors.showing(token.text).post("/v1/session"))
    assert (cookie.key, cookie["secure"], cookie["domain"]) == (SECURE_COOKIE, True, "")


def test_the_cookie_alone_changes_nothing(doors: Doors) -> None:
    browser, told = log_in(doors, doors.key()[1].text)
    for headers in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "0" * 64}, {"X-CSRF-Token": "ä"}):
        answer = browser.post("/v1/jobs", json={"text": REVIEW}, headers=headers)
        assert problem(answer, 403, "csrf-token-missing")
    shown = {"X-CSRF-Token": told["csrf_token"]}
    assert browser.post("/v1/jobs", json={"text": REVIEW}, headers=shown).status_code == 202


def test_the_token_of_another_session_is_none(doors: Doors) -> None:
    _, token = doors.key()
    browser, _ = log_in(doors, token.text)
    _, other = log_in(doors, token.text)
    answer = browser.post("/v1/jobs", json={"text": REVIEW}, headers={"X-CSRF-Token": other["csrf_token"]})
    assert problem(answer, 403, "csrf-token-missing")


def test_a_key_beside_the_cookie_needs_no_token(doors: Doors) -> None:
    _, token = doors.key()
    browser, _ = log_in(doors, token.text)
    headers = {"Authorization": f"Bearer {token.text}"}
    assert browser.post("/v1/jobs", json={"text": REVIEW}, headers=headers).status_code == 202


def test_a_page_of_another_site_logs_nobody_in_or_out(doors: Doors) -> None:
    _, token = doors.key()
    browser, told = log_in(doors, token.text)
    foreign = {"Origin": "https://evil.example", "X-CSRF-Token": told["csrf_token"]}
    assert problem(browser.delete("/v1/session", headers=foreign), 403, "foreign-origin")
    answer = browser.post("/v1/session", headers={**foreign, "Authorization": f"Bearer {token.text}"})
    assert problem(answer, 403, "foreign-origin")
    assert browser.get("/v1/jobs").status_code == 200


def test_whoever_logs_out_is_out(doors: Doors) -> None:
    browser, told = log_in(doors, doors.key()[1].text)
    cookie = browser.get_cookie(COOKIE)
    assert cookie is not None
    assert problem(browser.delete("/v1/session"), 403, "csrf-token-missing")
    answer = browser.delete("/v1/session", headers={"X-CSRF-Token": told["csrf_token"]})
    assert (answer.status_code, cookie_of(answer)["max-age"]) == (204, "0")
    assert browser.get_cookie(COOKIE) is None
    browser.set_cookie(COOKIE, cookie.value)
    assert problem(browser.get("/v1/jobs"), 401, "unauthorized")
    assert doors.stranger().delete("/v1/session").status_code == 204


def test_whoever_logs_in_again_leaves_no_session_behind(doors: Doors) -> None:
    _, one = doors.key("acme")
    _, other = doors.key("other")
    browser, _ = log_in(doors, one.text)
    left = browser.get_cookie(COOKIE)
    assert left is not None
    problem(browser.post("/v1/session", headers={"Authorization": "Bearer x"}), 401, "invalid-token")
    assert browser.get("/v1/session").json["tenant"] == "acme", "who is not let in stays who they were"
    assert browser.post("/v1/session", headers={"Authorization": f"Bearer {other.text}"}).json["tenant"] == "other"
    assert browser.get("/v1/session").json["tenant"] == "other"
    finder = doors.stranger()
    finder.set_cookie(COOKIE, left.value)
    problem(finder.get("/v1/session"), 401)


def test_whoever_logs_out_is_out_at_once_in_every_process(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gatekeeper, "BELIEVED_S", 5.0)
    one, other = (
        gatekeeper.Gatekeeper(doors.settings, doors.keys, doors.sessions, doors.link_sessions) for _ in range(2)
    )
    key, token = doors.key()
    cookie = one.log_in(f"Bearer {token.text}").cookie
    assert cookie is not None
    for process in (one, other):
        assert process.entry(None, cookie).caller.key_id == key.id
    one.log_out(cookie)
    for process in (one, other):
        with pytest.raises(gatekeeper.Unauthenticated):
            process.entry(None, cookie)
    # Nor does it end a second time as anybody's.
    assert other.log_out(cookie) is None


def test_a_session_ends_with_its_key(doors: Doors) -> None:
    key, token = doors.key()
    browser, _ = log_in(doors, token.text)
    doors.keys.revoke("acme", key.id)
    assert problem(browser.get("/v1/jobs"), 401, "unauthorized")


def test_a_session_ends_with_the_text_of_the_key_that_was_shown(doors: Doors) -> None:
    key, token = doors.key()
    browser, _ = log_in(doors, token.text)
    _, fresh = renew(doors.keys, TokenDigests([KEY_SECRET]), key, grace_s=60)
    assert browser.get("/v1/jobs").status_code == 200
    doors.ahead_ms += 60_000
    assert problem(browser.get("/v1/jobs"), 401, "unauthorized")
    assert log_in(doors, fresh.text)[0].get("/v1/jobs").status_code == 200


def test_a_session_ends_when_its_time_is_over(doors: Doors) -> None:
    browser, _ = log_in(doors, doors.key()[1].text)
    doors.ahead_ms += doors.settings.session_s * 1000 - 1000
    assert browser.get("/v1/jobs").status_code == 200
    doors.ahead_ms += 1000
    assert problem(browser.get("/v1/jobs"), 401, "unauthorized")


def test_of_many_sessions_of_one_key_the_oldest_makes_room(doors: Doors) -> None:
    _, token = doors.key()
    first, _ = log_in(doors, token.text)
    for _ in range(MAX_SESSIONS):
        doors.ahead_ms += 1
        last, _ = log_in(doors, token.text)
    assert problem(first.get("/v1/jobs"), 401)
    assert last.get("/v1/jobs").status_code == 200


def test_a_session_that_was_ended_takes_no_other_ones_place(doors: Doors) -> None:
    _, token = doors.key()
    first, _ = log_in(doors, token.text)
    for _ in range(MAX_SESSIONS):
        doors.ahead_ms += 1
        browser, told = log_in(doors, token.text)
        assert browser.delete("/v1/session", headers={"X-CSRF-Token": told["csrf_token"]}).status_code == 204
    assert first.get("/v1/jobs").status_code == 200


def test_redis_has_neither_the_key_nor_the_cookie(doors: Doors, redis_client: redis.Redis) -> None:
    _, token = doors.key()
    browser, told = log_in(doors, token.text)
    cookie = browser.get_cookie(COOKIE)
    assert cookie is not None
    assert told["csrf_token"] == csrf_token(cookie.value)
    kept = [name + bytes(repr(redis_client.hgetall(name)), "ascii") for name in redis_client.keys("kritiq:session:*")]
    assert len(kept) == 1
    for secret in (token.text, cookie.value, told["csrf_token"]):
        assert secret.encode() not in kept[0]
    assert 0 < redis_client.pttl(redis_client.keys(keys.SESSION("*"))[0]) <= doors.settings.session_s * 1000


@pytest.mark.parametrize("cookie", ["", "x", "ä" * 43, "A" * 43, "A" * 4000])
def test_what_is_no_session_opens_nothing(doors: Doors, cookie: str) -> None:
    doors.key()
    answer = doors.stranger().get("/v1/jobs", headers={"Cookie": f"{COOKIE}={cookie}"})
    assert problem(answer, 401, "unauthorized")


def test_a_cookie_in_the_place_of_a_key_opens_nothing(doors: Doors) -> None:
    browser, _ = log_in(doors, doors.key()[1].text)
    cookie = browser.get_cookie(COOKIE)
    assert cookie is not None
    assert browser.get("/v1/jobs").status_code == 200
    for shown in (f"session {cookie.value}", f"Bearer {cookie.value}"):
        assert problem(doors.stranger().get("/v1/jobs", headers={"Authorization": shown}), 401, "invalid-token")


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer krt_live_x"}])
def test_without_a_good_key_nobody_logs_in(doors: Doors, headers: dict[str, str]) -> None:
    doors.key()
    answer = doors.stranger().post("/v1/session", headers=headers)
    assert problem(answer, 401)
    assert "Set-Cookie" not in answer.headers
    assert problem(doors.stranger().get("/v1/session"), 401, "unauthorized")


def test_where_nobody_is_asked_for_a_key_a_page_is_told_so(doors: Doors) -> None:
    told = doors.stranger().get("/v1/session").get_json()
    assert told == {
        "tenant": "default", "key_id": None, "scopes": ["admin"], "restaurants": [],
        "priorities": ["high", "normal", "bulk"], "csrf_token": None,
        "expires_at": None,
    }  # fmt: skip


def test_for_seconds_a_process_believes_the_key_of_a_session_that_it_has_looked_up(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gatekeeper, "BELIEVED_S", 5.0)
    clock = Clock()
    keeper = gatekeeper.Gatekeeper(
        doors.settings, doors.keys, doors.sessions, doors.link_sessions, clock=lambda: clock() / 1000
    )
    key, token = doors.key()
    cookie = keeper.log_in(f"Bearer {token.text}").cookie
    assert keeper.entry(None, cookie).caller.key_id == key.id
    doors.keys.revoke("acme", key.id)
    assert keeper.entry(None, cookie).caller.key_id == key.id
    clock.advance(5000)
    with pytest.raises(gatekeeper.Unauthenticated):
        keeper.entry(None, cookie)
