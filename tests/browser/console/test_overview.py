"""Somebody looks whether all is well, also while Redis is away."""

import signal
from collections.abc import Callable

import pytest
from selenium.webdriver.common.by import By

from jobs.served import ModelState, ServedModel
from store.jobs import RedisStore
from tests.browser.conftest import Page
from tests.browser.console.judging import TEXT, loaded
from tests.browser.console.reading import text
from tests.support.factories import make_worker
from tests.support.processes import Api
from tests.support.redis_server import RedisServer

pytestmark = [pytest.mark.integration, pytest.mark.browser]


def test_the_overview_shows_how_busy_each_worker_is(open_view: Callable[[str], Page], store: RedisStore) -> None:
    for name, busy, batch in (("worker@cellar", 0.25, 31.5), ("worker@attic", None, None)):
        served = (ServedModel(version="fake/1", state=ModelState.LOADED),)
        info = make_worker(name, busy=busy, batch_sentences=batch, models=served)
        store.report_worker(info, alive_ms=600_000)
    page = open_view("/")
    page.until(lambda: "worker@cellar fake 1 cpu 31,5 25 %" in text(page, "table"))
    assert "worker@attic fake 1 cpu – –" in text(page, "table")


def test_without_an_answer_nothing_is_said_to_be_well(
    open_view: Callable[[str], Page], server: RedisServer, api: Api, store: RedisStore
) -> None:
    page = open_view("/")
    page.until(lambda: "Braucht Aufmerksamkeit Kein Worker läuft." in text(page))
    assert "Alles läuft" not in text(page)
    loaded(store)
    page = open_view("/")
    page.until(lambda: "Alles läuft" in text(page))
    server.stop(signal.SIGKILL)
    page.until(lambda: page.driver.find_elements(By.CSS_SELECTOR, ".lost"))
    # There and back, without the answers that the view had.
    for place in ("Modelle", "Überblick"):
        page.click(place, By.LINK_TEXT)
        page.until(lambda place=place: place in text(page, "h1"))
    page.until(lambda: "nicht antworten" in text(page))
    assert "Alles läuft" not in text(page)


def test_without_redis_it_says_so_and_comes_back(
    open_view: Callable[[str], Page], server: RedisServer, api: Api, store: RedisStore
) -> None:
    page = open_view("/jobs")
    page.until(lambda: "Hier ist noch kein Job" in text(page))
    server.stop(signal.SIGKILL)
    page.until(lambda: "Kritiq ist gerade nicht erreichbar" in text(page, "[role=alert]"))
    server.start()
    page.until(lambda: not page.driver.find_elements(By.CSS_SELECTOR, ".lost"))
    job_id = api.submit(TEXT)
    page.until(lambda: job_id in text(page))
    assert page.same_document
