"""Somebody goes through the sentences that most need a person."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from selenium.webdriver.common.keys import Keys

from jobs.differing import Difference, Differences
from store.aliases import AliasStore
from store.differing import DifferingStore
from store.jobs import RedisStore
from tests.browser.conftest import Page
from tests.browser.console.judging import tell_answers
from tests.browser.console.reading import press, text, violations
from tests.support.factories import REVIEW, FakePredictor, claim
from tests.support.processes import Api
from worker.predict.pipeline import Pipeline

pytestmark = [pytest.mark.integration, pytest.mark.browser, pytest.mark.timeout(300)]

NOTHING = "Nichts, was jemand prüfen müsste"


def corrections(api: Api, restaurant: str) -> list[dict[str, Any]]:
    """What was said of its reviews, each with its line."""
    found: list[dict[str, Any]] = api.http.get("/v1/feedback", params={"restaurant": restaurant}).json()["feedback"]
    names = ("sentence", "aspect", "polarity")
    return [{"line": each["line"], **{n: of[n] for n in names}} for each in found for of in each["corrections"]]


def test_one_sentence_after_the_other_is_confirmed_or_corrected_by_keyboard_and_all_of_it_kept(
    open_view: Callable[[str], Page], api: Api, store: RedisStore, work: Callable[[], None], tmp_path: Path
) -> None:
    tell_answers(store)
    api.submit(REVIEW, restaurant="label")
    work()
    page = open_view("/label?restaurant=label")
    page.until(lambda: "Satz 1 von 2" in text(page))
    assert "Das Essen war gut." in text(page, ".sentences")
    page.type("main .first", Keys.ENTER)
    page.until(lambda: "Satz 2 von 2" in text(page))
    page.until(lambda: "1 Satz geprüft" in text(page, "[role=status]"))
    assert "Der Service war schlecht." in text(page, ".sentences")
    assert page.run("return document.activeElement.innerText") == "Alles richtig", "the focus stays where it is"
    press(page, "Das stimmt nicht")
    page.select("dialog select[name=price]", "neutral")
    press(page, "Berichtigen", within="dialog")
    page.until(lambda: "berichtigt: Preis neutral" in text(page, ".sentences"))
    press(page, "Der Rest ist richtig")
    page.until(lambda: NOTHING in text(page))
    assert sorted(corrections(api, "label"), key=str) == [
        {"line": None, "sentence": 0, "aspect": "food", "polarity": "positive"},
        {"line": None, "sentence": 1, "aspect": "price", "polarity": "neutral"},
        {"line": None, "sentence": 1, "aspect": "service", "polarity": "negative"},
    ]
    kept = page.download(tmp_path, "feedback-label.jsonl", lambda: press(page, "Trainingsdaten speichern"))
    assert kept.read_bytes() == api.http.get("/v1/feedback/examples", params={"restaurant": "label"}).content
    assert [orjson.loads(line)["aspects"] for line in kept.read_bytes().splitlines()] == [
        {"food": "positive"}, {"price": "neutral", "service": "negative"}
    ]  # fmt: skip


def test_what_two_versions_say_of_a_line_is_shown_passed_over_and_settled(
    open_view: Callable[[str], Page], api: Api, store: RedisStore
) -> None:
    tell_answers(store)
    AliasStore(store.client).move("default", {"fake/1": 100}, revision=0, shadow="fake/2")
    api.http.post("/v1/batches", json={"reviews": [{"text": "Das Essen war gut."}], "restaurant": "uneins"})
    (held,) = claim(store)
    pipeline = Pipeline(FakePredictor().as_predictor())
    store.complete(pipeline.judge(pipeline.prepare([held])))
    differing = [Difference(line=1, sentence=0, other={"food": "negative", "price": "neutral"})]
    found = Differences(alias="default", rollout=0, version="fake/2", sentences=differing)
    assert DifferingStore(store.client).keep(held, found)
    page = open_view("/label?restaurant=uneins")
    page.until(lambda: "fake/2 sagt etwas anderes: Essen negativ Preis neutral" in text(page))
    assert violations(page) == []
    press(page, "Überspringen")
    page.until(lambda: "Was übrig ist, haben Sie übersprungen" in text(page))
    assert corrections(api, "uneins") == []
    press(page, "Übersprungene noch einmal zeigen")
    page.until(lambda: "fake/2 sagt etwas anderes" in text(page))
    press(page, "Alles richtig")
    page.until(lambda: NOTHING in text(page))
    assert corrections(api, "uneins") == [
        {"line": 1, "sentence": 0, "aspect": "food", "polarity": "positive"},
        {"line": 1, "sentence": 0, "aspect": "price", "polarity": "none"},
    ]


def test_of_a_review_that_is_gone_meanwhile_it_says_so_and_goes_on(
    open_view: Callable[[str], Page], api: Api, store: RedisStore, work: Callable[[], None]
) -> None:
    tell_answers(store)
    job_id = api.submit("Das Essen war gut.", restaurant="weg")
    work()
    page = open_view("/label?restaurant=weg")
    page.until(lambda: "Satz 1 von 1" in text(page))
    assert api.http.delete(f"/v1/jobs/{job_id}").status_code == 204
    press(page, "Alles richtig")
    page.until(lambda: "Das ist gelöscht" in text(page, "[role=alert]"))
    press(page, "Überspringen")
    page.until(lambda: NOTHING in text(page))
