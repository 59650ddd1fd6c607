"""What holds for every view: languages, addresses, sizes; `test_accessibility` has keyboards and phones."""

from collections.abc import Callable

import pytest
from selenium.webdriver.common.by import By

from store.jobs import RedisStore
from tests.browser.conftest import Page
from tests.browser.console.judging import TEXT, judged
from tests.browser.console.reading import settled, text
from tests.support.console_code import of_the_page
from tests.support.factories import work_off
from tests.support.processes import Api

pytestmark = [pytest.mark.integration, pytest.mark.browser]


def test_an_address_that_is_none_leaves_the_navigation(open_view: Callable[[str], Page]) -> None:
    for path in ("/jobs/%E0%A4%A", "/nothing"):
        assert "Diese Seite gibt es nicht" in text(open_view(path), "h1")
    page = open_view("/restaurants/adler?to=gestern")
    page.until(lambda: "Diese Seite hat einen Fehler" in text(page))
    page.click("Jobs", By.LINK_TEXT)
    page.until(lambda: "Hier ist noch kein Job" in text(page))


VIEWS = [
    "/",
    "/try",
    "/jobs",
    "/batches",
    "/batches/new",
    "/webhooks",
    "/restaurants",
    "/restaurants/adler",
    "/label",
    "/models",
    "/keys",
    "/usage",
    "/audit",
]


def test_the_language_is_chosen_and_kept(open_view: Callable[[str], Page]) -> None:
    page = open_view("/try")
    page.type("[name=text]", TEXT)
    page.click(".side-end option[value=en]")
    page.until(lambda: "Overview" in text(page, "nav"))
    assert page.run("return document.querySelector('textarea').value") == TEXT, "what was typed stays"
    page = open_view("/jobs")
    page.open(page.driver.current_url, live=False)
    page.until(lambda: "There is no job here yet" in text(page))
    assert page.run("return document.documentElement.lang") == "en"


SAY = of_the_page("""
const [count, done] = arguments;
import("/console/static/language.js").then(({ number, t }) => t("attempts", { count: number(count) })).then(done);
""")


def test_one_is_not_many(open_view: Callable[[str], Page]) -> None:
    page = open_view("/try")
    found = [page.driver.execute_async_script(SAY, count) for count in (0, 1, 2, 1000)]
    assert found == ["0 Versuche", "1 Versuch", "2 Versuche", "1.000 Versuche"]


def test_the_first_view_costs_less_than_200_kb(open_view: Callable[[str], Page]) -> None:
    page = open_view("/try")
    page.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
    page = open_view("/try")
    sizes = page.run("return performance.getEntriesByType('resource').map(each => [each.name, each.transferSize])")
    assert all("127.0.0.1" in name for name, _ in sizes)
    assert 50_000 < sum(size for _, size in sizes) < 200_000, sizes


def test_files_that_the_browser_has_are_not_asked_for_again(open_view: Callable[[str], Page]) -> None:
    open_view("/try")
    page = open_view("/jobs")
    sent = page.run(
        "return performance.getEntriesByType('resource').filter(each => each.transferSize).map(each => each.name)"
    )
    assert [name for name in sent if "/console/static/" in name] == []


def test_the_browser_has_nothing_to_complain_about(
    open_view: Callable[[str], Page], api: Api, store: RedisStore
) -> None:
    judged(api, store)
    for path in VIEWS:
        page = open_view(path)
        settled(page)
        assert page.complaints() == [], path


def test_what_senders_call_things_makes_no_view_wider_than_a_phone_and_runs_nothing(
    open_view: Callable[[str], Page], api: Api, store: RedisStore
) -> None:
    """Names as long as they may be, without a place to break them; and as hostile as they may be."""
    image, word = "<img src=x onerror='window.ran=1'>", "Donaudampfschifffahrtsgesellschaft" * 5
    hostile, restaurant = f"{image}{word}"[:200], "r" * 100
    job = api.submit(f"{TEXT} {image} {word}.", restaurant=restaurant, metadata={image: word}, external_author=hostile)
    reviews = [
        {"text": TEXT, "custom_id": f"{image}{word}"[:200], "restaurant": restaurant},
        {"text": "", "restaurant": restaurant},
    ]
    batch = api.http.post("/v1/batches", json={"reviews": reviews, "restaurant": restaurant}).json()["id"]
    url = f"http://127.0.0.1:9/{'x' * 300}"
    wanted = {"url": url, "description": hostile, "restaurants": [restaurant]}
    endpoint = api.http.post("/v1/endpoints", json=wanted).json()["id"]
    work_off(store)
    views = [
        "/", "/jobs", f"/jobs/{job}", "/batches", f"/batches/{batch}", "/webhooks", f"/webhooks/{endpoint}",
        "/restaurants", f"/restaurants/{restaurant}", "/label", "/usage", "/audit",
    ]  # fmt: skip
    wide = {}
    for path in views:
        page = open_view(path)
        page.resize(320)
        settled(page)
        wide[path] = page.run("return document.documentElement.scrollWidth")
        assert page.run("return window.ran") is None, path
    assert {path: width for path, width in wide.items() if width > 320} == {}
