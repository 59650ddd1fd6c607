"""Somebody who may do everything makes keys, sees what was used and who did what, and moves and deletes aliases."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from jobs.served import ModelState, ServedModel
from store.aliases import AliasStore
from store.jobs import RedisStore
from tests.browser.conftest import Page
from tests.browser.console.reading import go, press, text
from tests.support.factories import make_worker
from tests.support.processes import Api
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.integration, pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def admin(api: Api) -> str:
    """The text of a key that may do everything; the API asks for keys from now on."""
    key = str(api.http.post("/v1/keys", json={"scopes": ["admin"], "name": "admin"}).json()["key"])
    wait_for(lambda: api.http.get("/v1/jobs").status_code == 401, "keys are asked for")
    api.http.headers["Authorization"] = f"Bearer {key}"
    return key


@pytest.fixture
def open_signed_in(open_view: Callable[[str], Page], admin: str, page: Page) -> Iterator[Callable[[str], Page]]:
    """Opens a view of the console as who has that key."""
    page = open_view("/")
    page.type("input[type=password]", admin, Keys.ENTER)
    page.until(lambda: page.driver.find_elements(By.CSS_SELECTOR, "nav"))
    yield open_view
    page.driver.delete_all_cookies()


def keys(api: Api) -> dict[str, Any]:
    """All keys by their names, as the API tells them."""
    return {key["name"]: key for key in api.http.get("/v1/keys").json()["keys"]}


def made(api: Api, name: str) -> Any:
    return api.http.post("/v1/keys", json={"name": name, "scopes": ["jobs:read"]}).json()


def status(api: Api, key: str, path: str = "/v1/jobs") -> int:
    """What the API answers to who shows this key."""
    return api.http.get(path, headers={"Authorization": f"Bearer {key}"}).status_code


def press_of(page: Page, name: str, label: str) -> None:
    """Press a button in the row of that name, and the same one in the dialog that asks."""
    page.click(f"//tr[td[starts-with(., '{name}')]]//button[text()='{label}']", By.XPATH)
    press(page, label, within="dialog")


def test_a_key_is_made_for_what_was_chosen(open_signed_in: Callable[[str], Page], api: Api) -> None:
    page = open_signed_in("/keys")
    press(page, "Neuer Schlüssel")
    page.type("dialog [name=name]", "Kasse")
    for value in ("jobs:write", "webhooks:manage", "high"):
        page.click(f"dialog input[value='{value}']")
    page.type("dialog [name=restaurants]", "adler, krone")
    page.type("dialog [name=days]", "30")
    page.click("dialog [name=test]")
    press(page, "Anlegen", within="dialog")
    page.until(lambda: "krt_test_" in text(page, ".good code"))
    shown = text(page, ".good code")
    key = keys(api)["Kasse"]
    assert (key["scopes"], key["priorities"]) == (["jobs:read", "webhooks:manage"], ["normal", "bulk"])
    assert key["restaurants"] == ["adler", "krone"]
    life = datetime.fromisoformat(key["expires_at"]) - datetime.fromisoformat(key["created_at"])
    assert round(life / timedelta(days=1)) == 30
    assert [status(api, shown, path) for path in ("/v1/endpoints", "/v1/keys")] == [200, 403]
    page.until(lambda: "Kasse" in text(page, "tbody") and "Priorität" in text(page, "tbody"))


def test_whoever_s_session_ends_is_told_so_and_goes_on_where_they_were(
    open_signed_in: Callable[[str], Page], admin: str
) -> None:
    page = open_signed_in("/keys")
    page.until(lambda: "admin" in text(page, "table"))
    page.driver.delete_all_cookies()
    go(page, "/usage")
    page.until(lambda: "Ihre Sitzung ist zu Ende." in text(page))
    # Once it is drawn.
    page.until(lambda: page.driver.title == "Anmelden · Kritiq")
    page.until(lambda: page.run("return document.activeElement.type") == "password")
    page.driver.switch_to.active_element.send_keys(admin, Keys.ENTER)
    page.until(lambda: page.driver.title == "Verbrauch · Kritiq")
    assert page.driver.current_url.endswith("/console/usage")


def test_whoever_cannot_sign_out_is_told_so(open_signed_in: Callable[[str], Page]) -> None:
    page = open_signed_in("/keys")
    page.driver.execute_cdp_cmd("Network.enable", {})
    page.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*/v1/session"]})
    press(page, "Abmelden", ".side")
    page.until(lambda: "Kritiq ist nicht erreichbar." in text(page, ".side"))
    page.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
    press(page, "Abmelden", ".side")
    page.until(lambda: "Anmelden" in text(page, "h1"))


def test_a_rotated_key_has_a_new_text_and_the_old_one_is_good_for_a_day(
    open_signed_in: Callable[[str], Page], api: Api
) -> None:
    old = made(api, "rotated")["key"]
    page = open_signed_in("/keys")
    press_of(page, "rotated", "Erneuern")
    page.until(lambda: "krt_live_" in text(page, ".good code"))
    new = text(page, ".good code")
    assert new != old
    assert [status(api, key) for key in (new, old)] == [200, 200]


def test_a_revoked_key_opens_nothing_any_more(open_signed_in: Callable[[str], Page], api: Api) -> None:
    key = made(api, "revoked")["key"]
    assert status(api, key) == 200
    page = open_signed_in("/keys")
    press_of(page, "revoked", "Widerrufen")
    page.until(lambda: "widerrufen" in text(page, "tbody .pill"))
    assert keys(api)["revoked"]["revoked_at"]
    wait_for(lambda: status(api, key) == 401, "the key opens nothing any more")


def test_what_was_used_is_shown_by_month_and_kept_as_a_table(
    open_signed_in: Callable[[str], Page], api: Api, work: Callable[[], None], tmp_path: Path
) -> None:
    for words in ("Das Essen war gut. Gern wieder.", "Der Service war schlecht."):
        api.submit(words, restaurant="used")
    work()
    page = open_signed_in("/usage")
    page.until(lambda: "used" in text(page, "tbody"))
    told = api.http.get("/v1/usage").json()
    rows = [row for row in told["days"] if row["restaurant"] == "used"]
    assert [sum(row[name] for row in rows) for name in ("requests", "reviews", "sentences")] == [2, 2, 3]
    figures = text(page, "dl.figures")
    for name, label in (("reviews", "Bewertungen"), ("sentences", "Sätze")):
        assert f"{label} {sum(row[name] for row in told['days'])}" in figures
    month = told["month"]
    found = page.download(tmp_path, f"usage-{month}.csv", lambda: press(page, "CSV speichern"))
    table = list(csv.DictReader(io.StringIO(found.read_text(encoding="utf-8"))))
    assert [row["sentences"] for row in table if row["restaurant"] == "used"] == [str(row["sentences"]) for row in rows]
    before = f"{datetime.now(UTC).year - 1}-01"
    page = open_signed_in(f"/usage?month={before}")
    page.until(lambda: "In diesem Monat noch nichts" in text(page))


def test_the_audit_log_tells_who_did_what_and_leads_there(open_signed_in: Callable[[str], Page], api: Api) -> None:
    reader = made(api, "curious")
    endpoint_id = api.http.post("/v1/endpoints", json={"url": "http://127.0.0.1:9/hook"}).json()["id"]
    assert status(api, reader["key"], "/v1/endpoints") == 403
    refused, added = wait_for(lambda: entries(api, reader["id"], endpoint_id), "both are written")
    page = open_signed_in("/audit")
    page.until(lambda: endpoint_id in text(page, "tbody"))
    rows = page.run("return [...document.querySelectorAll('tbody tr')].map(each => each.innerText)")
    for entry, word in ((refused, "abgewiesen"), (added, "erledigt")):
        assert any(entry["action"] in row and entry["key_id"] in row and word in row for row in rows)
    page.click(endpoint_id, By.LINK_TEXT)
    page.until(lambda: endpoint_id in text(page, "h1"))


def entries(api: Api, key_id: str, endpoint_id: str) -> list[Any]:
    """What that key did, and what was done to that endpoint, as the API tells it; nothing before both are there."""
    told = api.http.get("/v1/audit").json()["entries"]
    refused = [each for each in told if each["key_id"] == key_id]
    added = [each for each in told if each["objects"].get("endpoint_id") == endpoint_id]
    return [*refused, *added] if refused and added else []


def test_a_rollout_is_ended_early_by_who_is_sure(
    open_signed_in: Callable[[str], Page], api: Api, store: RedisStore
) -> None:
    own, candidate = "fake/1", "fake/2"
    models = tuple(ServedModel(version=version, state=ModelState.LOADED) for version in (own, candidate))
    store.report_worker(make_worker(models=models), alive_ms=600_000)
    AliasStore(store.client).roll_out("default", candidate, own=own)
    page = open_signed_in("/models")
    page.until(lambda: "fake/2 wird für default eingeführt" in text(page))
    press(page, "Einführen")
    assert candidate in text(page, "dialog")
    press(page, "Einführen", within="dialog")
    page.until(lambda: "eingeführt" in text(page, ".pill"))
    (alias,) = [each for each in api.http.get("/v1/models").json()["aliases"] if each["alias"] == "default"]
    assert (alias["versions"], alias["rollout"]["state"]) == ({candidate: 100}, "promoted")


def test_an_alias_is_deleted_as_it_was_shown_and_not_once_somebody_has_moved_it(
    open_signed_in: Callable[[str], Page], store: RedisStore
) -> None:
    models = tuple(ServedModel(version=f"fake/{number}", state=ModelState.LOADED) for number in (1, 2))
    store.report_worker(make_worker(models=models), alive_ms=600_000)
    aliases, row = AliasStore(store.client), "//tr[th[text()='candidate']]"
    made = aliases.move("candidate", {"fake/1": 100}, revision=0)
    page = open_signed_in("/models")
    page.until(lambda: "candidate fake/1" in text(page, "table"))
    page.click(f"{row}//button[text()='Löschen']", By.XPATH)
    assert "die candidate nennen" in text(page, "dialog")
    aliases.move("candidate", {"fake/2": 100}, revision=made.revision)
    page.until(lambda: "candidate fake/2" in text(page, "table"))
    press(page, "Löschen", within="dialog")
    page.until(lambda: "Jemand hat diesen Alias inzwischen verschoben" in text(page, "dialog"))
    assert aliases.all()["candidate"].versions == {"fake/2": 100}
    press(page, "Zurück", within="dialog")
    page.click(f"{row}//button[text()='Löschen']", By.XPATH)
    press(page, "Löschen", within="dialog")
    page.until(lambda: not page.driver.find_elements(By.XPATH, row))
    assert "candidate" not in aliases.all()
