"""What the API refuses is told in the reader's language, as far as there are words for it."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Page
from tests.browser.console.reading import text
from tests.support.console_code import of_the_page
from tests.support.processes import Api

pytestmark = [pytest.mark.integration, pytest.mark.browser]

#: Shows what a call is answered.
SHOWN = of_the_page("""
const [method, path, body, done] = arguments;
const [{ html, render }, { ProblemNote }, { call }] = await Promise.all([
  import("/console/static/vendor/html.js"), import("/console/static/parts/states.js"), import("/console/static/api.js"),
]);
const there = document.createElement("div");
there.id = "refused";
document.querySelector("#refused")?.remove();
document.body.append(there);
const show = (problem) => render(html`<${ProblemNote} problem=${problem} />`, there);
await call(method, path, { body: body ?? undefined }).catch(show);
done([...there.querySelectorAll("[lang=en]")].map((each) => each.textContent));
""")


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("POST", "/v1/jobs", {"text": "a" * 50_001}, "#/text darf höchstens 50.000 Zeichen haben, hat 50.001"),
        ("GET", "/v1/jobs?status=done", None, "?status muss eines davon sein: scheduled, queued"),
        ("POST", "/v1/endpoints", {"url": "ftp://a"}, "#/url muss https://name/pfad an einem erlaubten Port sein"),
        ("GET", "/v1/batches/batch_unknown", None, "Das gibt es nicht (mehr)."),
    ],
    ids=["too long", "one of", "address", "not found"],
)
def test_a_refusal_is_told_in_german_alone(
    open_view: Callable[[str], Page], api: Api, method: str, path: str, body: Any, words: str
) -> None:
    page = open_view("/try")
    english = page.driver.execute_async_script(SHOWN, method, path, body)
    assert words in " ".join(text(page, "#refused").split())
    assert english == []


def test_what_there_are_no_words_for_is_told_in_english(open_view: Callable[[str], Page], api: Api) -> None:
    page = open_view("/try")
    body = {"texts": ["a"], "text": "b"}
    assert page.driver.execute_async_script(SHOWN, "POST", "/v1/jobs", body) == [
        "should not stand beside text: one of the two"
    ]
