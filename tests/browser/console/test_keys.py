"""Somebody signs in with a key that may do something, and makes keys."""

from collections.abc import Callable
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from store.jobs import RedisStore
from tests.browser.conftest import Page
from tests.browser.console.judging import judged
from tests.browser.console.reading import press, settled, text
from tests.support.processes import Api
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.integration, pytest.mark.browser]


def test_the_console_asks_for_nothing_that_a_key_may_not(
    open_view: Callable[[str], Page], api: Api, store: RedisStore
) -> None:
    """Each refusal stands in the audit log, and the console asks again by itself."""
    job_id = judged(api, store)
    admin, reader, sender = (made_key(api, *scopes) for scopes in (["admin"], ["jobs:read"], ["webhooks:manage"]))
    waiter = made_key(api, "jobs:read", "models:manage", restaurants=["adler"])
    wait_for(lambda: api.http.get("/v1/jobs").status_code == 401, "keys are asked for")
    page = open_view("/")
    signed_in(page, reader["key"])
    page.until(lambda: "Braucht Aufmerksamkeit" in text(page) or "Needs attention" in text(page))
    for path in ("/", f"/jobs/{job_id}"):
        settled(open_view(path))
    page.driver.delete_all_cookies()
    page = open_view("/")
    signed_in(page, sender["key"])
    page.until(lambda: page.run("return location.pathname") == "/console/webhooks")
    settled(page)
    page.driver.delete_all_cookies()
    page = open_view("/")
    signed_in(page, waiter["key"])
    page.until(lambda: "Braucht Aufmerksamkeit" in text(page) or "Needs attention" in text(page))
    for path in ("/", "/models"):
        settled(open_view(path))
    page.driver.delete_all_cookies()
    entries = api.http.get("/v1/audit", headers={"Authorization": f"Bearer {admin['key']}"}).json()["entries"]
    assert [entry for entry in entries if entry["outcome"] == "refused" and entry["key_id"]] == []


def made_key(api: Api, *scopes: str, **more: Any) -> Any:
    """A new key, as `POST /v1/keys` answers it while none is asked for."""
    return api.http.post("/v1/keys", json={"scopes": scopes, **more}).json()


def signed_in(page: Page, key: str) -> None:
    """Sign in where a key is asked for."""
    page.until(lambda: page.driver.find_elements(By.CSS_SELECTOR, "input[type=password]"))
    page.type("input[type=password]", key, Keys.ENTER)
    page.until(lambda: page.driver.find_elements(By.CSS_SELECTOR, "nav"))


def test_a_key_is_made_shown_once_and_asked_for_from_then_on(open_view: Callable[[str], Page]) -> None:
    page = open_view("/keys")
    press(page, "Neuer Schlüssel")
    page.click("dialog input[value=admin]")
    press(page, "Anlegen", within="dialog")
    page.until(lambda: "krt_live_" in text(page, ".good"))
    key = page.read(".good code")
    page.until(lambda: page.driver.find_elements(By.CSS_SELECTOR, "input[type=password]") or _reloaded(page))
    page.type("input[type=password]", key, Keys.ENTER)
    page.until(lambda: "Organisation default" in text(page, ".side-end"))
    page.until(lambda: "API-Schlüssel" in text(page, "h1"))
    page.driver.delete_all_cookies()


def _reloaded(page: Page) -> bool:
    """The API asks for keys some seconds after the first one was made."""
    page.driver.refresh()
    return False
