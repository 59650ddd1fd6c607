"""Somebody finds the lines of a batch that failed, has them judged once more, and takes the results with them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Page
from tests.browser.console.actions.conftest import POISON
from tests.browser.console.reading import press, text
from tests.support.processes import Api

pytestmark = [pytest.mark.integration, pytest.mark.browser, pytest.mark.timeout(300)]


def submitted(api: Api, *texts: str) -> str:
    answer = api.http.post("/v1/batches", json={"reviews": [{"text": each} for each in texts]})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def batch(api: Api, batch_id: str) -> Any:
    return api.http.get(f"/v1/batches/{batch_id}").json()


def test_what_was_odd_about_a_line_is_told_in_the_readers_language(open_view: Callable[[str], Page], api: Api) -> None:
    review = {"text": "Gut.", "custom_id": 7, "stars": 5}
    page = open_view(f"/batches/{api.http.post('/v1/batches', json={'reviews': [review]}).json()['id']}")
    page.until(lambda: "custom_id sollte ein Text sein; die Zahl ist jetzt einer." in text(page, "tbody"))
    assert "'stars' gibt es hier nicht: weggelassen." in text(page, "tbody")


def test_lines_that_failed_are_read_and_judged_once_more(
    open_view: Callable[[str], Page], api: Api, work: Callable[[], None]
) -> None:
    batch_id = submitted(api, "Gut.", f"{POISON}.", "")
    work()
    page = open_view(f"/batches/{batch_id}")
    page.until(lambda: "3 von 3 Zeilen" in text(page))
    page.select("main select", "fehlgeschlagen")
    page.until(lambda: text(page, "tbody").count("fehlgeschlagen") == 1)
    assert "The model failed on this text." in text(page, "tbody")
    press(page, "Zeilen ohne Ergebnis wiederholen")
    page.until(lambda: batch_id in text(page, "dd"))
    again = batch(api, page.read("h1"))
    # What has no text is nothing to judge.
    assert (again["retry_of"], again["counts"]["total"], again["counts"]["waiting"]) == (batch_id, 1, 1)
    counts = batch(api, batch_id)["counts"]
    assert (counts["failed"], counts["skipped"]) == (1, 1)


def test_results_are_downloaded_as_the_api_gives_them(
    open_view: Callable[[str], Page], api: Api, work: Callable[[], None], tmp_path: Path
) -> None:
    batch_id = submitted(api, "Das Essen war gut.", f"{POISON}.")
    work()
    page = open_view(f"/batches/{batch_id}")
    for label, ending, media, begins in (
        ("CSV", "csv", "text/csv", b"line,"),
        ("JSON Lines", "jsonl", "application/x-ndjson", b'{"line":1,'),
        ("Parquet", "parquet", "application/vnd.apache.parquet", b"PAR1"),
    ):
        found = page.download(tmp_path, f"{batch_id}.{ending}", lambda label=label: press(page, label))
        told = api.http.get(f"/v1/batches/{batch_id}/results?follow=false", headers={"Accept": media})
        assert found.read_bytes() == told.content
        assert told.content.startswith(begins)


def test_a_batch_is_canceled_and_deleted(open_view: Callable[[str], Page], api: Api) -> None:
    batch_id = submitted(api, "Gut.", "Schlecht.")
    page = open_view(f"/batches/{batch_id}")
    page.until(lambda: "0 von 2 Zeilen" in text(page))
    press(page, "Abbrechen")
    page.until(lambda: "abgebrochen" in text(page, ".pill"))
    assert batch(api, batch_id)["counts"]["canceled"] == 2
    press(page, "Löschen")
    press(page, "Löschen", within="dialog")
    page.until(lambda: text(page, "h1") == "Batches")
    assert api.http.get(f"/v1/batches/{batch_id}").status_code == 410
