"""Somebody tries a review, and says what is wrong with how it was judged."""

import subprocess
import sys
from collections.abc import Callable

import pytest
from selenium.webdriver.common.by import By

from jobs.feedback import FeedbackFilter
from store.feedback import FeedbackStore
from store.jobs import RedisStore
from tests.browser.conftest import Page
from tests.browser.console.judging import RESULT, TEXT, judged, tell_answers
from tests.browser.console.reading import press, text, violations
from tests.support.factories import claim, succeeded
from tests.support.processes import Api

pytestmark = [pytest.mark.integration, pytest.mark.browser]


def test_a_review_is_tried_and_shown_with_its_aspects(open_view: Callable[[str], Page], store: RedisStore) -> None:
    page = open_view("/try")
    page.type("[name=text]", TEXT)
    press(page, "Auswerten")
    # What asks for evidence waits behind single reviews that do not.
    page.until(lambda: store.backlog().waiting_jobs["long"])
    (taken,) = claim(store)
    assert taken.request.evidence
    store.complete([succeeded(taken, RESULT)])
    page.until(lambda: "Essen positiv" in text(page, ".sentences"))
    assert "Service negativ 55" in text(page, ".sentences")
    assert page.driver.find_elements(By.CSS_SELECTOR, ".pill.unsure[data-tone=negative]")
    assert "Insgesamt gemischt 55" in text(page)
    assert text(page, "mark[data-tone=positive]") == "super"
    assert "curl -s http://127.0.0.1" in text(page, "pre")
    tell_answers(store)
    press(page, "Das stimmt nicht")
    page.until(lambda: "nicht erwähnt" in text(page, "dialog select[name=food]"))
    page.select("dialog select[name=food]", "nicht erwähnt")
    press(page, "Berichtigen", within="dialog")
    page.until(lambda: "berichtigt: Essen nicht erwähnt" in text(page, ".sentences"))


def test_what_is_wrong_is_corrected_and_marked(open_view: Callable[[str], Page], api: Api, store: RedisStore) -> None:
    tell_answers(store)
    job_id = judged(api, store)
    page = open_view(f"/jobs/{job_id}")
    press(page, "Das stimmt nicht")
    # What the model may say is offered, and not what others do.
    page.until(lambda: page.driver.find_elements(By.CSS_SELECTOR, "dialog[open] select[name=parking]"))
    assert violations(page) == []
    page.select("dialog select[name=service]", "neutral")
    press(page, "Berichtigen", within="dialog")
    page.until(lambda: "berichtigt: Service neutral" in text(page, ".sentences"))
    page.until(lambda: not page.driver.find_elements(By.TAG_NAME, "dialog"))
    (said,) = FeedbackStore(store.client).page("default", FeedbackFilter(), size=9).found
    assert [(each.aspect, each.polarity) for each in said.corrections] == [("service", "neutral")]
    page = open_view(f"/jobs/{job_id}")
    page.until(lambda: "berichtigt: Service neutral" in text(page, ".sentences"))
    assert violations(page) == []


def test_the_code_that_is_shown_runs(open_view: Callable[[str], Page], api: Api, store: RedisStore) -> None:
    page = open_view("/try")
    page.type("[name=text]", 'Nicht "schlecht"\nund warm.')
    press(page, "Python")
    code = page.run("return document.querySelector('pre code').textContent")
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as program:
        page.until(lambda: store.backlog().waiting_jobs["long"])
        store.complete([succeeded(taken, RESULT) for taken in claim(store)])
        assert program.communicate(timeout=20)[0].startswith("(Sentence(")
    assert program.returncode == 0
