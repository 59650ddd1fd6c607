"""What somebody at the keyboard sees and keeps while something takes long, breaks off or is refused for now."""

from collections.abc import Callable
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from store.jobs import RedisStore
from tests.browser.conftest import Page
from tests.browser.console.reading import press, text
from tests.support.factories import claim
from tests.support.processes import Api

pytestmark = [pytest.mark.integration, pytest.mark.browser, pytest.mark.timeout(300)]

#: Whatever is asked for to be done waits in `held` until it is called there.
HOLD = """
const asked = window.fetch;
window.held = [];
window.fetch = (path, options) => (options.method === "GET" ? asked(path, options)
  : new Promise((answer) => held.push(() => answer(asked(path, options)))));
"""
#: Answers to what begins with the first argument break off behind their heads, until `window.whole`.
BREAK = """
const [begins] = arguments, asked = window.fetch;
const broken = () => new ReadableStream({ start: (stream) => stream.error(new TypeError("network error")) });
window.fetch = async (path, options) => {
  const answer = await asked(path, options);
  return window.whole || !String(path).startsWith(begins) ? answer : new Response(broken(), { status: 200 });
};
"""
#: Streams are refused for now, as where too many listen already; `asks` counts how often they were asked for.
REFUSE = """
const asked = window.fetch;
window.asks = 0;
window.fetch = (path, options) => {
  if (!String(path).endsWith("/events")) return asked(path, options);
  window.asks += String(path).startsWith("/v1/jobs");
  const body = JSON.stringify({ status: 503, code: "too-many-waiting", detail: "" });
  return Promise.resolve(new Response(body, { status: 503, headers: { "Retry-After": "1" } }));
};
"""
#: The first file that is chosen is read when `read` is called.
SLOW_FILE = """
const whole = Blob.prototype.arrayBuffer;
let first = true;
Blob.prototype.arrayBuffer = function () {
  if (!first) return whole.call(this);
  first = false;
  return new Promise((done) => (window.read = () => done(whole.call(this))));
};
"""
#: As a proxy answers for an API that is not there, until `window.whole`.
NOBODY = """
const asked = window.fetch;
window.fetch = (path, options) => (window.whole || String(path).includes("/events") ? asked(path, options)
  : Promise.resolve(new Response("<h1>502 Bad Gateway</h1>", { status: 502 })));
"""
FOCUSED = "const { innerText, id } = document.activeElement; return innerText.length < 40 ? innerText : id"


def test_a_button_that_is_at_work_keeps_the_focus_and_does_nothing_twice(
    open_view: Callable[[str], Page], api: Api
) -> None:
    endpoint = api.http.post("/v1/endpoints", json={"url": "http://127.0.0.1:9/hook"}).json()["id"]
    page = open_view(f"/webhooks/{endpoint}")
    page.until(lambda: "Testen" in text(page))
    page.run(HOLD)
    page.run("[...document.querySelectorAll('button')].find((each) => each.innerText === 'Testen').focus()")
    for _ in range(2):
        page.driver.switch_to.active_element.send_keys(Keys.ENTER)
        page.until(lambda: page.run("return document.activeElement.ariaDisabled") == "true")
    assert page.run("return held.length") == 1
    page.run("held[0]()")
    page.until(lambda: "Test gesendet" in text(page))
    assert page.run(FOCUSED) == "Testen"


def test_a_button_that_can_do_no_more_leaves_the_focus_to_the_view(
    open_view: Callable[[str], Page], api: Api, store: RedisStore
) -> None:
    job_id = api.submit("Das Essen war gut.")
    claim(store)
    page = open_view(f"/jobs/{job_id}")
    page.until(lambda: "läuft" in text(page))
    press(page, "Abbrechen")
    page.until(lambda: page.driver.find_elements(By.CSS_SELECTOR, "button:disabled"))
    page.until(lambda: page.run(FOCUSED) == "main")


def test_an_answer_that_breaks_off_is_asked_for_again_and_is_no_fault_of_the_page(
    open_view: Callable[[str], Page], api: Api
) -> None:
    job_id = api.submit("Das Essen war gut.", restaurant="broken-off")
    page = open_view("/try")
    page.run(BREAK, "/v1/jobs?")
    page.click("//nav//a[.='Jobs']", By.XPATH)
    page.until(lambda: "Kritiq ist nicht erreichbar." in text(page))
    assert "network error" not in text(page)
    page.run("window.whole = true")
    page.until(lambda: job_id in text(page, "table"))
    page.until(lambda: "Kritiq ist nicht erreichbar." not in text(page))


def test_a_stream_that_is_refused_for_now_is_not_told_as_nobody_there(
    open_view: Callable[[str], Page], api: Api
) -> None:
    job_id = api.submit("Das Essen war gut.")
    page = open_view("/try")
    page.run(REFUSE)
    page.run("window.told = 0; new MutationObserver(() => (told += document.querySelectorAll('.lost').length))"
             ".observe(document.body, { childList: true, subtree: true })")  # fmt: skip
    page.click("//nav//a[.='Jobs']", By.XPATH)
    page.click(f"//a[.='{job_id}']", By.XPATH)
    page.until(lambda: page.run("return asks") > 1)
    assert page.run("return told") == 0


def test_a_proxy_without_the_api_is_told_as_kritiq_being_away_until_it_is_back(
    open_view: Callable[[str], Page], api: Api
) -> None:
    job_id = api.submit("Das Essen war gut.")
    page = open_view("/try")
    page.run(NOBODY)
    page.click("//nav//a[.='Jobs']", By.XPATH)
    page.until(lambda: "Kritiq kann gerade nicht antworten." in text(page))
    assert "Die Seite versucht es weiter." in text(page, ".lost")
    page.run("window.whole = true")
    page.until(lambda: job_id in text(page, "table"))
    page.until(lambda: not page.driver.find_elements(By.CSS_SELECTOR, ".lost"))


def test_of_two_files_the_one_that_was_chosen_last_is_shown_however_long_the_first_takes(
    open_view: Callable[[str], Page], tmp_path: Path
) -> None:
    first, last = tmp_path / "first.csv", tmp_path / "last.csv"
    first.write_text("Bewertung\nDie erste.\n", encoding="utf-8")
    last.write_text("Bewertung\nDie letzte.\n", encoding="utf-8")
    page = open_view("/batches/new")
    page.run(SLOW_FILE)
    page.type("input[type=file]", str(first))
    page.until(lambda: page.run("return Boolean(window.read)"))
    page.type("input[type=file]", str(last))
    page.until(lambda: "Die letzte." in text(page, "table"))
    page.driver.execute_async_script("read(); setTimeout(arguments[0], 0)")
    assert "Die letzte." in text(page, "table")
