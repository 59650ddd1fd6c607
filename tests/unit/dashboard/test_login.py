"""A dashboard that wants a name and a password shows nothing without; webhooks come in by their signature."""

from base64 import b64encode
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from examples.dashboard.app import create_app
from examples.dashboard.login import COOKIE
from examples.dashboard.settings import Settings, SettingsError, load_settings
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
    said = log_in(closed)
    assert all(word in said for word in ("HttpOnly", "SameSite=Strict", "Max-Age=604800"))
    assert "Secure" not in said
    answer = closed.post("/login", data=PERSON, headers=OURS | {"X-Forwarded-Proto": "https"})
    assert "Secure" in answer.headers["Set-Cookie"]
    assert not any(word in said for word in ("anna", "geheim"))


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
