"""Who may come in: which keys open what, and what those hear that may not."""

import logging
from typing import Any

import pytest
import redis
from flask.testing import FlaskClient
from pydantic import SecretStr
from redis.backoff import NoBackoff
from redis.retry import Retry

from access.digests import open_digests
from access.scope import Scope
from access.token import checksum
from api.http import gatekeeper
from api.http.gate import demand_keys_beyond_loopback
from api.http.gatekeeper import Gatekeeper
from jobs.errors import SettingsError, Unavailable
from store import keys
from store.api_keys import renew
from tests.support.clock import Clock
from tests.support.factories import REVIEW, make_settings
from tests.support.http import problem
from tests.support.keys import Doors, gatekeeper_of

CHALLENGE = 'Bearer realm="kritiq"'


@pytest.fixture
def doors(redis_client: redis.Redis) -> Doors:
    return Doors(redis_client)


def refused(client: FlaskClient, path: str = "/v1/queue", **headers: str) -> dict[str, Any]:
    """What a request without a good key hears."""
    answer = client.get(path, headers=headers)
    body = problem(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith(CHALLENGE)
    return body


def test_on_loopback_nobody_is_asked_for_a_key_while_there_is_none(doors: Doors) -> None:
    assert doors.stranger().post("/v1/jobs", json={"text": REVIEW}).status_code == 202
    assert doors.stranger().get("/v1/jobs").json["jobs"]  # type: ignore[index]


def test_once_there_is_a_key_everybody_needs_one(doors: Doors) -> None:
    client = doors.client()
    assert client.get("/v1/queue").status_code == 200
    assert refused(doors.stranger())["code"] == "unauthorized"


def test_the_first_key_closes_the_door_within_seconds(redis_client: redis.Redis) -> None:
    doors, clock = Doors(redis_client), Clock()
    keeper = Gatekeeper(doors.settings, doors.keys, doors.sessions, doors.link_sessions, clock=lambda: clock() / 1000)
    assert keeper.caller(None).tenant == "default"
    made, token = doors.key()
    clock.advance(round(gatekeeper.BELIEVED_S * 1000))
    with pytest.raises(gatekeeper.Unauthenticated):
        keeper.caller(None)
    assert keeper.caller(f"Bearer {token.text}").key_id == made.id
    redis_client.flushall()
    with pytest.raises(gatekeeper.Unauthenticated):
        keeper.caller(None)


@pytest.mark.parametrize("settings", [{"auth": "on"}, {"host": "0.0.0.0"}])
def test_where_keys_are_demanded_nobody_comes_in_without_one(redis_client: redis.Redis, settings: Any) -> None:
    assert refused(Doors(redis_client, **settings).stranger())["code"] == "unauthorized"


def test_who_says_off_asks_nobody(redis_client: redis.Redis) -> None:
    doors = Doors(redis_client, auth="off")
    doors.key()
    assert doors.stranger().get("/v1/queue").status_code == 200
    assert doors.showing("whatever").get("/v1/queue").status_code == 200


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/docs", "/openapi.json", "/", "/docs/problems"])
def test_health_and_documentation_are_open(doors: Doors, path: str) -> None:
    doors.key()
    assert doors.stranger().get(path).status_code in (200, 302, 503)


def test_what_is_no_key_opens_nothing(doors: Doors, caplog: pytest.LogCaptureFixture) -> None:
    _, token = doors.key()
    text = token.text
    other = text[:-7] + ("A" if text[-7] != "A" else "B")
    for wrong in (
        f"Bearer {text[:-1]}", f"Bearer {other}{checksum(other)}", f"Basic {text}", text, "Bearer", "Bearer ",
        f"Bearer {text} {text}", f"Bearer krt_live_{'0' * 44}{checksum('krt_live_' + '0' * 44)}", "Bearer ä",
    ):  # fmt: skip
        assert refused(doors.stranger(), Authorization=wrong)["code"] == "invalid-token", wrong
    answer = doors.stranger().get("/v1/queue", headers={"Authorization": "Bearer x"})
    assert answer.headers["WWW-Authenticate"] == f'{CHALLENGE}, error="invalid_token"'
    assert text not in caplog.text
    assert other not in caplog.text


@pytest.mark.parametrize("name", ["api_key", "key", "token", "access_token", "authorization"])
def test_a_key_in_the_url_is_none(doors: Doors, name: str) -> None:
    _, token = doors.key()
    refused(doors.stranger(), f"/v1/queue?{name}={token.text}")


def test_the_word_bearer_is_read_in_any_case(doors: Doors) -> None:
    _, token = doors.key()
    answer = doors.stranger().get("/v1/queue", headers={"Authorization": f"bearer  {token.text}"})
    assert answer.status_code == 200


def test_a_missing_scope_is_named(doors: Doors) -> None:
    answer = doors.client("acme", Scope.JOBS_READ).post("/v1/jobs", json={"text": REVIEW})
    assert problem(answer, 403, "insufficient-scope")["detail"] == "The API key lacks the scope jobs:write."
    assert answer.headers["WWW-Authenticate"] == f'{CHALLENGE}, error="insufficient_scope", scope="jobs:write"'


def test_a_revoked_key_is_none_within_seconds(doors: Doors) -> None:
    clock = Clock()
    keeper = Gatekeeper(doors.settings, doors.keys, doors.sessions, doors.link_sessions, clock=lambda: clock() / 1000)
    made, token = doors.key()
    assert keeper.caller(f"Bearer {token.text}").tenant == "acme"
    doors.keys.revoke("acme", made.id)
    clock.advance(round(gatekeeper.BELIEVED_S * 1000))
    with pytest.raises(gatekeeper.InvalidToken):
        keeper.caller(f"Bearer {token.text}")


def test_a_key_ends_to_the_millisecond_though_it_is_remembered(doors: Doors) -> None:
    clock = Clock()
    keeper = Gatekeeper(doors.settings, doors.keys, doors.sessions, doors.link_sessions, clock=lambda: clock() / 1000)
    _, token = doors.key(expires_at=doors.keys.now_ms() + 2000)
    keeper.caller(f"Bearer {token.text}")
    clock.advance(2001)
    doors.ahead_ms += 2001
    with pytest.raises(gatekeeper.InvalidToken):
        keeper.caller(f"Bearer {token.text}")


def test_a_fresh_token_is_good_at_once_and_the_old_one_for_its_time_of_grace(doors: Doors) -> None:
    clock = Clock()
    keeper = Gatekeeper(doors.settings, doors.keys, doors.sessions, doors.link_sessions, clock=lambda: clock() / 1000)
    made, old = doors.key()
    keeper.caller(f"Bearer {old.text}")
    _, new = renew(doors.keys, open_digests(doors.settings), made, grace_s=20)
    for token in (new, old):
        assert keeper.caller(f"Bearer {token.text}").key_id == made.id
    clock.advance(20_001)
    doors.ahead_ms += 20_001
    assert keeper.caller(f"Bearer {new.text}").key_id == made.id
    with pytest.raises(gatekeeper.InvalidToken):
        keeper.caller(f"Bearer {old.text}")


def test_a_key_that_is_remembered_costs_redis_nothing(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = Gatekeeper(doors.settings, doors.keys, doors.sessions, doors.link_sessions)
    _, token = doors.key()
    keeper.caller(f"Bearer {token.text}")
    monkeypatch.setattr(doors.keys, "_redis", None)
    assert keeper.caller(f"Bearer {token.text}").tenant == "acme"


def test_only_so_many_keys_are_remembered(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gatekeeper, "MOST_BELIEVED", 2)
    keeper = Gatekeeper(doors.settings, doors.keys, doors.sessions, doors.link_sessions)
    for _ in range(5):
        keeper.caller(f"Bearer {doors.key()[1].text}")
        assert len(keeper._believed) <= 2


def test_the_use_of_a_key_is_noted(doors: Doors) -> None:
    made, token = doors.key()
    doors.showing(token.text).get("/v1/queue")
    used = doors.keys.get("acme", made.id).last_used_at
    assert used == pytest.approx(doors.keys.now_ms(), abs=10_000)


def test_a_key_that_is_no_good_is_not_used(doors: Doors) -> None:
    made, token = doors.key(expires_at=doors.keys.now_ms() - 1)
    refused(doors.showing(token.text))
    assert doors.keys.get("acme", made.id).last_used_at is None


def test_when_redis_is_away_nothing_falls_open() -> None:
    nowhere = redis.Redis(port=1, socket_connect_timeout=0.2, retry=Retry(NoBackoff(), 0))
    settings = make_settings(auth="auto", key_secret=SecretStr("k" * 32))
    keeper = gatekeeper_of(settings, nowhere)
    for header in (None, f"Bearer krt_live_{'0' * 44}{checksum('krt_live_' + '0' * 44)}"):
        with pytest.raises(Unavailable):
            keeper.caller(header)


def test_another_key_secret_is_noticed(doors: Doors, caplog: pytest.LogCaptureFixture) -> None:
    made, token = doors.key()
    keeper = Gatekeeper(
        make_settings(auth="on", key_secret=SecretStr("x" * 32)), doors.keys, doors.sessions, doors.link_sessions
    )
    with caplog.at_level(logging.WARNING), pytest.raises(gatekeeper.InvalidToken):
        keeper.caller(f"Bearer {token.text}")
    assert f"{made.id} was shown with a wrong secret, or made under another KRITIQ_KEY_SECRET" in caplog.text
    assert token.text not in caplog.text


def test_prometheus_may_have_a_token_of_its_own(redis_client: redis.Redis) -> None:
    doors = Doors(redis_client, metrics_token=SecretStr("m" * 20))
    assert doors.client("acme", Scope.ADMIN).get("/metrics").status_code == 200
    problem(doors.client().get("/metrics"), 403)
    refused(doors.stranger(), "/metrics")
    prometheus = doors.showing("m" * 20)
    assert prometheus.get("/metrics").status_code == 200
    refused(prometheus, "/v1/queue")
    refused(doors.showing("m" * 19), "/metrics")


def test_beyond_loopback_the_api_does_not_start_without_a_key(doors: Doors, redis_client: redis.Redis) -> None:
    def start(**settings: Any) -> None:
        demand_keys_beyond_loopback(make_settings(**{"key_secret": SecretStr("k" * 32)} | settings), doors.keys)

    start()
    with pytest.raises(SettingsError, match="only for an API on loopback"):
        start(host="0.0.0.0", auth="off")
    with pytest.raises(SettingsError, match="kritiq keys create --tenant"):
        start(host="0.0.0.0", auth="auto")
    doors.key()
    start(host="0.0.0.0", auth="auto")
    redis_client.delete(keys.TENANTS)
    with pytest.raises(SettingsError, match="No API key exists"):
        start(host="192.0.2.1", auth="on")


@pytest.mark.parametrize("secret", ["short", ",", "k" * 32 + ",short"])
def test_a_secret_with_which_no_key_can_be_checked_is_named_at_the_start(doors: Doors, secret: str) -> None:
    with pytest.raises(SettingsError, match=r"^KRITIQ_KEY_SECRET\b"):
        demand_keys_beyond_loopback(make_settings(key_secret=SecretStr(secret)), doors.keys)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.1.2.3", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("::", False)],
)
def test_which_addresses_are_loopback(host: str, loopback: bool) -> None:
    assert make_settings(host=host).on_loopback is loopback
