"""The dashboard as its reader sees it: real process, real signatures, real browser."""

import signal
from pathlib import Path
from typing import Any

import httpx
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.browser.conftest import Page, Server
from tests.browser.console.reading import violations
from tests.unit.dashboard.factories import job_event, other_event, sentence
from tests.unit.dashboard.kritiq_stub import listening

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

HOSTILE = "<script>window.hacked=1</script><img src=x onerror='window.hacked=1'>\"&amp;"


def visible(page: Page, name: str) -> bool:
    return page.on(f"#{name}", WebElement.is_displayed)


def test_the_first_review_appears_on_an_open_empty_page(page: Page, server: Server) -> None:
    page.open(server.url())
    assert (visible(page, "first-steps"), visible(page, "content")) == (True, False)
    assert "curl http://127.0.0.1:5000/v1/jobs" in page.read("#curl")
    server.deliver(
        job_event(
            sentence("Das Essen war super.", food="positive"),
            sentence("Der Service war langsam.", service="negative"),
        )
    )
    page.until(lambda: page.sentences == ["Das Essen war super.", "Der Service war langsam."])
    assert page.bars == {"food": [1, 0, 0, 0], "service": [0, 0, 0, 1]}
    assert (visible(page, "first-steps"), visible(page, "content")) == (False, True)
    assert "Neue Bewertungen" in str(page.run("return document.getElementById('arrived').textContent"))
    server.deliver(job_event(sentence("Gern wieder!", restaurant="positive"), reviewed_at="2026-11-02T12:00:00Z"))
    page.until(lambda: len(page.sentences) == 3)
    assert page.sentences[0] == "Gern wieder!"
    assert page.run("return document.querySelectorAll('.mark').length") == 2
    assert page.same_document
    assert page.complaints() == []


def test_bars_are_as_wide_as_their_shares(page: Page, server: Server) -> None:
    server.deliver(job_event(*(sentence(food="positive") for _ in range(3)), sentence(food="negative")))
    page.open(server.url())
    widths = "return [...document.querySelectorAll('tr[data-aspect=food] rect')].map(each => each.getBBox().width)"
    bar = page.run("return document.querySelector('tr[data-aspect=food] .bar').getBoundingClientRect().width")
    assert [each / bar for each in page.run(widths)] == pytest.approx([0.75, 0, 0, 0.25], abs=0.01)
    server.deliver(job_event(*(sentence(food="conflict") for _ in range(4))))
    page.until(lambda: [each / bar for each in page.run(widths)] == pytest.approx([0.375, 0, 0.5, 0.125], abs=0.01))
    summary = page.run("return document.querySelector('tr[data-aspect=food] .bar').getAttribute('aria-label')")
    assert summary == "Essen: 3 positiv, 4 gemischt, 1 negativ"


def test_a_duplicate_changes_nothing(page: Page, server: Server) -> None:
    page.open(server.url())
    event = job_event(sentence("Einmal.", food="positive"))
    for _ in range(3):
        server.deliver(event, "msg_same")
    server.deliver(job_event(sentence("Danach.", price="negative")))
    page.until(lambda: "Danach." in page.sentences)
    assert page.bars == {"food": [1, 0, 0, 0], "price": [0, 0, 0, 1]}
    assert page.sentences.count("Einmal.") == 1


@pytest.mark.parametrize("arrives", ["live", "before"])
def test_markup_in_a_review_is_text(page: Page, server: Server, arrives: str) -> None:
    event = job_event(sentence(HOSTILE, food="positive"), restaurant=HOSTILE)
    if arrives == "before":
        server.deliver(event)
    page.open(server.url())
    if arrives == "live":
        server.deliver(event)
    page.until(lambda: page.sentences == [HOSTILE])
    assert page.run("return window.hacked") is None
    assert page.run("return document.querySelectorAll('#reviews script, #reviews img').length") == 0
    assert page.run("return document.getElementById('restaurant').options[1].textContent") == HOSTILE
    assert page.complaints() == []


@pytest.mark.parametrize(
    "attempt",
    [
        "document.body.innerHTML = '<b>x</b>'",
        "document.createElement('script').textContent = 'window.hacked = 1'",
        "document.createElement('script').src = 'http://127.0.0.1:1/x.js'",
    ],
)
def test_the_policy_stops_what_is_not_ours(page: Page, server: Server, attempt: str) -> None:
    page.open(server.url())
    stopped = page.run(f"try {{ {attempt}; return null }} catch (error) {{ return error.name }}")
    assert stopped == "TypeError"
    assert page.run("return window.hacked") is None


def test_filters_choose_without_a_reload_and_stay_while_reviews_arrive(page: Page, server: Server) -> None:
    server.deliver(job_event(sentence("A", food="positive"), sentence("B", food="negative"), restaurant="adler"))
    server.deliver(job_event(sentence("C", food="negative", drinks="neutral"), restaurant="hirsch"))
    page.open(server.url())
    page.choose("polarity", "negative")
    page.until(lambda: sorted(page.sentences) == ["B", "C"])
    page.choose("restaurant", "hirsch")
    page.until(lambda: page.sentences == ["C"])
    assert page.bars == {"food": [0, 0, 0, 1], "drinks": [0, 1, 0, 0]}
    server.deliver(job_event(sentence("D", food="negative"), restaurant="adler", reviewed_at="2026-11-03T00:00:00Z"))
    server.deliver(job_event(sentence("E", food="negative"), restaurant="hirsch", reviewed_at="2026-11-04T00:00:00Z"))
    page.until(lambda: page.sentences == ["E", "C"])
    page.click("tr[data-aspect=drinks] a")
    page.until(lambda: page.sentences == [] and visible(page, "no-match"))
    assert "aspect=drinks" in page.driver.current_url
    page.driver.back()
    page.until(lambda: page.sentences == ["E", "C"])
    page.click("#reset")
    page.until(lambda: sorted(page.sentences) == ["A", "B", "C", "D", "E"])
    assert page.same_document
    page.open(server.url("?restaurant=hirsch&polarity=negative&aspect=food"))
    assert page.sentences == ["E", "C"]
    assert page.run("return document.querySelector('tr[data-aspect=food] a').getAttribute('aria-current')") == "true"


def test_the_trend_follows_its_switch_and_the_arrow_keys(page: Page, server: Server) -> None:
    for day, polarity in ((1, "negative"), (2, "positive"), (2, "positive")):
        server.deliver(job_event(sentence(food=polarity), reviewed_at=f"2026-11-{day:02}T12:00:00Z"))
    page.open(server.url())
    marks = "return document.querySelectorAll('.mark').length"
    assert page.run(marks) == 2
    assert page.read("#readout-value") == "100 %"
    page.run("document.getElementById('chart').focus()")
    page.type("#chart", Keys.ARROW_LEFT)
    assert page.read("#readout-value") == "0 %"
    assert "1. Nov. 2026 · 1 Urteil" in page.read("#readout-label")
    page.click("//input[@value='reviews']/following-sibling::span", By.XPATH)
    page.until(lambda: page.run(marks) == 3)
    page.choose("aspect", "service")
    page.until(lambda: visible(page, "trend-empty"))


def test_it_survives_a_restart_of_the_receiver(page: Page, server: Server) -> None:
    server.deliver(job_event(sentence("Vorher.", food="positive")))
    page.open(server.url())
    server.stop(signal.SIGKILL)
    page.until(lambda: page.state == "offline")
    server.start()
    server.deliver(job_event(sentence("Nachher.", food="positive"), reviewed_at="2026-11-02T00:00:00Z"))
    page.until(lambda: page.sentences == ["Nachher.", "Vorher."])
    page.until(lambda: page.state == "live")
    assert page.bars == {"food": [2, 0, 0, 0]}
    assert page.same_document


def test_without_a_stream_it_polls(page: Page, server: Server) -> None:
    page.driver.execute_cdp_cmd("Network.enable", {})
    page.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*/events"]})
    page.open(server.url(), live=False)
    page.until(lambda: page.state == "polling")
    server.deliver(job_event(sentence("Gefunden.", food="positive")))
    page.until(lambda: page.sentences == ["Gefunden."])
    assert page.same_document


def test_low_confidence_is_visibly_weaker(page: Page, server: Server) -> None:
    server.deliver(
        job_event(sentence("X", food=("positive", 0.41), drinks=("positive", 0.7), service=("positive", 0.9)))
    )
    page.open(server.url())
    styles = page.run(
        "return [...document.querySelectorAll('.chip')].map(each => getComputedStyle(each))"
        ".map(style => [style.borderTopStyle, style.backgroundColor === 'rgba(0, 0, 0, 0)', style.fontWeight])"
    )
    assert styles == [["dashed", True, "400"], ["solid", True, "400"], ["solid", False, "600"]]
    assert "unsicher" in page.run("return document.querySelector('.chip').textContent")


def test_what_is_wrong_is_corrected_where_it_stands(page: Page, server: Server, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("krt_test_x")
    with listening() as kritiq:
        kritiq.refusal = httpx.Response(410)
        server.environment = {
            "KRITIQ_DASHBOARD_API": kritiq.base, "KRITIQ_DASHBOARD_API_KEY_FILE": str(tmp_path / "key"),
        }  # fmt: skip
        server.stop()
        server.start()
        page.open(server.url())
        server.deliver(job_event(sentence("Der Service war langsam.", service="positive")))
        page.until(lambda: page.sentences == ["Der Service war langsam."])
        page.click(".wrong")
        assert page.run("return document.activeElement.value") == "service"
        page.choose("reviews .correction [name=polarity]", "negative")
        page.click("#reviews .correction button")
        page.until(lambda: "hat diese Bewertung nicht mehr" in page.read(".said"))
        assert page.bars == {"service": [1, 0, 0, 0]}
        kritiq.refusal = None
        page.click("#reviews .correction button")
        page.until(lambda: page.bars == {"service": [0, 0, 0, 1]})
        page.until(lambda: page.run("return document.activeElement.className") == "wrong")
        assert "korrigiert, war positiv" in page.read(".chip[data-aspect]")
        assert page.run(CONTRAST) == []
    assert page.same_document
    assert [each for each in page.complaints() if "410" not in each] == []


def test_somebody_logs_in_and_out(page: Page, server: Server) -> None:
    server.environment = {"KRITIQ_DASHBOARD_LOGIN": "anna:geheim"}
    server.stop()
    server.start()
    server.deliver(job_event(sentence("Das Essen war super.", food="positive")))
    page.open(server.url("?restaurant="), live=False)
    for password, seen in (("falsch", "stimmt nicht"), ("geheim", "Das Essen war super.")):
        page.until(lambda: page.driver.find_elements(By.NAME, "password"))
        page.type("[name=name]", "anna")
        page.type("[name=password]", password)
        for scheme, width in (("light", 320), ("dark", 1280)):
            page.emulate(prefers_color_scheme=scheme)
            page.resize(width)
            assert violations(page) == []
            assert page.run("return document.documentElement.scrollWidth") <= width
        page.click("form.login button")
        page.until(lambda seen=seen: seen in page.read("main"))
    for address in ("compare", ""):
        page.open(server.url(address), live=not address)
        assert violations(page) == [], address
    page.click("form[action=logout] button")
    page.until(lambda: page.driver.find_elements(By.NAME, "password"))


def test_a_disabled_endpoint_is_announced(page: Page, server: Server) -> None:
    page.open(server.url())
    assert not visible(page, "disabled")
    server.deliver(other_event("endpoint.disabled"))
    page.until(lambda: visible(page, "disabled"))


def test_the_page_is_in_english_on_request(page: Page, server: Server) -> None:
    server.deliver(job_event(sentence("Das Essen war super.", food="positive")))
    page.open(server.url())
    page.click("#other-language")
    page.until(lambda: page.read("h1") == "What your guests say")
    server.deliver(job_event(sentence("Neu.", food="conflict"), reviewed_at="2026-11-02T00:00:00Z"))
    page.until(lambda: page.sentences[0] == "Neu.")
    assert page.run("return document.querySelector('.chip .hidden-text').textContent") == ": mixed"


def test_without_scripts_everything_but_live_is_there(page: Page, server: Server) -> None:
    server.deliver(job_event(sentence("Das Essen war super.", food="positive")))
    page.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    page.driver.get(server.url("?aspect=food"))
    assert page.read(".sentence") == "Das Essen war super."
    assert page.read("tr[data-aspect=food] td b") == "1"
    assert page.on("#filters noscript button", WebElement.is_displayed)


@pytest.mark.parametrize("width", [320, 360, 390, 768, 1360])
def test_nothing_sticks_out_of_the_page(page: Page, server: Server, width: int) -> None:
    long = "Donaudampfschifffahrtsgesellschaftskapitän" * 6
    judged = sentence(long, food="conflict", drinks="conflict", service="conflict", price="conflict", style="conflict")
    server.deliver(job_event(judged, restaurant=long))
    page.resize(width)
    page.open(server.url())
    sizes = page.run("const it = document.documentElement; return [it.scrollWidth, it.clientWidth]")
    assert sizes[0] <= sizes[1]
    page.open(server.url("compare"), live=False)
    sizes = page.run("const it = document.documentElement; return [it.scrollWidth, it.clientWidth]")
    assert sizes[0] <= sizes[1]


def test_reduced_motion_is_respected(page: Page, server: Server) -> None:
    page.emulate(prefers_reduced_motion="reduce")
    page.open(server.url())
    server.deliver(job_event(sentence("Still.", food="positive")))
    page.until(lambda: page.sentences == ["Still."])
    names = "return [...document.querySelectorAll('*')].map(each => getComputedStyle(each).animationName)"
    assert set(page.run(names)) == {"none"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("full", [True, False])
def test_every_text_has_contrast(page: Page, server: Server, scheme: str, full: bool) -> None:
    if full:
        kinds: Any = ("positive", "neutral", "conflict", "negative")
        for polarity in kinds:
            server.deliver(
                job_event(sentence("X", food=polarity, price=(polarity, 0.4)), sentence(None), truncated=True)
            )
        server.deliver(other_event("endpoint.disabled"))
    page.emulate(prefers_color_scheme=scheme, prefers_reduced_motion="reduce")
    page.open(server.url("?aspect=food"))
    assert page.run(CONTRAST) == []


def test_the_keyboard_reaches_everything_in_order(page: Page, server: Server) -> None:
    server.deliver(job_event(sentence("X", food="positive")))
    page.open(server.url())
    reached = []
    # A day has a stop for each of its parts.
    for _ in range(36):
        page.driver.switch_to.active_element.send_keys(Keys.TAB)
        reached.append(
            page.run("const it = document.activeElement; return it.id || it.name || it.className || it.textContent")
        )
    names = [
        "skip",
        "other-language",
        "restaurant",
        "aspect",
        "polarity",
        "from",
        "to",
        "Essen",
        "Lage",
        "trend",
        "chart",
    ]
    names += ["export", "reviews"]
    assert list(dict.fromkeys(each for each in reached if each in names)) == names


#: Texts whose colour has less than 4.5:1 (3:1 when large) on what they stand on. A canvas reads any CSS colour.
CONTRAST = """
const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
function over(colours) {
  canvas.clearRect(0, 0, 1, 1);
  for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
  return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
}
function light(rgb) {
  const [r, g, b] = rgb.map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
const weak = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const holder = node.parentElement;
  if (!node.data.trim() || holder.closest(".hidden-text")) continue;
  if (!holder.checkVisibility({ visibilityProperty: true })) continue;
  const grounds = [];
  for (let it = holder; it; it = it.parentElement) grounds.unshift(getComputedStyle(it).backgroundColor);
  const style = getComputedStyle(holder);
  const both = [light(over(["white", ...grounds])), light(over(["white", ...grounds, style.color]))];
  const [a, b] = both.sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  const large = parseFloat(style.fontSize) >= 24;
  if (ratio < (large ? 3 : 4.5)) weak.push(`${node.data.trim()}: ${ratio.toFixed(2)}`);
}
return weak;
"""
