"""Somebody tries a review, and says what is wrong with how it was judged."""

import os
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
from tests.support.console_code import of_the_page
from tests.support.factories import FakePredictor, claim, succeeded
from tests.support.processes import Api
from tests.support.waiting import wait_for
from worker.predict.pipeline import Pipeline

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
    assert page.driver.find_elements(By.CSS_SELECTOR, ".pill[data-sure=unsure][data-tone=negative]")
    assert "Insgesamt gemischt 55" in text(page)
    assert text(page, "mark[data-tone=positive]") == "super"
    assert "curl -s http://127.0.0.1" in text(page, "pre")
    tell_answers(store)
    press(page, "Das stimmt nicht")
    page.until(lambda: "nicht erwähnt" in text(page, "dialog select[name=food]"))
    page.select("dialog select[name=food]", "nicht erwähnt")
    press(page, "Berichtigen", within="dialog")
    page.until(lambda: "berichtigt: Essen nicht erwähnt" in text(page, ".sentences"))


#: Shows a sentence whose words that touch are evidence of two aspects; and which marks have a sign.
SIGNS = of_the_page("""
const [spans, done] = arguments;
const [{ html, render }, { Sentences }] = await Promise.all([
  import("/console/static/vendor/html.js"), import("/console/static/parts/review.js"),
]);
const aspects = Object.fromEntries(Object.entries(spans).map(([aspect, [polarity, start, end]]) => (
  [aspect, { polarity, confidence: 0.9, evidence: [{ start, end }] }]
)));
const there = document.createElement("div");
document.body.append(there);
render(html`<${Sentences} sentences=${[{ index: 0, start: 0, text: "Der Wein war zu teuer.", aspects }]} />`, there);
const signs = [...there.querySelectorAll("mark")].map((mark) => getComputedStyle(mark, "::before").content !== "none");
there.remove();
done(signs);
""")


@pytest.mark.parametrize(
    ("second", "signs"),
    [(("negative", 8, 21), [True, False]), (("positive", 8, 21), [True, True]), (("negative", 16, 21), [True, True])],
    ids=["they judge alike", "they judge otherwise", "they are apart"],
)
def test_words_that_touch_and_judge_alike_have_one_sign(
    open_view: Callable[[str], Page], second: tuple[str, int, int], signs: list[bool]
) -> None:
    page = open_view("/try")
    found = page.driver.execute_async_script(
        f"(async () => {{ {SIGNS} }}).apply(null, arguments)", {"drinks": ("negative", 4, 8), "price": second}
    )
    assert found == signs


#: As if each answer came at once, and not when the review is judged.
IMPATIENT = """
const real = window.fetch;
window.fetch = (path, options) => (options.headers.delete("Prefer"), real(path, options));
"""


def test_a_review_that_takes_longer_is_followed_to_its_end(open_view: Callable[[str], Page], store: RedisStore) -> None:
    page = open_view("/try")
    page.run(IMPATIENT)
    page.type("[name=text]", TEXT)
    press(page, "Auswerten")
    page.until(lambda: "Noch nicht fertig" in text(page))
    assert "in der Warteschlange" not in text(page), "what nobody knows yet is not told"
    store.complete([succeeded(taken, RESULT) for taken in claim(store)])
    page.until(lambda: "Essen positiv" in text(page, ".sentences"))
    assert "Noch nicht fertig" not in text(page)


def test_how_something_was_judged_is_told_by_more_than_a_colour(
    open_view: Callable[[str], Page], api: Api, store: RedisStore
) -> None:
    page = open_view(f"/jobs/{judged(api, store)}")
    page.until(lambda: TEXT in text(page, ".sentences"))
    assert page.run(SIGN, "mark[data-tone=positive]") == '"+" / ""'
    assert page.run(SIGN, ".judged[data-tone=negative]") == '"−" / ""'
    assert page.run("return document.querySelector('mark').title") == "Essen positiv"
    assert "55 % unsicher" in text(page, "[data-sure=unsure]")
    assert page.run("return document.querySelectorAll('[data-sure=unsure]').length") == 1, (
        "how a review judges as a whole is a rule's share, and nobody knows how often that is right"
    )
    assert "Gestrichelt: unsicher, unter 70 %" in text(page)


SIGN = "return getComputedStyle(document.querySelector(arguments[0]), '::before').content"


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
    (feedback,) = FeedbackStore(store.client).page("default", FeedbackFilter(), size=9).found
    assert [(each.aspect, each.polarity) for each in feedback.corrections] == [("service", "neutral")]
    page = open_view(f"/jobs/{job_id}")
    page.until(lambda: "berichtigt: Service neutral" in text(page, ".sentences"))
    assert violations(page) == []


def test_a_line_of_a_batch_is_corrected_where_it_stands(
    open_view: Callable[[str], Page], api: Api, store: RedisStore
) -> None:
    tell_answers(store)
    texts = [{"text": "Die Lage war gut."}, {"text": "Das Essen war gut."}]
    batch = api.http.post("/v1/batches", json={"reviews": texts}).json()["id"]
    pipeline = Pipeline(FakePredictor().as_predictor())
    store.complete(pipeline.judge(pipeline.prepare(claim(store))))
    page = open_view(f"/batches/{batch}")
    page.until(lambda: "Das Essen war gut." in text(page, "tbody"))
    page.click("tbody tr:nth-child(2) .sentences button")
    page.select("dialog select[name=food]", "negativ")
    press(page, "Berichtigen", within="dialog")
    page.until(lambda: "berichtigt: Essen negativ" in text(page, "tbody tr:nth-child(2)"))
    (feedback,) = FeedbackStore(store.client).page("default", FeedbackFilter(batch_id=batch), size=9).found
    assert (feedback.line, [(each.aspect, each.polarity) for each in feedback.corrections]) == (
        2,
        [("food", "negative")],
    )
    page = open_view(f"/batches/{batch}")
    page.until(lambda: "berichtigt: Essen negativ" in text(page, "tbody tr:nth-child(2)"))
    assert "berichtigt" not in text(page, "tbody tr:nth-child(1)")


#: How the code in each language is run.
RUNS = {
    "curl": ["bash", "-euo", "pipefail", "-c"],
    "Python": [sys.executable, "-c"],
    "JavaScript": ["node", "--input-type=module", "-e"],
}


def test_the_code_that_is_shown_runs(open_view: Callable[[str], Page], api: Api, store: RedisStore) -> None:
    page = open_view("/try")
    page.type("[name=text]", "Nicht \"schlecht\"\nund 'warm'.")
    codes = {language: shown_code(page, language) for language in RUNS}
    key = api.http.post("/v1/keys", json={"scopes": ["jobs:read", "jobs:write"]}).json()["key"]
    for language, code in codes.items():
        command, env = [*RUNS[language], code], {**os.environ, "KRITIQ_API_KEY": key}
        with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as program:
            wait_for(lambda: store.backlog().waiting_jobs["long"] or program.poll(), f"{language} asks")
            held = claim(store)
            assert [taken.text for taken in held] == ["Nicht \"schlecht\"\nund 'warm'."]
            store.complete([succeeded(taken, RESULT) for taken in held])
            told = program.communicate(timeout=60)[0]
        assert program.returncode == 0
        # The whole of it, down to the sentence.
        assert TEXT in told


def shown_code(page: Page, language: str) -> str:
    """The code in that language, where the page shows it."""
    press(page, language)
    page.until(lambda: page.run("return document.querySelector('.tabs [aria-pressed=true]').textContent") == language)
    return str(page.run("return document.querySelector('pre code').textContent"))
