"""Somebody follows jobs as they come, finds them, and does something with them."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from jobs.attempt import holder_of
from store.jobs import RedisStore
from tests.browser.conftest import Page
from tests.browser.console.judging import RESULT, TEXT, judged
from tests.browser.console.reading import press, text, violations
from tests.support.factories import claim, failed, succeeded
from tests.support.processes import Api

pytestmark = [pytest.mark.integration, pytest.mark.browser]


def test_new_jobs_appear_by_themselves_and_a_selection_is_deleted(
    open_view: Callable[[str], Page], api: Api, store: RedisStore
) -> None:
    page = open_view("/jobs")
    page.until(lambda: "Hier ist noch kein Job" in text(page))
    first, second = judged(api, store), judged(api, store)
    page.until(lambda: first in text(page) and second in text(page))
    assert page.same_document
    page.click(f"input[aria-label='{first} auswählen']")
    press(page, "Löschen")
    press(page, "Löschen", within="dialog")
    page.until(lambda: first not in text(page, "table"))
    assert second in text(page, "table")
    # The list is told of it, maybe before the answer to what was pressed is there.
    page.until(lambda: "Für 1 erledigt." in text(page))


def test_filters_that_no_job_matches_are_told_from_no_job_at_all(
    open_view: Callable[[str], Page], api: Api, store: RedisStore
) -> None:
    judged(api, store)
    page = open_view("/jobs?status=failed")
    page.until(lambda: "Kein Job passt zu diesen Filtern" in text(page))
    assert "noch kein Job" not in text(page)
    page.click("Zurücksetzen", by=By.LINK_TEXT)
    page.until(lambda: page.driver.find_elements(By.CSS_SELECTOR, "tbody tr"))


def test_a_time_in_the_address_that_is_none_is_told_and_is_no_fault_of_the_page(
    open_view: Callable[[str], Page], api: Api
) -> None:
    page = open_view("/jobs?since=gestern")
    page.until(lambda: "?since" in text(page))
    assert "hat einen Fehler" not in text(page)


def test_jobs_are_found_by_the_model_and_by_the_error(
    open_view: Callable[[str], Page], api: Api, store: RedisStore
) -> None:
    good, bad = api.submit(TEXT), api.submit(TEXT)
    taken = {each.id: each for each in claim(store)}
    store.complete(
        [succeeded(taken[good], RESULT), replace(failed(taken[bad]), model={"name": "other", "version": "2"})]
    )
    page = open_view("/jobs")
    page.until(lambda: good in text(page, "tbody") and bad in text(page, "tbody"))
    # By what a row says, and by what is typed.
    page.click("prediction_failed", by=By.LINK_TEXT)
    page.until(lambda: good not in text(page, "tbody") and bad in text(page, "tbody"))
    page.type("[placeholder=worker_lost]", Keys.CONTROL + "a", Keys.BACKSPACE, Keys.ENTER)
    page.until(lambda: good in text(page, "tbody"))
    page.type("[placeholder='kritiq-mini/1']", "fake", Keys.ENTER)
    page.until(lambda: good in text(page, "tbody") and bad not in text(page, "tbody"))
    assert page.driver.current_url.endswith("?model=fake")


def test_a_job_is_followed_to_its_end_without_reloading(
    open_view: Callable[[str], Page], api: Api, store: RedisStore
) -> None:
    job_id = api.submit(TEXT, restaurant="adler")
    page = open_view(f"/jobs/{job_id}")
    page.until(lambda: "wartet" in text(page))
    store.complete([failed(taken) for taken in claim(store)])
    page.until(lambda: "The model failed on this text." in text(page))
    assert page.same_document
    press(page, "Wiederholen")
    page.until(lambda: job_id not in text(page, "h1"))
    # It says which one it repeats.
    page.until(lambda: job_id in text(page, "dd"))


def test_a_job_tells_what_became_of_each_attempt(open_view: Callable[[str], Page], api: Api, store: RedisStore) -> None:
    job_id, holder = api.submit(TEXT), holder_of("worker@cellar", "0a1b", "single")
    page = open_view(f"/jobs/{job_id}")
    store.release([held.tag for held in claim(store, holder=holder)])
    page.until(lambda: "Versuch 1 begann · worker@cellar" in text(page, ".course"))
    assert "Von seinem Worker zurückgegeben" in text(page, ".course")
    store.complete([failed(held) for held in claim(store, holder=holder)])
    page.until(lambda: "fehlgeschlagen" in text(page, ".course"))
    page.until(lambda: "(Versuch 2) · worker@cellar" in text(page, ".course"))
    assert violations(page) == []
