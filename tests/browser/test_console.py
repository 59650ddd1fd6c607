"""The console as a person sees it: over a real API and Redis, by what is read and clicked; the test is the worker."""

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from store.jobs import RedisStore
from tests.browser.conftest import Page
from tests.support.factories import claim, failed, succeeded
from tests.support.processes import Api
from tests.support.redis_server import RedisServer

pytestmark = [pytest.mark.integration, pytest.mark.browser]

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
TEXT = "Das Essen war super, aber der Service war langsam."
RESULT = json.dumps(
    {
        "language": "de",
        "sentences": [
            {
                "index": 0, "start": 0, "end": len(TEXT), "text": TEXT, "truncated": False,
                "aspects": {
                    "food": {"polarity": "positive", "confidence": 0.97},
                    "service": {"polarity": "negative", "confidence": 0.55},
                },
            }
        ],
    }
).encode()  # fmt: skip
TALLY = {"adler": {"2026-11-20": {"food|positive": 7, "service|negative": 6}}}


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with closing(RedisServer()) as server:
        yield server.start()


@pytest.fixture
def store(server: RedisServer) -> Iterator[RedisStore]:
    with server.client() as client:
        yield RedisStore(client)


@pytest.fixture
def api(server: RedisServer) -> Iterator[Api]:
    with closing(Api(server.url)) as api:
        yield api.wait()


@pytest.fixture
def open_view(page: Page, api: Api) -> Callable[[str], Page]:
    """Opens a view of the console, as by its address."""

    def opened(path: str) -> Page:
        page.open(f"http://127.0.0.1:{api.port}/console{path}", live=False)
        page.until(lambda: page.driver.find_elements(By.TAG_NAME, "h1"))
        return page

    return opened


def text(page: Page, selector: str = "main") -> str:
    """What a person reads there."""
    # In one step: the page may change between two.
    found = page.run("return [...document.querySelectorAll(arguments[0])].map(each => each.innerText)", selector)
    return " ".join(word for each in found for word in each.split())


def press(page: Page, label: str, within: str = "main") -> None:
    """Press the first button with this label."""
    page.until(lambda: _button(page, label, within))
    button = _button(page, label, within)
    assert button is not None
    button.click()


def _button(page: Page, label: str, within: str) -> Any:
    found = page.driver.find_elements(By.CSS_SELECTOR, f"{within} button")
    return next((each for each in found if each.text == label and each.is_enabled()), None)


def judged(api: Api, store: RedisStore) -> str:
    """A review that has ended."""
    job_id = api.submit(TEXT, restaurant="adler")
    (taken,) = claim(store)
    store.complete([replace(succeeded(taken, RESULT), tally=TALLY)])
    return job_id


def test_a_review_is_tried_and_shown_with_its_aspects(open_view: Callable[[str], Page], store: RedisStore) -> None:
    page = open_view("/try")
    page.driver.find_element(By.NAME, "text").send_keys(TEXT)
    press(page, "Auswerten")
    page.until(lambda: store.backlog().waiting_jobs["normal"])
    store.complete([succeeded(taken, RESULT) for taken in claim(store)])
    page.until(lambda: "Essen positiv" in text(page, ".sentences"))
    assert "Service negativ 55" in text(page, ".sentences")
    assert page.driver.find_elements(By.CSS_SELECTOR, ".pill.unsure[data-tone=negative]")
    assert "curl -s http://127.0.0.1" in text(page, "pre")


def test_new_jobs_appear_by_themselves_and_a_selection_is_deleted(
    open_view: Callable[[str], Page], api: Api, store: RedisStore
) -> None:
    page = open_view("/jobs")
    page.until(lambda: "Hier ist noch kein Job" in text(page))
    first, second = judged(api, store), judged(api, store)
    page.until(lambda: first in text(page) and second in text(page))
    assert page.same_document
    page.driver.find_element(By.CSS_SELECTOR, f"input[aria-label='{first} auswählen']").click()
    press(page, "Löschen")
    press(page, "Löschen", within="dialog")
    page.until(lambda: first not in text(page, "table"))
    assert second in text(page, "table")
    assert "Für 1 erledigt." in text(page)


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
    assert job_id in text(page, "dd"), "it says which one it repeats"


def test_a_file_becomes_a_batch(open_view: Callable[[str], Page], store: RedisStore, tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv"
    file.write_bytes(
        'Datum;Bewertung;Filiale\r\n01.11.2026;"Sehr gut; gerne wieder";adler\r\n;Kalt.;krone\r\n'.encode("cp1252")
    )
    page = open_view("/batches/new")
    page.driver.find_element(By.CSS_SELECTOR, "input[type=file]").send_keys(str(file))
    page.until(lambda: "Sehr gut; gerne wieder" in text(page, "table"))
    assert "2026-11-01T00:00:00Z" in text(page, "table")
    press(page, "2 Bewertungen einreichen")
    page.until(lambda: "batch_" in text(page, "h1"))
    page.until(lambda: "0 von 2 Zeilen" in text(page))
    assert store.backlog().waiting_jobs["bulk"] == 1


def test_a_restaurant_shows_what_guests_say(open_view: Callable[[str], Page], api: Api, store: RedisStore) -> None:
    judged(api, store)
    page = open_view("/restaurants")
    page.until(lambda: "adler" in text(page, "table"))
    page.driver.find_element(By.LINK_TEXT, "adler").click()
    page.until(lambda: "Stört am meisten" in text(page))
    page.until(lambda: "100 % positiv von 7" in text(page))
    page.until(lambda: page.driver.find_elements(By.CSS_SELECTOR, ".uplot canvas"))
    page.until(lambda: TEXT in text(page, ".sentences"))


def test_a_key_is_made_shown_once_and_asked_for_from_then_on(open_view: Callable[[str], Page]) -> None:
    page = open_view("/keys")
    press(page, "Neuer Schlüssel")
    page.driver.find_element(By.CSS_SELECTOR, "dialog input[value=admin]").click()
    press(page, "Anlegen", within="dialog")
    page.until(lambda: "krt_live_" in text(page, ".good"))
    key = page.driver.find_element(By.CSS_SELECTOR, ".good code").text
    page.until(lambda: page.driver.find_elements(By.CSS_SELECTOR, "input[type=password]") or _reloaded(page))
    page.driver.find_element(By.CSS_SELECTOR, "input[type=password]").send_keys(key, Keys.ENTER)
    page.until(lambda: "Organisation default" in text(page, ".side-end"))
    page.until(lambda: "API-Schlüssel" in text(page, "h1"))
    page.driver.delete_all_cookies()


def _reloaded(page: Page) -> bool:
    """The API asks for keys some seconds after the first one was made."""
    page.driver.refresh()
    return False


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


VIEWS = [
    "/",
    "/try",
    "/jobs",
    "/batches",
    "/batches/new",
    "/webhooks",
    "/restaurants",
    "/restaurants/adler",
    "/models",
    "/keys",
    "/usage",
    "/audit",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_shut_out_of_a_view(
    open_view: Callable[[str], Page], api: Api, store: RedisStore, scheme: str
) -> None:
    """WCAG 2.2 A and AA, as far as axe sees it, on a desk and on a phone; and nothing is wider than the phone."""
    job_id = judged(api, store)
    for path in (*VIEWS, f"/jobs/{job_id}"):
        page = open_view(path)
        page.emulate(prefers_color_scheme=scheme)
        settled(page)
        for width in (1280, 390):
            page.resize(width)
            assert violations(page) == [], (path, width)
            assert page.run("return document.documentElement.scrollWidth") <= width, (path, width)


def settled(page: Page) -> None:
    """Until the view has all that it asked for."""
    page.until(lambda: not page.driver.find_elements(By.CSS_SELECTOR, ".waiting"))


def violations(page: Page) -> list[str]:
    """What axe finds, a line each."""
    page.run(AXE)
    found = page.driver.execute_async_script(
        "axe.run(document, {runOnly: arguments[0]}).then(found => arguments[1](found.violations))",
        ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    )
    return [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]


def test_the_language_is_chosen_and_kept(open_view: Callable[[str], Page]) -> None:
    page = open_view("/jobs")
    page.driver.find_element(By.CSS_SELECTOR, ".side-end option[value=en]").click()
    page.until(lambda: "Overview" in text(page, "nav"))
    page.open(page.driver.current_url, live=False)
    page.until(lambda: "There is no job here yet" in text(page))
    assert page.run("return document.documentElement.lang") == "en"
    page.run("localStorage.clear()")


def test_the_first_view_costs_less_than_200_kb(open_view: Callable[[str], Page]) -> None:
    page = open_view("/try")
    sizes = page.run("return performance.getEntriesByType('resource').map(each => [each.name, each.transferSize])")
    assert all("127.0.0.1" in name for name, _ in sizes)
    assert sum(size for _, size in sizes) < 200_000, sizes


def test_the_browser_has_nothing_to_complain_about(
    open_view: Callable[[str], Page], api: Api, store: RedisStore
) -> None:
    judged(api, store)
    for path in VIEWS:
        page = open_view(path)
        settled(page)
        assert page.complaints() == [], path
