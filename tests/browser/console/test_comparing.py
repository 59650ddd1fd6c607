"""A restaurant in the console: beside another one or another time, what guests said, and as files."""

import base64
import csv
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from examples.dashboard.shares import wilson
from store.jobs import RedisStore
from tests.browser.conftest import Page
from tests.browser.console.reading import press, text
from tests.support.console_code import of_the_page
from tests.support.factories import FakePredictor, claim
from tests.support.processes import Api
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for
from worker.predict.pipeline import Pipeline

pytestmark = [pytest.mark.integration, pytest.mark.browser]

GOOD, BAD = "Essen gut.", "Service schlecht."
#: Days, and of which restaurant how many reviews say what on them.
REVIEWS = (
    ("2026-09-10", "adler", BAD, 12),
    ("2026-10-10", "adler", GOOD, 12),
    ("2026-10-10", "krone", GOOD, 6),
    ("2026-10-11", "krone", BAD, 6),
)
OCTOBER = "from=2026-10-01&to=2026-10-31"


@pytest.fixture(scope="module")
def api(port: int) -> Iterator[Api]:
    with closing(RedisServer()) as server:
        server.start()
        with closing(Api(server.url, port=port)) as api, server.client() as client:
            judged(api.wait(), RedisStore(client))
            yield api


def judged(api: Api, store: RedisStore) -> None:
    """All that is said, in one batch but for a single review."""
    reviews = [
        {"text": text, "restaurant": name, "reviewed_at": day}
        for day, name, text, count in REVIEWS
        for _ in range(count)
    ]
    assert api.http.post("/v1/batches", json={"reviews": reviews}).status_code == 202
    api.submit("Essen gut, wirklich gut.", restaurant="adler", reviewed_at="2026-10-12")
    pipeline = Pipeline(FakePredictor().as_predictor())
    while claims := claim(store):
        store.complete(pipeline.judge(pipeline.prepare(claims)))


def shown(page: Page, api: Api, query: str, restaurant: str = "adler") -> Page:
    """The view of a restaurant."""
    page.open(f"http://127.0.0.1:{api.port}/console/restaurants/{restaurant}?{query}", live=False)
    page.until(lambda: page.driver.find_elements("css selector", "table"))
    return page


def test_a_period_is_held_against_any_other(page: Page, api: Api) -> None:
    shown(page, api, OCTOBER)
    assert "besser hier" not in text(page, "table")
    press(page, "Zeitraum davor")
    page.until(lambda: "31.08.2026 – 30.09.2026" in text(page, "th"))
    assert "Service 0 0 0 0" in text(page, "tbody"), "an aspect that only the other time has"
    assert page.run("return location.search").endswith("with_from=2026-08-31&with_to=2026-09-30")
    shown(page, api, f"{OCTOBER}&with_from=2026-09-10")
    page.until(lambda: "ab 10.09.2026" in text(page, "th"))
    press(page, "Nicht vergleichen")
    page.until(lambda: "ab 10.09.2026" not in text(page, "th"))
    assert page.run("return location.search") == f"?{OCTOBER}"


def test_another_restaurant_is_suggested_and_held_against_it(page: Page, api: Api) -> None:
    shown(page, api, OCTOBER)
    suggested = "return [...document.querySelectorAll('datalist option')].map(each => each.value)"
    page.until(lambda: page.run(suggested) == ["krone"])
    page.type("[name=with]", "krone", "\ue007")
    page.until(lambda: "krone" in text(page, "th"))
    page.until(lambda: "krone" in text(page, "figcaption"))
    assert "Service 0 0 0 0" in text(page, "tbody")
    page.type("[name=with]", "\ue009a\ue000", "zur Krone", "\ue007")
    assert "krone" in text(page, "th"), "no name that a restaurant can have"


def test_of_few_judgements_no_share_is_named(page: Page, api: Api) -> None:
    shown(page, api, "from=2026-10-12&to=2026-10-12&with=krone")
    page.until(lambda: "krone" in text(page, "th"))
    assert "positiv – zu wenige (1)" in text(page, ".figures")
    assert "Kommt am besten an – zu wenige" in text(page, ".figures")
    assert "Essen 1 0 0 0 zu wenige zu wenige" in text(page, "tbody")


#: Where each share lies, and whether the first one differs from the others.
SHARES = of_the_page("""
const [counts, done] = arguments;
import("/console/static/judgements.js").then(({ differ, wilson }) => {
  const found = counts.map(([good, all]) => wilson(good, all));
  done({ between: found.map(({ low, high }) => [low, high]), differ: found.map((each) => differ(found[0], each)) });
});
""")


def test_shares_lie_where_the_example_dashboard_has_them_and_differ_where_these_do_not_meet(
    page: Page, api: Api
) -> None:
    shown(page, api, OCTOBER)
    counts = [(18, 20), (9, 20), (14, 20), (0, 5), (5, 5), (370, 1000)]
    found = page.driver.execute_async_script(SHARES, counts)
    assert found["between"] == [pytest.approx(wilson(*each)) for each in counts]
    first, *_ = found["between"]
    assert found["differ"] == [high < first[0] or low > first[1] for low, high in found["between"]]
    assert set(found["differ"]) == {True, False}


def test_what_guests_said_is_of_the_days_chosen_and_of_batches_too(page: Page, api: Api) -> None:
    shown(page, api, OCTOBER)
    page.until(lambda: "Essen gut, wirklich gut." in text(page, ".sentences"))
    assert GOOD in text(page, ".sentences")
    assert BAD not in text(page, ".sentences")
    assert text(page, "main").count("12.10.2026") == 1
    assert "Aus den 13 zuletzt eingereichten Bewertungen" in text(page, "main")
    shown(page, api, "from=2026-09-01&to=2026-09-30")
    page.until(lambda: BAD in text(page, ".sentences"))
    assert GOOD not in text(page, ".sentences")
    shown(page, api, "from=2025-01-01&to=2025-01-31")


@pytest.fixture
def downloads(page: Page, tmp_path: Path) -> Path:
    behaviour = {"behavior": "allow", "downloadPath": str(tmp_path)}
    page.driver.execute_cdp_cmd("Browser.setDownloadBehavior", behaviour)
    return tmp_path


def saved(folder: Path, name: str) -> Path:
    """The file, when the browser has it."""
    wait_for(lambda: (folder / name).exists() and (folder / name).stat().st_size, f"{name}, not {[*folder.iterdir()]}")
    return folder / name


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_table_that_is_kept_has_what_is_shown(page: Page, api: Api, downloads: Path) -> None:
    shown(page, api, f"{OCTOBER}&with=krone")
    page.until(lambda: "krone" in text(page, "th") and "krone" in text(page, "figcaption"))
    press(page, "CSV speichern")
    none = {"neutral": "0", "conflict": "0"}
    sides = {("adler", "food"): ("13", "0"), ("krone", "food"): ("6", "0"), ("krone", "service"): ("0", "6")}
    assert rows(saved(downloads, "adler_krone_2026-10-01_2026-10-31.csv")) == [
        {"restaurant": name, "from": "2026-10-01", "to": "2026-10-31", "aspect": aspect, "positive": good,
         "negative": bad, **none}
        for (name, aspect), (good, bad) in sides.items()
    ]  # fmt: skip
    press(page, "CSV speichern", within="figcaption")
    kept = rows(saved(downloads, "adler_krone_2026-10-01_2026-10-31_day.csv"))
    assert [(row["restaurant"], row["from"], row["to"], row["aspect"]) for row in kept] == [
        ("adler", "2026-10-10", "2026-10-10", "food"),
        ("adler", "2026-10-12", "2026-10-12", "food"),
        ("krone", "2026-10-10", "2026-10-10", "food"),
        ("krone", "2026-10-11", "2026-10-11", "service"),
    ]


@pytest.mark.parametrize(("scheme", "ground"), [("light", [255, 253, 249, 255]), ("dark", [32, 26, 22, 255])])
def test_a_picture_of_the_chart_stands_for_itself(
    page: Page, api: Api, downloads: Path, scheme: str, ground: list[int]
) -> None:
    page.emulate(prefers_color_scheme=scheme)
    shown(page, api, OCTOBER)
    page.until(lambda: page.driver.find_elements("css selector", ".uplot canvas"))
    press(page, "Bild speichern")
    file = saved(downloads, "adler_2026-10-01_2026-10-31.png")
    found = page.driver.execute_async_script(OPEN, base64.b64encode(file.read_bytes()).decode())
    assert found["corner"] == ground, "on the page's ground, not on nothing"
    assert found["head"] > 2, "with its title and what the line is"
    assert found["colours"] > 10
    chart = page.run("const { width, height } = document.querySelector('.uplot canvas'); return [width, height]")
    assert found["width"] > chart[0]
    assert found["height"] > chart[1]


#: Has all charts that are drawn in `charts`.
CHARTS = """
window.charts = [];
Object.defineProperty(window, "uPlot", {
  set: (made) => (window.drawn = new Proxy(made, {
    construct: (target, given) => (charts.push(Reflect.construct(target, given)), charts.at(-1)),
  })),
  get: () => window.drawn,
});
"""


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Pacific/Auckland"])
def test_the_days_of_a_trend_stand_where_they_are_in_every_time_zone(page: Page, api: Api, zone: str) -> None:
    page.driver.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": zone})
    script = page.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": CHARTS})
    try:
        shown(page, api, OCTOBER)
        page.until(lambda: page.run("return charts.length"))
        page.until(lambda: page.run("return charts.at(-1).axes[0]._splits"))
        ticks = page.run("return charts.at(-1).axes[0]._splits")
    finally:
        page.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)
        page.driver.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": ""})
    assert len(ticks) > 3
    assert [tick for tick in ticks if tick % 86_400] == [], "a day is written where UTC's begins"


#: A picture as a browser opens it: its size, the colour of its corner, and how many its head and all of it have.
OPEN = """
const [data, done] = arguments;
const image = new Image();
image.onload = () => {
  const { width, height } = image;
  const place = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
  place.drawImage(image, 0, 0);
  const corner = [...place.getImageData(0, 0, 1, 1).data];
  const colours = (rows) => new Set(new Uint32Array(place.getImageData(0, 0, width, rows).data.buffer)).size;
  done({ width, height, corner, head: colours(50), colours: colours(height) });
};
image.src = `data:image/png;base64,${data}`;
"""
