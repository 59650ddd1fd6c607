"""A dashboard that wants a name and a password shows nothing without; webhooks come in by their signature."""

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from examples.dashboard.app import create_app
from examples.dashboard.login import COOKIE
from examples.dashboard.settings import Settings, SettingsError, load_settings
from examples.dashboard.tries import MOST_OF_ADDRESS, MOST_OF_NAME, WINDOW_S, TooManyTries, Tries
from tests.unit.dashboard.factories import SECRET, job_event, signed

PERSON = {"name": "anna", "password": "geheim:ü"}
#: What browsers say of a form of this page, and of any other's.
OURS = {"Origin": "http://localhost"}
FOREIGN = [{}, {"Origin": "null"}, {"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}]
#: What a browser takes where it shows a page.
PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7"}


@pytest.fixture
def closed(tmp_path: Path) -> FlaskClient:
    return opened(tmp_path, "anna:geheim:ü")


def opened(folder: Path, login: str) -> FlaskClient:
    return create_app(Settings(db=folder / "dashboard.db", secret=SECRET, login=login)).test_client()


def shown(text: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(text.encode()).decode()}


def log_in(client: FlaskClient, path: str = "/login") -> str:
    """The cookie's line."""
    answer = client.post(path, data=PERSON, headers=OURS)
    assert answer.status_code == 303
    return answer.headers["Set-Cookie"]


@pytest.mark.parametrize("path", ["/", "/view.json", "/export.csv", "/events", "/compare", "/nothing"])
def test_nothing_is_shown_without_a_login(closed: FlaskClient, path: str) -> None:
    for headers in ({}, shown("anna:falsch"), shown("anna"), {"Authorization": "Bearer geheim"}):
        refused = closed.get(path, headers=headers)
        assert refused.status_code == 401
        assert "Content-Security-Policy" in refused.headers


def test_who_has_it_sees_the_page_and_kritiq_needs_none(closed: FlaskClient) -> None:
    body, headers = signed(job_event())
    assert closed.post("/webhooks/kritiq", data=body, headers=headers).status_code == 204
    assert closed.get("/livez").status_code == 200
    view = closed.get("/view.json", headers=shown("anna:geheim:ü")).get_json()
    assert len(view["reviews"]) == 1


def test_a_browser_is_led_to_the_login_and_on_to_where_it_wanted(closed: FlaskClient) -> None:
    led = closed.get("/compare?restaurant=adler", headers=PAGE)
    assert led.status_code == 303
    page = closed.get(led.location, headers=PAGE)
    assert page.status_code == 200
    assert 'type="password"' in page.text
    on = closed.post(led.location, data=PERSON, headers=OURS)
    assert (on.status_code, on.location) == (303, "/compare?restaurant=adler")
    assert closed.get(on.location, headers=PAGE).status_code == 200
    assert "Abmelden" in closed.get("/", headers=PAGE).text


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x", ""]
)
def test_the_login_leads_nowhere_else(closed: FlaskClient, elsewhere: str) -> None:
    answer = closed.post("/login", query_string={"next": elsewhere}, data=PERSON, headers=OURS)
    assert answer.location == "/"


def test_the_cookie_is_read_by_no_script_and_sent_by_no_other_site(closed: FlaskClient) -> None:
    cookie = log_in(closed)
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Strict", "Max-Age=604800"))
    assert "Secure" not in cookie
    answer = closed.post("/login", data=PERSON, headers=OURS | {"X-Forwarded-Proto": "https"})
    assert "Secure" in answer.headers["Set-Cookie"]
    assert not any(word in cookie for word in ("anna", "geheim"))


def test_a_wrong_password_and_another_sites_form_are_no_login(closed: FlaskClient) -> None:
    wrong = closed.post("/login", data=PERSON | {"password": "geheim"}, headers=OURS)
    assert (wrong.status_code, "Set-Cookie" in wrong.headers) == (401, False)
    assert "stimmt nicht" in wrong.text
    for headers in FOREIGN:
        answer = closed.post("/login", data=PERSON, headers=headers)
        assert (answer.status_code, "Set-Cookie" in answer.headers) == (403, False)
    log_in(closed)
    for headers in FOREIGN:
        assert closed.post("/logout", headers=headers).status_code == 403
    assert closed.get("/view.json").status_code == 200


def test_who_logs_out_or_has_a_cookie_of_another_making_is_out(closed: FlaskClient, tmp_path: Path) -> None:
    log_in(closed)
    kept = closed.get_cookie(COOKIE)
    assert kept is not None
    assert closed.post("/logout", headers=OURS).status_code == 303
    assert closed.get("/view.json").status_code == 401
    for value in ("in", "", kept.value[:-1], URLSafeTimedSerializer("another").dumps("in")):
        closed.set_cookie(COOKIE, value)
        assert closed.get("/view.json").status_code == 401
    closed.set_cookie(COOKIE, kept.value)
    assert closed.get("/view.json").status_code == 200
    again, other = opened(tmp_path, "anna:geheim:ü"), opened(tmp_path, "anna:geheimer")
    for client, status in ((again, 200), (other, 401)):
        client.set_cookie(COOKIE, kept.value)
        assert client.get("/view.json").status_code == status, "it outlives a restart, and no other password"


def test_a_login_is_over_after_a_week(closed: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    log_in(closed)
    monkeypatch.setattr("examples.dashboard.login.DAYS", -1)
    assert closed.get("/view.json").status_code == 401


class Clock:
    """Seconds that pass when a test says so."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def tried(client: FlaskClient, password: str = "geheim:ü", *, name: str = "anna", **options: Any) -> TestResponse:
    """A try in the login page."""
    headers = OURS | options.pop("headers", {})
    return client.post("/login", data={"name": name, "password": password}, headers=headers, **options)


def from_address(address: str) -> dict[str, Any]:
    return {"environ_base": {"REMOTE_ADDR": address}}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def guarded(tmp_path: Path, clock: Clock) -> FlaskClient:
    settings = Settings(db=tmp_path / "dashboard.db", secret=SECRET, login="anna:geheim:ü")
    return create_app(settings, clock).test_client()


def test_after_ten_wrong_tries_an_address_waits_as_long_as_it_is_told_to(guarded: FlaskClient, clock: Clock) -> None:
    for _ in range(MOST_OF_ADDRESS):
        assert tried(guarded, "falsch").status_code == 401
        clock.now += 7
    refused = tried(guarded)
    assert (refused.status_code, "Set-Cookie" in refused.headers) == (429, False), "a right one is not looked at either"
    assert "Zu viele falsche Versuche. Der nächste wird in 9 min angesehen." in refused.text
    wait_s = int(refused.headers["Retry-After"])
    assert wait_s == WINDOW_S - 7 * MOST_OF_ADDRESS
    clock.now += wait_s - 1
    assert tried(guarded).status_code == 429
    clock.now += 1
    assert tried(guarded, "falsch").status_code == 401, "one has left the window, and one comes into it"
    assert tried(guarded).headers["Retry-After"] == "7"
    clock.now += 7
    assert tried(guarded).status_code == 303, "what was not looked at does not count"


def test_who_is_in_stays_in_and_others_come_in_from_elsewhere(guarded: FlaskClient) -> None:
    log_in(guarded)
    for _ in range(MOST_OF_ADDRESS):
        tried(guarded, "falsch")
    assert tried(guarded).status_code == 429
    assert guarded.get("/view.json").status_code == 200
    guarded.delete_cookie(COOKIE)
    assert tried(guarded, **from_address("192.0.2.7")).status_code == 303


def test_programs_that_show_a_wrong_login_are_counted_with_the_page(guarded: FlaskClient) -> None:
    for n in range(MOST_OF_ADDRESS):
        assert guarded.get("/view.json").status_code == 401, "who shows nothing has tried nothing"
        guess = shown(f"anna:falsch{n}")
        assert guarded.get("/view.json", headers=guess).status_code == 401
    for path in ("/view.json", "/"):
        refused = guarded.get(path, headers=shown("anna:geheim:ü"))
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "600")
        assert refused.content_type == "application/problem+json"
    assert tried(guarded).status_code == 429
    body, headers = signed(job_event())
    assert guarded.post("/webhooks/kritiq", data=body, headers=headers).status_code == 204


@pytest.mark.parametrize("name", ["anna", "berta"])
def test_a_name_is_tried_from_many_addresses_only_so_often_whether_there_is_such_a_one_or_not(
    guarded: FlaskClient, name: str
) -> None:
    answers = [tried(guarded, "falsch", name=name, **from_address(f"192.0.2.{n}")) for n in range(MOST_OF_NAME)]
    # Whichever colon ends the name: it is the same one.
    answers.append(tried(guarded, "ü", name=f"{name}:geheim", **from_address("198.51.100.1")))
    assert [answer.status_code for answer in answers] == [401] * MOST_OF_NAME + [429]
    assert tried(guarded, "falsch", name="carla", **from_address("198.51.100.1")).status_code == 401


def test_of_ipv6_a_network_is_one_address(guarded: FlaskClient) -> None:
    for n in range(MOST_OF_ADDRESS):
        assert tried(guarded, "falsch", **from_address(f"2001:db8::{n:x}")).status_code == 401
    assert tried(guarded, **from_address("2001:db8::ffff:1")).status_code == 429
    assert tried(guarded, **from_address("2001:db8:0:1::1")).status_code == 303


def test_behind_proxies_the_address_is_what_the_first_of_ours_saw(tmp_path: Path) -> None:
    settings = Settings(db=tmp_path / "dashboard.db", secret=SECRET, login="anna:geheim:ü", proxies=1)
    client = create_app(settings).test_client()
    for n in range(MOST_OF_ADDRESS):
        forged = {"X-Forwarded-For": f"203.0.113.{n}, 192.0.2.7"}
        assert tried(client, "falsch", headers=forged).status_code == 401
    assert tried(client, headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 429
    assert tried(client, headers={"X-Forwarded-For": "192.0.2.8"}).status_code == 303
    assert tried(client).status_code == 303, "who comes past the proxy is who is connected"
    with pytest.raises(SettingsError, match="PROXIES='9'"):
        load_settings({"KRITIQ_DASHBOARD_PROXIES": "9"})
    assert load_settings({"KRITIQ_DASHBOARD_PROXIES": "2"}).proxies == 2


def test_no_more_is_remembered_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("examples.dashboard.tries.MOST_KEPT", 20)
    clock = Clock()
    tries = Tries(clock)
    for n in range(200):
        tries.look(f"address {n}", f"name {n}", lambda: False)
        assert len(tries._wrong) <= 22
    clock.now += WINDOW_S
    assert tries.look("address", "name", lambda: True)
    assert not tries._wrong


@given(st.lists(st.tuples(st.integers(0, 300), st.booleans()), max_size=60))
def test_within_any_ten_minutes_no_more_tries_are_looked_at_than_may_be(steps: list[tuple[int, bool]]) -> None:
    clock, looked = Clock(), list[float]()
    tries = Tries(clock)

    def wrong() -> bool:
        looked.append(clock.now)
        return False

    for pause, patient in steps:
        clock.now += pause
        try:
            tries.look("192.0.2.7", "anna", wrong)
        except TooManyTries as error:
            if patient:
                clock.now += error.wait_s
                # As soon as it was told to it is looked at.
                tries.look("192.0.2.7", "anna", wrong)
    for at in looked:
        assert sum(at - WINDOW_S < other <= at for other in looked) <= MOST_OF_ADDRESS


def test_a_login_comes_from_a_file_too_and_is_never_repeated(tmp_path: Path) -> None:
    (tmp_path / "login").write_text("anna:geheim\n")
    settings = load_settings({"KRITIQ_DASHBOARD_LOGIN_FILE": str(tmp_path / "login")})
    assert settings.login == "anna:geheim"
    assert "geheim" not in repr(settings)
    with pytest.raises(SettingsError, match="name:password") as told:
        load_settings({"KRITIQ_DASHBOARD_LOGIN": "geheim"})
    assert "geheim" not in str(told.value)
    with pytest.raises(SettingsError, match="LOGIN_FILE"):
        load_settings({"KRITIQ_DASHBOARD_LOGIN_FILE": str(tmp_path / "none")})
    (tmp_path / "login").write_bytes("anna:gehäm".encode("latin-1"))
    with pytest.raises(SettingsError, match=r"LOGIN_FILE.*UTF-8") as told:
        load_settings({"KRITIQ_DASHBOARD_LOGIN_FILE": str(tmp_path / "login")})
    assert "geh" not in str(told.value)
