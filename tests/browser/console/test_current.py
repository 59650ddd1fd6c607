"""The console never says less than there is: it comes back by itself, finds what is rare, keeps what it shows true."""

import signal
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from jobs.job import Status
from store.aliases import AliasStore
from store.jobs import RedisStore
from tests.browser.conftest import Page
from tests.browser.console.judging import RESULT, TALLY, TEXT, judged, loaded
from tests.browser.console.reading import go, press, text
from tests.support.console_code import of_the_page
from tests.support.factories import claim, failed, succeeded
from tests.support.processes import Api
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for
from tests.unit.store.ends import many_ended

pytestmark = [pytest.mark.integration, pytest.mark.browser]

#: Each view that asks for something, and what it then says.
VIEWS = {
    "/": "Nichts. Alles läuft.",
    "/jobs": "adler",
    "/jobs/{job}": "wartet",
    "/batches": "{batch}",
    "/batches/{batch}": "0 von 1 Zeile",
    "/webhooks": "http://127.0.0.1:9/hook",
    "/webhooks/{endpoint}": "http://127.0.0.1:9/hook",
    "/deliveries/{delivery}": "endpoint.ping",
    "/restaurants": "adler",
    "/restaurants/adler": "Stört am meisten",
    "/models": "Verfahren single",
    "/keys": "Schlüssel",
    "/usage": "adler",
    "/audit": "endpoints",
}
AWAY = "Kritiq ist nicht erreichbar."


def test_every_view_that_was_opened_while_nobody_answered_is_there_when_they_do(
    open_view: Callable[[str], Page], api: Api, store: RedisStore
) -> None:
    loaded(store)
    judged(api, store)
    endpoint = api.http.post("/v1/endpoints", json={"url": "http://127.0.0.1:9/hook"}).json()["id"]
    there = {
        "job": api.submit(TEXT, restaurant="adler"),
        "batch": api.http.post("/v1/batches", json={"reviews": [{"text": TEXT}]}).json()["id"],
        "endpoint": endpoint,
        "delivery": api.http.post(f"/v1/endpoints/{endpoint}/ping").json()["id"],
    }
    page = open_view("/try")
    for view, word in ((view.format(**there), word.format(**there)) for view, word in VIEWS.items()):
        reach(page, False)
        go(page, view)
        page.until(lambda: AWAY in text(page) and "versucht es von selbst weiter" in text(page))
        reach(page, True)
        page.until(lambda word=word: word in text(page) and AWAY not in text(page))
    assert page.same_document


def reach(page: Page, reached: bool) -> None:
    """Whether the page reaches the API."""
    page.driver.execute_cdp_cmd("Network.enable", {})
    page.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": [] if reached else ["*/v1/*"]})


def test_a_job_that_was_watched_when_redis_went_away_is_followed_on(
    open_view: Callable[[str], Page], server: RedisServer, api: Api, store: RedisStore
) -> None:
    page = open_view(f"/jobs/{api.submit(TEXT)}")
    page.until(lambda: "wartet" in text(page))
    store.client.save()
    server.stop(signal.SIGKILL)
    page.until(lambda: "Kritiq kann gerade nicht antworten." in text(page))
    server.start()
    page.until(lambda: "Kritiq kann gerade nicht antworten." not in text(page))
    assert store.complete([failed(taken) for taken in claim(store)]) == [Status.FAILED]
    page.until(lambda: "The model failed on this text." in text(page))
    assert page.same_document


def test_a_failed_job_is_found_behind_however_many_have_succeeded_since(
    open_view: Callable[[str], Page], api: Api, store: RedisStore
) -> None:
    job_id = api.submit(TEXT)
    store.complete([failed(taken) for taken in claim(store)])
    # No reconciler has made an index: it is looked for page by page.
    many_ended(store.client, Status.SUCCEEDED, 21_300)
    page = open_view("/jobs?status=failed")
    page.until(lambda: job_id in text(page, "tbody"))
    page.until(lambda: "1 angezeigt" in text(page))


#: The API answers lists of jobs so; what it is asked for comes in `window.asked`.
ANSWERED = """
const [pages] = arguments, real = window.fetch;
window.asked = [];
window.fetch = (path, options) => {
  if (!String(path).startsWith("/v1/jobs?")) return real(path, options);
  const token = new URLSearchParams(String(path).split("?")[1]).get("page_token");
  window.asked.push(token);
  const place = Number(token ?? 0), end = place + 1 >= pages.length;
  const next = end ? {} : { next_page_token: String(place + 1), looked_back_to: "2026-11-02T12:00:00Z" };
  const body = { jobs: pages[place], next_page_token: null, looked_back_to: null, ...next };
  return Promise.resolve(Response.json(body));
};
"""


def test_a_search_that_takes_long_says_how_far_it_is_and_goes_on_when_asked(
    open_view: Callable[[str], Page], api: Api
) -> None:
    job = api.job(api.submit(TEXT))
    page = open_view("/try")
    page.run(ANSWERED, [[]] * 40 + [[job]])
    go(page, "/jobs?status=failed")
    page.until(lambda: "Noch nichts gefunden" in text(page))
    assert "Durchgesehen bis 2. Nov" in text(page) or "Durchgesehen bis 02.11.2026" in text(page)
    assert "Hier ist noch kein Job" not in text(page)
    press(page, "Weiter suchen")
    page.until(lambda: job["id"] in text(page, "tbody"))
    assert "Weiter suchen" not in text(page)


def test_what_was_loaded_behind_the_first_page_is_kept_true(
    open_view: Callable[[str], Page], api: Api, store: RedisStore
) -> None:
    oldest, other, *_ = [api.submit(TEXT) for _ in range(55)]
    page = open_view("/jobs")
    page.until(lambda: "50 angezeigt" in text(page))
    press(page, "Mehr laden")
    page.until(lambda: "55 angezeigt" in text(page))
    assert api.http.post(f"/v1/jobs/{other}/cancel").status_code == 200
    assert api.http.delete(f"/v1/jobs/{oldest}").status_code == 204
    page.until(lambda: "54 angezeigt" in text(page))
    page.until(lambda: "abgebrochen" in text(page, f"tr:has(a[href$='{other}'])"))
    assert oldest not in text(page, "tbody")
    newest = api.submit(TEXT)
    page.until(lambda: newest in text(page, "tbody"))
    assert other in text(page, "tbody"), "what is new takes no row from the end"


def test_all_that_needs_somebody_is_counted(open_view: Callable[[str], Page], store: RedisStore) -> None:
    loaded(store)
    many_ended(store.client, Status.FAILED, 150)
    page = open_view("/")
    page.until(lambda: "150 Jobs sind fehlgeschlagen." in text(page))


#: How often something is asked for while nobody sees the page, and then at once when somebody does.
UNSEEN = of_the_page("""
const done = arguments[0];
import("/console/static/asker.js").then(async ({ Asker }) => {
  let [asked, hidden] = [0, false];
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  const until = async (condition) => { while (!condition()) await new Promise((soon) => setTimeout(soon, 5)); };
  const asker = new Asker(async () => (asked += 1), () => {}, 1);
  asker.begin();
  await until(() => asked > 2);
  hidden = true;
  const before = asked;
  await new Promise((soon) => setTimeout(soon, 100));
  const unseen = asked - before;
  hidden = false;
  document.dispatchEvent(new Event("visibilitychange"));
  await until(() => asked > before);
  asker.end();
  delete document.hidden;
  done(unseen);
});
""")


def test_nothing_is_asked_for_while_nobody_sees_it(open_view: Callable[[str], Page]) -> None:
    assert open_view("/try").driver.execute_async_script(UNSEEN) == 0


#: How often something is asked for: while changes are told and none is; after one; and when none is told any more.
TOLD = of_the_page("""
const done = arguments[0];
const asking = import("/console/static/asker.js"), living = import("/console/static/live.js");
Promise.all([asking, living]).then(async ([{ Asker }, { live }]) => {
  live.end();
  let asked = 0;
  const until = async (condition) => { while (!condition()) await new Promise((soon) => setTimeout(soon, 5)); };
  const telling = (is) => (live.telling = is, live.dispatchEvent(new Event("telling")));
  telling(true);
  const asker = new Asker(async () => (asked += 1), () => {}, 5, { told: ["jobs"] });
  asker.begin();
  await until(() => asked === 1);
  live.dispatchEvent(new Event("batches"));
  await new Promise((soon) => setTimeout(soon, 100));
  const untold = asked;
  live.dispatchEvent(new Event("jobs"));
  await until(() => asked === 2);
  telling(false);
  await until(() => asked > 4);
  asker.end();
  done(untold);
});
""")


def test_what_is_told_is_asked_for_when_it_has_changed_and_often_only_while_nothing_is_told(
    open_view: Callable[[str], Page],
) -> None:
    assert open_view("/try").driver.execute_async_script(TOLD) == 1


def test_of_restaurants_those_are_asked_for_whose_name_is_told(open_view: Callable[[str], Page]) -> None:
    assert open_view("/try").driver.execute_async_script(ONLY) == 1


#: How often something of one restaurant is asked for after changes of others; then come its own, and some of whichever.
ONLY = of_the_page("""
const done = arguments[0];
const asking = import("/console/static/asker.js"), living = import("/console/static/live.js");
Promise.all([asking, living]).then(async ([{ Asker }, { live }]) => {
  live.end();
  live.telling = true;
  let asked = 0;
  const until = async (condition) => { while (!condition()) await new Promise((soon) => setTimeout(soon, 5)); };
  const told = (detail) => live.dispatchEvent(new CustomEvent("restaurants", { detail }));
  const asker = new Asker(async () => (asked += 1), () => {}, 5, { told: ["restaurants"], only: "adler" });
  asker.begin();
  await until(() => asked === 1);
  told(["hirsch", "adler-2"]);
  await new Promise((soon) => setTimeout(soon, 100));
  const others = asked;
  told(["hirsch", "adler"]);
  await until(() => asked === 2);
  told(null);
  await until(() => asked === 3);
  asker.end();
  done(others);
});
""")

#: From now on nothing is asked for because time has passed.
UNTIMED = """
const real = window.setTimeout;
window.setTimeout = (act, ms, ...given) => (ms >= 20_000 ? 0 : real(act, ms, ...given));
"""


def test_lists_that_change_seldom_are_asked_for_when_something_in_them_has(
    open_view: Callable[[str], Page], api: Api, store: RedisStore
) -> None:
    loaded(store)
    key = api.http.post("/v1/keys", json={"scopes": ["admin"], "name": "Anna"}).json()["key"]
    shown = {"headers": {"Authorization": f"Bearer {key}"}}
    wait_for(lambda: api.http.get("/v1/jobs").status_code == 401, "keys are asked for")
    page = open_view("/try")
    page.type("input[type=password]", key, Keys.ENTER)
    page.until(lambda: page.driver.find_elements(By.TAG_NAME, "nav"))
    page.run(UNTIMED)
    page.until(lambda: page.driver.execute_async_script(TELLING))

    def watched(view: str, before: str, change: Callable[[], object], after: str) -> None:
        go(page, view)
        page.until(lambda: before in text(page))
        assert after not in text(page)
        change()
        page.until(lambda: after in text(page))

    def post(path: str, **body: object) -> None:
        assert api.http.post(path, json=body, **shown).status_code < 300

    def judge() -> None:
        post("/v1/jobs", text=TEXT, restaurant="krone")
        store.complete([replace(succeeded(held, RESULT), tally={"krone": TALLY["adler"]}) for held in claim(store)])

    url = "http://127.0.0.1:9/hook"
    watched("/webhooks", "Noch kein Endpunkt", lambda: post("/v1/endpoints", url=url), url)
    watched("/keys", "Anna", lambda: post("/v1/keys", scopes=["jobs:read"], name="Berta"), "Berta")
    watched("/audit", "endpoints_", lambda: post("/v1/webhook-links", restaurants=["adler"]), "webhook_links_")
    own, new = "fake/1", "fake/2"
    roll_out = partial(AliasStore(store.client).roll_out, "default", new, own=own)
    watched("/models", "fake", roll_out, f"{new} wird für default eingeführt")
    watched("/restaurants", "Restaurants", judge, "krone")
    assert page.same_document


#: Whether the page is told of changes.
TELLING = of_the_page(
    "const done = arguments[0]; import('/console/static/live.js').then(({ live }) => done(live.telling))"
)


def test_changes_are_told_again_once_redis_is_back(
    open_view: Callable[[str], Page], server: RedisServer, api: Api, store: RedisStore
) -> None:
    page = open_view("/jobs")
    page.until(lambda: page.driver.execute_async_script(TELLING))
    job_id = api.submit(TEXT)
    page.until(lambda: job_id in text(page, "tbody"))
    store.client.save()
    server.stop(signal.SIGKILL)
    page.until(lambda: not page.driver.execute_async_script(TELLING))
    page.until(lambda: "Kritiq kann gerade nicht antworten." in text(page))
    server.start()
    page.until(lambda: page.driver.execute_async_script(TELLING))
    assert store.complete([failed(taken) for taken in claim(store)]) == [Status.FAILED]
    page.until(lambda: "fehlgeschlagen" in text(page, "tbody"))
    assert page.same_document
