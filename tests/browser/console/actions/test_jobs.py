"""Somebody cancels, retries and deletes jobs, one and many."""

from collections.abc import Callable
from typing import Any

import pytest
from selenium.webdriver.common.by import By

from jobs.job import new_id
from store.jobs import RedisStore
from tests.browser.conftest import Page
from tests.browser.console.actions.conftest import POISON
from tests.browser.console.reading import press, text
from tests.support.factories import create
from tests.support.processes import Api

pytestmark = [pytest.mark.integration, pytest.mark.browser, pytest.mark.timeout(300)]


def of(api: Api, restaurant: str) -> list[dict[str, Any]]:
    """Its jobs, newest first, as the API tells them."""
    found: list[dict[str, Any]] = api.http.get("/v1/jobs", params={"restaurant": restaurant}).json()["jobs"]
    return found


def choose(page: Page, *job_ids: str) -> None:
    for job_id in job_ids:
        page.click(f"input[aria-label='{job_id} auswählen']")
    page.until(lambda: f"{len(job_ids)} ausgewählt" in text(page, "[role=status]"))


def sure(page: Page, label: str) -> None:
    """Press a button, and the same one in the dialog that asks."""
    press(page, label)
    press(page, label, within="dialog")


def test_a_waiting_job_is_canceled(open_view: Callable[[str], Page], api: Api) -> None:
    job_id = api.submit("Gut.")
    page = open_view(f"/jobs/{job_id}")
    press(page, "Abbrechen")
    page.until(lambda: "abgebrochen" in text(page, ".pill"))
    # What is told of the job may come before the answer to what was pressed.
    page.until(lambda: "Abbruch angefordert." in text(page))
    assert api.job(job_id)["status"] == "canceled"


def test_a_job_that_is_traced_leads_to_its_trace(open_view: Callable[[str], Page], store: RedisStore) -> None:
    trace = "a" * 32
    job = create(store, id=new_id(), trace=f"00-{trace}-{'b' * 16}-01")
    page = open_view(f"/jobs/{job.id}")
    found = page.on(f"//a[text()='{trace}']", lambda link: link.get_attribute("href"), By.XPATH)
    assert found == f"https://traces.example/{trace}"


def test_a_failed_job_is_judged_anew_as_another_one(
    open_view: Callable[[str], Page], api: Api, work: Callable[[], None]
) -> None:
    job_id = api.submit(f"{POISON}.", restaurant="anew")
    work()
    page = open_view(f"/jobs/{job_id}")
    page.until(lambda: "fehlgeschlagen" in text(page, ".pill"))
    press(page, "Wiederholen")
    page.until(lambda: job_id in text(page, "dd"))
    (again, old) = of(api, "anew")
    assert page.read("h1") == again["id"]
    assert api.job(again["id"])["retry_of"] == old["id"] == job_id
    assert [each["status"] for each in (again, old)] == ["queued", "failed"]


def test_a_job_is_deleted_after_it_was_asked_whether_to(
    open_view: Callable[[str], Page], api: Api, work: Callable[[], None]
) -> None:
    job_id = api.submit("Gut.")
    work()
    page = open_view(f"/jobs/{job_id}")
    press(page, "Löschen")
    press(page, "Zurück", within="dialog")
    page.until(lambda: not page.driver.find_elements(By.TAG_NAME, "dialog"))
    assert api.job(job_id)["status"] == "succeeded"
    sure(page, "Löschen")
    page.until(lambda: text(page, "h1") == "Jobs")
    assert api.http.get(f"/v1/jobs/{job_id}").status_code == 410


def test_of_a_selection_only_what_can_be_is_retried_canceled_and_deleted(
    open_view: Callable[[str], Page], api: Api, work: Callable[[], None]
) -> None:
    ended = [api.submit(words, restaurant="many") for words in ("Gut.", f"{POISON}.")]
    work()
    waiting = [api.submit("Gut.", restaurant="many") for _ in range(2)]
    page = open_view("/jobs?restaurant=many")
    page.until(lambda: all(job_id in text(page, "tbody") for job_id in (*ended, *waiting)))
    choose(page, ended[1], waiting[0])
    sure(page, "Wiederholen")
    page.until(lambda: "Für 1 erledigt." in text(page))
    (again,) = [job["id"] for job in of(api, "many") if job["id"] not in (*ended, *waiting)]
    assert api.job(again)["retry_of"] == ended[1]
    page.until(lambda: again in text(page, "tbody"))
    press(page, "alle")
    page.until(lambda: "5 ausgewählt" in text(page, "[role=status]"))
    sure(page, "Abbrechen")
    page.until(lambda: "Für 3 erledigt." in text(page))
    states = {job["id"]: job["status"] for job in of(api, "many")}
    assert [states[job_id] for job_id in (*ended, *waiting, again)] == ["succeeded", "failed", *3 * ["canceled"]]
    last = api.submit("Gut.", restaurant="many")
    page.until(lambda: last in text(page, "tbody"))
    choose(page, ended[0], last)
    sure(page, "Löschen")
    page.until(lambda: "Für 1 erledigt." in text(page) and ended[0] not in text(page, "tbody"))
    assert api.http.get(f"/v1/jobs/{ended[0]}").status_code == 410
    assert api.job(last)["status"] == "queued"
