"""Every view and dialog of the console for whoever sees or moves differently.

In German and English, light and dark, on a desk and on the narrowest phone.

Views and dialogs are read out of the console's own files: one that is new is looked at, or the test says what it needs.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from jobs.retraining import RetrainingRequest
from jobs.served import ModelState, ServedModel
from store.aliases import AliasStore
from store.jobs import RedisStore
from store.retrainings import RetrainingStore
from tests.browser.conftest import Page
from tests.browser.console.reading import AXE, go, press, settled
from tests.support.console_code import dialogs, patterns, texts
from tests.support.factories import FakePredictor, claim, make_worker
from tests.support.processes import Api
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for
from worker.predict.pipeline import Pipeline

pytestmark = [pytest.mark.integration, pytest.mark.browser]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
#: Rules that no level of WCAG asks for.
MORE = {"empty-table-header": {"enabled": True}, "label-title-only": {"enabled": True}}
#: Each language in each look and on each width, and each look on each width.
LOOKS = {"de": (("light", 320), ("dark", 1280)), "en": (("light", 1280), ("dark", 320))}

#: What each dialog is opened by: the view, and the names of the labels of what is pressed there, one after the other.
OPENED_BY: Mapping[str, tuple[str, str]] = {
    "wrong_title": ("/jobs/:id", "wrong"),
    "delete_job": ("/jobs/:id", "delete"),
    "retry_many": ("/jobs", "retry"),
    "cancel_many": ("/jobs", "cancel_job"),
    "delete_many": ("/jobs", "delete"),
    "delete_batch": ("/batches/:id", "delete"),
    "endpoint_new": ("/webhooks", "endpoint_new"),
    "link_new": ("/webhooks", "link_new"),
    "link_revoke": ("/webhooks", "revoke"),
    "edit": ("/webhooks/:id", "edit"),
    "recover": ("/webhooks/:id", "recover"),
    "rotate_title": ("/webhooks/:id", "rotate"),
    "disable_title": ("/webhooks/:id", "disable"),
    "delete_endpoint": ("/webhooks/:id", "delete"),
    "key_new": ("/keys", "key_new"),
    "key_rotate": ("/keys", "rotate"),
    "key_revoke": ("/keys", "revoke"),
    "retraining_new": ("/models", "retraining_new"),
    "retraining_cancel": ("/models", "retraining_cancel"),
    "rollout_stop": ("/models", "rollout_stop"),
    "rollout_promote": ("/models", "rollout_promote"),
    "memory_unload": ("/models", "memory_unload"),
    "alias_delete": ("/models", "delete"),
}
#: Views whose buttons wait until something is chosen.
CHOOSING = {"retry_many", "cancel_many", "delete_many"}


@dataclass(frozen=True, kw_only=True)
class House:
    """A Kritiq in which there is something of everything."""

    api: Api
    key: str
    #: What an address names, by the pattern of its view.
    named: Mapping[str, str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.api.port}"

    def view(self, pattern: str) -> str:
        """Where a view with something in it is, below the console's address."""
        return pattern if ":" not in pattern else f"{pattern.rpartition('/')[0]}/{self.named[pattern]}"


@pytest.fixture(scope="module")
def house(port: int) -> Iterator[House]:
    with closing(RedisServer()) as server:
        server.start()
        secrets = {"webhook_allow_insecure": "1", "secret_keys": Fernet.generate_key().decode()}
        with closing(Api(server.url, port=port, **secrets)) as api, server.client() as client:
            yield furnished(api.wait(), RedisStore(client))


def furnished(api: Api, store: RedisStore) -> House:
    """Something of everything; from then on a key is asked for."""

    def made(path: str, **body: Any) -> Any:
        answer = api.http.post(path, json=body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    endpoint = made("/v1/endpoints", url="http://127.0.0.1:9/hook", description="Kasse", include_text=True)
    job_id = api.submit("Das Essen war gut. Der Service war schlecht.", restaurant="adler")
    batch = made("/v1/batches", reviews=[{"text": "Essen gut."}, {"text": ""}], restaurant="adler")
    pipeline = Pipeline(FakePredictor().as_predictor())
    while claims := claim(store):
        store.complete(pipeline.judge(pipeline.prepare(claims)))
    delivery = api.http.get(f"/v1/deliveries?job={job_id}").json()["deliveries"][0]
    made("/v1/webhook-links", restaurants=["adler"])
    models = tuple(ServedModel(version=version, state=ModelState.LOADED) for version in ("fake/1", "fake/2"))
    store.report_worker(replace(make_worker(models=models), busy=0.5), alive_ms=3_600_000)
    AliasStore(store.client).roll_out("default", "fake/2", own="fake/1")
    RetrainingStore(store.client).ask(RetrainingRequest(model="fake/1", tenants=("default",)))
    key = made("/v1/keys", scopes=["admin"])["key"]
    wait_for(lambda: api.http.get("/v1/jobs").status_code == 401, "keys are asked for")
    named = {
        "/jobs/:id": job_id, "/batches/:id": batch["id"], "/webhooks/:id": endpoint["id"],
        "/deliveries/:id": delivery["id"], "/restaurants/:name": "adler",
    }  # fmt: skip
    return House(api=api, key=key, named=named)


@pytest.fixture(scope="module")
def visit(chromium: webdriver.Chrome, house: House) -> Iterator[Page]:
    """Whoever has signed in stays so until the end, and loads the page once for many views."""
    page = Page(chromium)
    yield page
    page.forget(house.url)
    chromium.get("about:blank")


@pytest.fixture
def visitor(visit: Page) -> Iterator[Page]:
    yield visit
    visit.reset()


#: The language of the console that the page shows, if it does.
SHOWN = "return location.href.startsWith(arguments[0]) && document.documentElement.lang"


def opened(page: Page, house: House, view: str, language: str = "de") -> Mapping[str, str]:
    """Shows a view anew, to whoever has signed in; the words of its language."""
    console = f"{house.url}/console"
    if page.run(SHOWN, f"{console}/") == language:
        # By way of another: what the view before had chosen is not there any more.
        go(page, "/nothing")
        go(page, view)
    else:
        page.open(f"{console}{view}", live=False)
        page.run("localStorage.setItem('kritiq-language', arguments[0])", language)
        page.open(f"{console}{view}", live=False)
    settled(page)
    page.until(lambda: page.driver.find_elements(By.TAG_NAME, "h1"))
    if page.driver.find_elements(By.CSS_SELECTOR, "input[type=password]"):
        page.type("input[type=password]", house.key, Keys.ENTER)
        page.until(lambda: page.driver.find_elements(By.CSS_SELECTOR, "nav"))
        settled(page)
    return texts(language)


def faults(page: Page, language: str, part: str = "html") -> list[str]:
    """What axe finds in that part of the page in each look, and what is wider than the window, a line each."""
    found = list[str]()
    if not page.run("return 'axe' in window"):
        page.run(AXE)
    for scheme, width in LOOKS[language]:
        page.emulate(prefers_color_scheme=scheme)
        page.resize(width)
        violations = page.driver.execute_async_script(ASK_AXE, part, RULES, MORE)
        found += [f"{language}, {scheme}, {width}: {name}: {code}" for name, code in violations]
        wide = page.run("return document.documentElement.scrollWidth")
        found += [f"{language}, {width}: is {wide} wide"] * (wide > width)
    return found


# All in one language, then all in the other: it is a page that is loaded anew.
@pytest.mark.parametrize("pattern", patterns("views/index.js"))
@pytest.mark.parametrize("language", LOOKS)
def test_nobody_is_shut_out_of_a_view(visitor: Page, house: House, pattern: str, language: str) -> None:
    """WCAG 2.2 A and AA, as far as axe sees it; and nothing is wider than the narrowest phone."""
    opened(visitor, house, house.view(pattern), language)
    assert faults(visitor, language) == []


@pytest.mark.parametrize("language", LOOKS)
def test_nobody_is_shut_out_of_a_file_that_is_read(visitor: Page, house: House, language: str, tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text("a column with a long heading that nobody would write;text\n1;Gut.\n", encoding="utf-8")
    opened(visitor, house, house.view("/batches/new"), language)
    visitor.type("input[type=file]", str(file))
    visitor.until(lambda: visitor.driver.find_elements(By.TAG_NAME, "table"))
    assert faults(visitor, language) == []


@pytest.mark.parametrize("language", LOOKS)
def test_nobody_is_shut_out_of_a_comparison(visitor: Page, house: House, language: str) -> None:
    opened(visitor, house, house.view("/restaurants/:name") + "?from=2026-01-01&with=krone", language)
    visitor.until(lambda: "krone" in visitor.read("thead"))
    assert faults(visitor, language) == []


@pytest.mark.parametrize("language", LOOKS)
def test_nobody_is_shut_out_of_a_link_s_page(visitor: Page, house: House, language: str) -> None:
    assert set(patterns("embedded.js")) - {"/"} <= set(patterns("views/index.js")), "what it shows is looked at there"
    words = texts(language)
    opened(visitor, house, "/", language)
    visitor.open(f"{house.url}{made_link(house)['url']}", live=False)
    visitor.until(lambda: words["nav_webhooks"] in visitor.read("h1"))
    settled(visitor)
    assert faults(visitor, language) == []


def made_link(house: House) -> Any:
    """A new link to webhooks."""
    headers = {"Authorization": f"Bearer {house.key}"}
    return house.api.http.post("/v1/webhook-links", json={"restaurants": ["adler"]}, headers=headers).json()


def test_every_dialog_is_looked_at() -> None:
    assert dialogs() == set(OPENED_BY)


# Half of them in each language, one after the other: views are in both, and a dialog has no parts of its own.
@pytest.mark.parametrize(
    ("title", "language"), sorted(zip(OPENED_BY, cycle(LOOKS), strict=False), key=lambda each: each[1])
)
def test_a_dialog_takes_the_focus_shuts_nobody_out_and_gives_it_back(
    visitor: Page, house: House, title: str, language: str
) -> None:
    pattern, label = OPENED_BY[title]
    words = opened(visitor, house, house.view(pattern), language)
    if title in CHOOSING:
        visitor.click("tbody input[type=checkbox]")
    press(visitor, words[label])
    visitor.until(lambda: visitor.driver.find_elements(By.CSS_SELECTOR, "dialog[open]"))
    assert visitor.read("dialog h2") == words[title]
    visitor.until(lambda: visitor.run("return document.querySelector('dialog').contains(document.activeElement)"))
    assert faults(visitor, language, "dialog") == []
    visitor.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    visitor.until(lambda: not visitor.driver.find_elements(By.TAG_NAME, "dialog"))
    visitor.until(lambda: visitor.run("return document.activeElement.innerText") == words[label])


def test_the_focus_stays_in_the_view_when_what_had_it_is_gone(visitor: Page, house: House) -> None:
    link = made_link(house)
    words = opened(visitor, house, "/webhooks")
    row = f"//tr[.//div[normalize-space()='{link['id']}']]"
    visitor.click(f"{row}//button", By.XPATH)
    press(visitor, words["revoke"], "dialog")
    visitor.until(lambda: not visitor.driver.find_elements(By.XPATH, row))
    visitor.until(lambda: visitor.run("return document.activeElement.id") == "main")


#: No list of jobs is answered, and time goes by forty times as fast.
SLOWLY = """
const asked = window.fetch, later = window.setTimeout;
window.fetch = (path, options) => (String(path).startsWith("/v1/jobs") ? new Promise(() => {}) : asked(path, options));
window.setTimeout = (act, ms, ...given) => later(act, ms / 40, ...given);
"""
MOVES = "return getComputedStyle(document.querySelector('.waiting i')).animationName"


def test_whoever_waits_is_told_so_and_sees_nothing_move_who_wants_none_to(visitor: Page, house: House) -> None:
    words = opened(visitor, house, "/try")
    visitor.run(SLOWLY)
    go(visitor, "/jobs")
    visitor.until(lambda: visitor.read(".waiting[role=status]").endswith(words["slow"]))
    for wanted, seen in (("no-preference", "glide"), ("reduce", "none")):
        visitor.emulate(prefers_reduced_motion=wanted)
        visitor.until(lambda seen=seen: visitor.run(MOVES) == seen)
    assert faults(visitor, "de") == []
    # As it was for whoever comes next.
    visitor.driver.get("about:blank")


def test_language_and_look_are_chosen_before_anybody_signs_in(visitor: Page, house: House) -> None:
    visitor.forget(house.url)
    visitor.open(f"{house.url}/console/", live=False)
    visitor.until(lambda: "Anmelden" in visitor.read("h1"))
    assert faults(visitor, "de") == []
    visitor.select("select:has(option[value=en])", "English")
    visitor.until(lambda: "Sign in" in visitor.read("h1"))
    assert faults(visitor, "en") == []
    visitor.select("select:has(option[value=dark])", "Dark")
    assert visitor.run("return document.documentElement.dataset.theme") == "dark"


ASK_AXE = """
const [part, rules, more, done] = arguments;
axe.run(part, { runOnly: rules, rules: more, resultTypes: ["violations"] })
  .then(({ violations }) => done(violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => [id, html]))));
"""
