"""The console as a person sees it: over a real API and Redis, by what is read and clicked; the test is the worker."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from cryptography.fernet import Fernet
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from jobs.attempt import holder_of
from jobs.feedback import Answers, FeedbackFilter
from jobs.model_card import AspectScore, ModelCard
from jobs.rollout_evidence import count_name
from jobs.served import ModelState, ServedModel
from kritiq_client.bulk.details import moment_of
from model.scheme import ASPECTS, POLARITIES
from store.aliases import AliasStore
from store.answers import AnswerStore
from store.feedback import FeedbackStore
from store.jobs import RedisStore
from store.model_cards import CardStore
from store.traffic import model_key
from tests.browser.conftest import Page
from tests.support.factories import MODEL, claim, failed, make_worker, succeeded
from tests.support.processes import Api
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.integration, pytest.mark.browser]

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
TEXT = "Das Essen war super, aber der Service war langsam."
RESULT = json.dumps(
    {
        "language": "de",
        "overall": {"polarity": "conflict", "confidence": 0.55},
        "sentences": [
            {
                "index": 0, "start": 0, "end": len(TEXT), "text": TEXT, "truncated": False,
                "aspects": {
                    "food": {"polarity": "positive", "confidence": 0.97, "evidence": [{"start": 14, "end": 19}]},
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
    webhooks = {"webhook_allow_insecure": "1", "secret_keys": Fernet.generate_key().decode()}
    with closing(Api(server.url, **webhooks)) as api:
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
    page.until(lambda: _pressed(page, label, within))


def _pressed(page: Page, label: str, within: str) -> bool:
    found = page.driver.find_elements(By.CSS_SELECTOR, f"{within} button")
    button = next((each for each in found if each.text == label and each.is_enabled()), None)
    if button is not None:
        button.click()
    return button is not None


def judged(api: Api, store: RedisStore) -> str:
    """A review that has ended."""
    job_id = api.submit(TEXT, restaurant="adler")
    (taken,) = claim(store)
    store.complete([replace(succeeded(taken, RESULT), tally=TALLY)])
    return job_id


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
    assert page.driver.find_elements(By.CSS_SELECTOR, ".pill.unsure[data-tone=negative]")
    assert "Insgesamt gemischt 55" in text(page)
    assert text(page, "mark[data-tone=positive]") == "super"
    assert "curl -s http://127.0.0.1" in text(page, "pre")
    tell_answers(store)
    press(page, "Das stimmt nicht")
    page.until(lambda: "nicht erwähnt" in text(page, "dialog select[name=food]"))
    page.select("dialog select[name=food]", "nicht erwähnt")
    press(page, "Berichtigen", within="dialog")
    page.until(lambda: "berichtigt: Essen nicht erwähnt" in text(page, ".sentences"))


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
    (said,) = FeedbackStore(store.client).page("default", FeedbackFilter(), size=9).found
    assert [(each.aspect, each.polarity) for each in said.corrections] == [("service", "neutral")]
    page = open_view(f"/jobs/{job_id}")
    page.until(lambda: "berichtigt: Service neutral" in text(page, ".sentences"))
    assert violations(page) == []


def tell_answers(store: RedisStore) -> None:
    """A worker has told what its model may say, an aspect of its own too, and how right it is."""
    model = model_key(MODEL["name"], MODEL["version"])
    AnswerStore(store.client).set(model, Answers(aspects=(*ASPECTS, "parking"), polarities=POLARITIES))
    scores = {"food": AspectScore(labels=60, mentioned_f1=0.9, judged_f1=0.7)}
    card = ModelCard(
        method="single", languages=("de",), sentences=120, mentioned_f1=0.83, judged_f1=0.62, aspects=scores,
        text="# The card of the model\n",
    )  # fmt: skip
    CardStore(store.client).set(model, card)


def loaded(store: RedisStore) -> None:
    """A worker is up with the model, and has told of it."""
    tell_answers(store)
    store.report_worker(replace(make_worker(), model=MODEL), alive_ms=60_000)


def test_a_model_shows_its_traffic_scores_drift_and_card(
    open_view: Callable[[str], Page], api: Api, store: RedisStore
) -> None:
    judged(api, store)
    loaded(store)
    page = open_view("/models")
    page.until(lambda: "Gemessen auf 120 Sätzen: F1 83 % für Aspekte, 62 % mit ihrer Wertung." in text(page))
    assert "Essen 60 90 % 70 %" in text(page, "table")
    assert "Verfahren single" in text(page)
    page.until(lambda: "In diesem Monat Bewertungen: 0, Sätze: 0" in text(page))
    page.until(lambda: "Das Modell hat keine Referenz" in text(page))
    page.click("summary")
    assert "# The card of the model" in text(page, "pre")


def test_a_rollout_shows_how_far_it_is_and_is_stopped(open_view: Callable[[str], Page], store: RedisStore) -> None:
    own, candidate = "fake/1", "fake/2"
    models = tuple(ServedModel(version=version, state=ModelState.LOADED) for version in (own, candidate))
    store.report_worker(make_worker(models=models), alive_ms=600_000)
    aliases = AliasStore(store.client)
    begun = aliases.roll_out("default", candidate, own=own)
    store.count({count_name("default", begun.revision, candidate, "reviews"): 120})
    page = open_view("/models")
    page.until(lambda: "fake/2 wird für default eingeführt" in text(page))
    page.until(lambda: "Schritt 1 von 2: 5 von 100 Aufträgen." in text(page))
    page.until(lambda: "It has judged 120 of 500 reviews in this step." in text(page))
    page.until(lambda: "fake/2 5 120 0 0 –" in text(page, "table"))
    assert violations(page) == []
    press(page, "Anhalten")
    press(page, "Anhalten", within="dialog")
    page.until(lambda: "zurückgenommen" in text(page))
    assert aliases.all()["default"].versions == {own: 100}


def test_new_jobs_appear_by_themselves_and_a_selection_is_deleted(
    open_view: Callable[[str], Page], api: Api, store: RedisStore
) -> None:
    page = open_view("/jobs")
    page.until(lambda: "Hier ist noch kein Job" in text(page))
    first, second = judged(api, store), judged(api, store)
    page.until(lambda: first in text(page) and second in text(page))
    assert page.same_document
    page.click(f"input[aria-label='{first} auswählen']")
    press(page, "Löschen")
    press(page, "Löschen", within="dialog")
    page.until(lambda: first not in text(page, "table"))
    assert second in text(page, "table")
    assert "Für 1 erledigt." in text(page)


def test_jobs_are_found_by_the_model_and_by_the_error(
    open_view: Callable[[str], Page], api: Api, store: RedisStore
) -> None:
    good, bad = api.submit(TEXT), api.submit(TEXT)
    taken = {each.id: each for each in claim(store)}
    store.complete(
        [succeeded(taken[good], RESULT), replace(failed(taken[bad]), model={"name": "other", "version": "2"})]
    )
    page = open_view("/jobs")
    page.until(lambda: good in text(page, "tbody") and bad in text(page, "tbody"))
    # By what a row says, and by what is typed.
    page.click("prediction_failed", by=By.LINK_TEXT)
    page.until(lambda: good not in text(page, "tbody") and bad in text(page, "tbody"))
    page.type("[placeholder=worker_lost]", Keys.CONTROL + "a", Keys.BACKSPACE, Keys.ENTER)
    page.until(lambda: good in text(page, "tbody"))
    page.type("[placeholder='kritiq-mini/1']", "fake", Keys.ENTER)
    page.until(lambda: good in text(page, "tbody") and bad not in text(page, "tbody"))
    assert page.driver.current_url.endswith("?model=fake")


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
    # It says which one it repeats.
    page.until(lambda: job_id in text(page, "dd"))


def test_a_job_tells_what_became_of_each_attempt(open_view: Callable[[str], Page], api: Api, store: RedisStore) -> None:
    job_id, holder = api.submit(TEXT), holder_of("worker@cellar", "0a1b", "single")
    page = open_view(f"/jobs/{job_id}")
    store.release([held.tag for held in claim(store, holder=holder)])
    page.until(lambda: "Versuch 1 begann · worker@cellar" in text(page, ".course"))
    assert "Von seinem Worker zurückgegeben" in text(page, ".course")
    store.complete([failed(held) for held in claim(store, holder=holder)])
    page.until(lambda: "fehlgeschlagen" in text(page, ".course"))
    page.until(lambda: "(Versuch 2) · worker@cellar" in text(page, ".course"))
    assert violations(page) == []


def test_the_overview_shows_how_busy_each_worker_is(open_view: Callable[[str], Page], store: RedisStore) -> None:
    for name, busy, batch in (("worker@cellar", 0.25, 31.5), ("worker@attic", None, None)):
        served = (ServedModel(version="fake/1", state=ModelState.LOADED),)
        info = make_worker(name, busy=busy, batch_sentences=batch, models=served)
        store.report_worker(info, alive_ms=600_000)
    page = open_view("/")
    page.until(lambda: "worker@cellar fake 1 cpu 31,5 25 %" in text(page, "table"))
    assert "worker@attic fake 1 cpu – –" in text(page, "table")


def test_a_delivery_shows_what_the_receiver_gets(open_view: Callable[[str], Page], api: Api, store: RedisStore) -> None:
    api.http.post("/v1/endpoints", json={"url": "http://127.0.0.1:9/hook", "include_text": True})
    job_id = judged(api, store)
    (delivery,) = api.http.get(f"/v1/deliveries?job={job_id}").json()["deliveries"]
    page = open_view(f"/deliveries/{delivery['id']}")
    page.click("//summary[text()='Anfrage']", by=By.XPATH)
    page.until(lambda: f'"job_id": "{job_id}"' in text(page, "details pre"))
    assert TEXT in text(page, "details pre")
    assert "webhook-signature" in text(page, "details")
    assert violations(page) == []
    api.http.delete(f"/v1/jobs/{job_id}")


def test_a_file_becomes_a_batch(open_view: Callable[[str], Page], store: RedisStore, tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv"
    file.write_bytes(
        'Datum;Bewertung;Filiale\r\n01.11.2026;"Sehr gut; gerne wieder";adler\r\n;Kalt.;krone\r\n'.encode("cp1252")
    )
    page = open_view("/batches/new")
    page.type("input[type=file]", str(file))
    page.until(lambda: "Sehr gut; gerne wieder" in text(page, "table"))
    assert "2026-11-01" in text(page, "table")
    press(page, "2 Bewertungen einreichen")
    page.until(lambda: "batch_" in text(page, "h1"))
    page.until(lambda: "0 von 2 Zeilen" in text(page))
    assert store.backlog().waiting_jobs["bulk"] == 1


def test_a_column_of_a_file_says_which_model_judges_each_review(
    open_view: Callable[[str], Page], tmp_path: Path
) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text("text;Von wem\nGut.;default\nKalt.;\n", encoding="utf-8")
    page = open_view("/batches/new")
    page.type("input[type=file]", str(file))
    page.until(lambda: "Kalt." in text(page, "table"))
    assert "default" not in text(page, "table")
    page.select("//label[span='Modell']/select", "Von wem", By.XPATH)
    page.until(lambda: "default" in text(page, "table"))
    press(page, "2 Bewertungen einreichen")
    page.until(lambda: "0 von 2 Zeilen" in text(page))


READ = """
const [text, done] = arguments;
import("/console/static/table_file.js").then(({ guessed, mapped, parsed }) => {
  const file = parsed(new TextEncoder().encode(text));
  return { lines: mapped(file, guessed(file.header)), odd: file.odd };
}).catch(({ message, line }) => ({ message, line })).then(done);
"""


def test_nothing_of_a_file_is_cut_merged_or_lost_unsaid(open_view: Callable[[str], Page]) -> None:
    page = open_view("/try")

    def found(content: str) -> Any:
        return page.driver.execute_async_script(READ, content)

    unclosed = found('id,text\n1,"Good\n2,"Bad"\n')
    assert unclosed == {"message": "file_quote", "line": 2}, "not one review of both"
    assert found('text\n"Good') == {"message": "file_quote", "line": 2}
    cut = found('text,id\n"a\nb",1\n\nGood, but dear,2\nFine,3,,\rBad\n')
    assert cut == {"lines": [{"text": "a\nb", "custom_id": "1"}, {"text": "Fine", "custom_id": "3"}], "odd": [5, 7]}
    assert found('\ufeff\r\n"Text"\r\nGood, but dear\r\n') == {"lines": [{"text": "Good, but dear"}], "odd": []}
    long_id = "12345678901234567890"
    line = {"text": "Good", "custom_id": long_id}
    assert found("text,model\nGood,default\nBad,\n")["lines"] == [{"text": "Good", "model": "default"}, {"text": "Bad"}]
    assert found(f'{{"text":"Good","id":{long_id}}}\n"Bad"\n7\n[]\n{{"text"') == {"lines": [line], "odd": [2, 3, 4, 5]}
    assert found(f'[{{"text": "Good", "id": {long_id}}},\n null]') == {"lines": [line], "odd": [2]}
    assert found("sep=;\n") == {"message": "file_empty", "line": None}


def test_days_and_times_of_a_file_are_those_that_its_reader_in_python_finds(open_view: Callable[[str], Page]) -> None:
    page = open_view("/try")
    days = {
        "1.11.2026": "2026-11-01", "2026/11/01": "2026-11-01", "1.11.2026 9:05 Uhr": "2026-11-01T09:05:00Z",
        "01.11.2026, 19:05:07": "2026-11-01T19:05:07Z", "2026-11-01 19:05": "2026-11-01T19:05:00Z",
        "2026-11-01T19:05:00+01:00": "2026-11-01T19:05:00+01:00", "gestern": "gestern",
    }  # fmt: skip
    content = "text;datum\n" + "".join(f"Gut.;{day}\n" for day in days)
    lines = page.driver.execute_async_script(READ, content)["lines"]
    assert [line["reviewed_at"] for line in lines] == list(days.values())
    for written, read in days.items():
        moment = moment_of(written)
        assert moment == (datetime.fromisoformat(read).replace(tzinfo=UTC) if len(read) == 10 else moment_of(read))


def test_the_code_that_is_shown_runs(open_view: Callable[[str], Page], api: Api, store: RedisStore) -> None:
    page = open_view("/try")
    page.type("[name=text]", 'Nicht "schlecht"\nund warm.')
    press(page, "Python")
    code = page.run("return document.querySelector('pre code').textContent")
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as program:
        page.until(lambda: store.backlog().waiting_jobs["long"])
        store.complete([succeeded(taken, RESULT) for taken in claim(store)])
        assert program.communicate(timeout=20)[0].startswith("(Sentence(")
    assert program.returncode == 0


def test_the_console_asks_for_nothing_that_a_key_may_not(
    open_view: Callable[[str], Page], api: Api, store: RedisStore
) -> None:
    """Each refusal stands in the audit log, and the console asks again by itself."""
    job_id = judged(api, store)
    admin, reader, sender = (made_key(api, *scopes) for scopes in (["admin"], ["jobs:read"], ["webhooks:manage"]))
    wait_for(lambda: api.http.get("/v1/jobs").status_code == 401, "keys are asked for")
    page = open_view("/")
    signed_in(page, reader["key"])
    page.until(lambda: "Braucht jemanden" in text(page) or "Needs somebody" in text(page))
    for path in ("/", f"/jobs/{job_id}"):
        settled(open_view(path))
    page.driver.delete_all_cookies()
    page = open_view("/")
    signed_in(page, sender["key"])
    page.until(lambda: page.run("return location.pathname") == "/console/webhooks")
    settled(page)
    page.driver.delete_all_cookies()
    entries = api.http.get("/v1/audit", headers={"Authorization": f"Bearer {admin['key']}"}).json()["entries"]
    assert [entry for entry in entries if entry["outcome"] == "refused" and entry["key_id"]] == []


def made_key(api: Api, *scopes: str) -> Any:
    """A new key, as `POST /v1/keys` answers it while none is asked for."""
    return api.http.post("/v1/keys", json={"scopes": scopes}).json()


def signed_in(page: Page, key: str) -> None:
    """Sign in where a key is asked for."""
    page.until(lambda: page.driver.find_elements(By.CSS_SELECTOR, "input[type=password]"))
    page.type("input[type=password]", key, Keys.ENTER)
    page.until(lambda: page.driver.find_elements(By.CSS_SELECTOR, "nav"))


class Portal(BaseHTTPRequestHandler):
    """A page of another site that frames what its address names."""

    def do_GET(self) -> None:
        """The page."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(f'<iframe src="{unquote(self.path[1:])}" width="1200" height="800"></iframe>'.encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def portal() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Portal) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        # Another site than 127.0.0.1.
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


def test_a_restaurant_looks_after_its_webhooks_in_a_frame_of_another_site(page: Page, api: Api, portal: str) -> None:
    hook = "http://127.0.0.1:9/hook"
    for name in ("adler", "krone"):
        made = api.http.post("/v1/endpoints", json={"url": hook, "restaurants": [name], "description": f"Kasse {name}"})
        assert made.status_code == 201, made.text
    link = api.http.post("/v1/webhook-links", json={"restaurants": ["adler"], "frame_origins": [portal]}).json()
    page.driver.get(f"{portal}/http%3A//127.0.0.1:{api.port}{link['url'].replace('#', '%23')}")
    page.driver.switch_to.frame(0)
    page.until(lambda: "Kasse adler" in text(page))
    assert "Kasse krone" not in text(page)
    press(page, "Neuer Endpunkt")
    page.until(lambda: page.driver.find_elements(By.NAME, "url"))
    assert not page.driver.find_elements(By.NAME, "include_text")
    page.type("[name=url]", hook)
    press(page, "Anlegen", "dialog")
    # This frame may not write to the clipboard.
    press(page, "Kopieren")
    page.until(lambda: "Der Text ist markiert" in text(page))
    assert page.run("return document.activeElement.value") == page.run(
        "return document.querySelector('code').innerText"
    )
    assert page.run("return getSelection().toString()").startswith("whsec_")
    page.click("Kasse adler", By.LINK_TEXT)
    press(page, "Testen")
    page.until(lambda: "endpoint.ping" in text(page))
    assert page.run("return location.hash + document.cookie") == ""
    assert violations(page) == []
    assert api.http.delete(f"/v1/webhook-links/{link['id']}").status_code == 204
    page.until(lambda: "Diese Ansicht ist zu Ende" in text(page))
    page.driver.switch_to.default_content()
    page.driver.get(f"http://127.0.0.1:{api.port}{link['url']}")
    page.until(lambda: "Dieser Link öffnet nichts mehr" in text(page))
    assert violations(page) == []


def test_without_an_answer_nothing_is_said_to_be_well(
    open_view: Callable[[str], Page], server: RedisServer, api: Api, store: RedisStore
) -> None:
    page = open_view("/")
    page.until(lambda: "Braucht jemanden Kein Worker läuft." in text(page))
    assert "Alles läuft" not in text(page)
    loaded(store)
    page = open_view("/")
    page.until(lambda: "Alles läuft" in text(page))
    server.stop(signal.SIGKILL)
    page.until(lambda: page.driver.find_elements(By.CSS_SELECTOR, ".lost"))
    # There and back, without the answers that the view had.
    for place in ("Modelle", "Überblick"):
        page.click(place, By.LINK_TEXT)
        page.until(lambda place=place: place in text(page, "h1"))
    page.until(lambda: "nicht antworten" in text(page))
    assert "Alles läuft" not in text(page)


def test_an_address_that_is_none_leaves_the_navigation(open_view: Callable[[str], Page]) -> None:
    for path in ("/jobs/%E0%A4%A", "/nothing"):
        assert "Diese Seite gibt es nicht" in text(open_view(path), "h1")
    page = open_view("/restaurants/adler?to=gestern")
    page.until(lambda: "Diese Seite hat einen Fehler" in text(page))
    page.click("Jobs", By.LINK_TEXT)
    page.until(lambda: "Hier ist noch kein Job" in text(page))


def test_a_restaurant_shows_what_guests_say(open_view: Callable[[str], Page], api: Api, store: RedisStore) -> None:
    judged(api, store)
    page = open_view("/restaurants")
    page.until(lambda: "adler" in text(page, "table"))
    page.click("adler", By.LINK_TEXT)
    page.until(lambda: "Stört am meisten" in text(page))
    page.until(lambda: "100 % positiv von 7" in text(page))
    page.until(lambda: page.driver.find_elements(By.CSS_SELECTOR, ".uplot canvas"))
    page.until(lambda: TEXT in text(page, ".sentences"))
    bright = page.run(DRAWN)
    page.click(".side-end option[value=dark]")
    page.until(lambda: page.run(DRAWN) not in ("", bright))
    page.run("localStorage.clear()")


def test_a_key_is_made_shown_once_and_asked_for_from_then_on(open_view: Callable[[str], Page]) -> None:
    page = open_view("/keys")
    press(page, "Neuer Schlüssel")
    page.click("dialog input[value=admin]")
    press(page, "Anlegen", within="dialog")
    page.until(lambda: "krt_live_" in text(page, ".good"))
    key = page.read(".good code")
    page.until(lambda: page.driver.find_elements(By.CSS_SELECTOR, "input[type=password]") or _reloaded(page))
    page.type("input[type=password]", key, Keys.ENTER)
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


#: The chart as it stands there.
DRAWN = "return document.querySelector('.uplot canvas')?.toDataURL() ?? ''"

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
    loaded(store)
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
    page = open_view("/try")
    page.type("[name=text]", TEXT)
    page.click(".side-end option[value=en]")
    page.until(lambda: "Overview" in text(page, "nav"))
    assert page.run("return document.querySelector('textarea').value") == TEXT, "what was typed stays"
    page = open_view("/jobs")
    page.open(page.driver.current_url, live=False)
    page.until(lambda: "There is no job here yet" in text(page))
    assert page.run("return document.documentElement.lang") == "en"
    page.run("localStorage.clear()")


SAY = """
const [count, done] = arguments;
import("/console/static/language.js").then(({ number, t }) => t("attempts", { count: number(count) })).then(done);
"""


def test_one_is_not_many(open_view: Callable[[str], Page]) -> None:
    page = open_view("/try")
    found = [page.driver.execute_async_script(SAY, count) for count in (0, 1, 2, 1000)]
    assert found == ["0 Versuche", "1 Versuch", "2 Versuche", "1.000 Versuche"]


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
