"""Somebody reads what guests say of a restaurant."""

from collections.abc import Callable

import pytest
from selenium.webdriver.common.by import By

from store.jobs import RedisStore
from tests.browser.conftest import Page
from tests.browser.console.judging import TEXT, judged
from tests.browser.console.reading import text
from tests.support.processes import Api

pytestmark = [pytest.mark.integration, pytest.mark.browser]


#: The chart as it stands there.
DRAWN = "return document.querySelector('.uplot canvas')?.toDataURL() ?? ''"


def test_a_restaurant_shows_what_guests_say(open_view: Callable[[str], Page], api: Api, store: RedisStore) -> None:
    judged(api, store)
    page = open_view("/restaurants")
    page.until(lambda: "adler" in text(page, "table"))
    page.click("adler", By.LINK_TEXT)
    page.until(lambda: "Stört am meisten" in text(page))
    page.until(lambda: "100 % positiv von 7" in text(page))
    page.until(lambda: page.driver.find_elements(By.CSS_SELECTOR, ".uplot canvas"))
    page.until(lambda: TEXT in text(page, ".sentences"))
    bright = page.run(DRAWN)
    page.click(".side-end option[value=dark]")
    page.until(lambda: page.run(DRAWN) not in ("", bright))
    page.run("localStorage.clear()")
