"""Somebody looks at the models, and stops a rollout."""

import json
from collections.abc import Callable

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from jobs.model_operation import InWorkerState
from jobs.reason import because, in_english
from jobs.retraining import RetrainingRequest
from jobs.rollout_evidence import count_name
from jobs.served import ModelState, ServedModel
from store import keys
from store.aliases import AliasStore
from store.jobs import RedisStore
from store.lists import Listed
from store.model_operations import OperationStore
from store.retrainings import RetrainingStore
from store.traffic import TrafficStore, model_key
from tests.browser.conftest import Page
from tests.browser.console.judging import MODEL, judged, loaded
from tests.browser.console.reading import press, text, violations
from tests.support.factories import make_worker
from tests.support.processes import Api
from watch.traffic import Traffic
from worker.retrain.lease import RetrainingLease

pytestmark = [pytest.mark.integration, pytest.mark.browser]


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
    reference = Traffic(reviews=1_000, features={"language": {"de": 1_000}})
    TrafficStore(store.client).set_reference(model_key(**MODEL), reference)
    page = open_view("/models")
    page.until(lambda: "Noch zu wenige Bewertungen für einen Vergleich." in text(page))


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
    page.until(lambda: "In diesem Schritt beurteilte Bewertungen: 120 von 500." in text(page))
    assert "Die Einführung hat begonnen." in text(page)
    page.until(lambda: "fake/2 5 120 0 0 –" in text(page, "table"))
    assert violations(page) == []
    press(page, "Anhalten")
    press(page, "Anhalten", within="dialog")
    page.until(lambda: "zurückgenommen" in text(page))
    assert aliases.all()["default"].versions == {own: 100}


def test_a_model_is_loaded_and_each_worker_says_how_far_it_is(
    open_view: Callable[[str], Page], store: RedisStore
) -> None:
    worker, operations = "worker@here", OperationStore(store.client)
    models = tuple(ServedModel(version=f"fake/{n}", state=ModelState.UNLOADED) for n in (1, 2))
    store.report_worker(make_worker(worker, models=models), alive_ms=600_000)
    page = open_view("/models")
    page.until(lambda: f"{worker} nicht geladen" in text(page, "table"))
    press(page, "Laden")
    page.until(lambda: "nicht geladen Laden: wartet auf den Worker" in text(page, "table"))
    assert violations(page) == []
    (asked,) = operations.last().values()
    operations.tell(asked, worker, InWorkerState.REFUSED, "There is no room.")
    page.until(lambda: "Laden: abgelehnt There is no room." in text(page, "table"))
    room = because("no_room_beside", version="fake/2", megabytes=1200, most=2000, others=("fake/1", "fake/3"))
    operations.tell(asked, worker, InWorkerState.REFUSED, in_english(room), room)
    told = "Laden: abgelehnt fake/2 braucht 1.200 MB, und KRITIQ_MODEL_MEMORY_MB ist 2.000, neben fake/1 und fake/3"
    page.until(lambda: told in text(page, "table"))
    press(page, "Entladen")
    press(page, "Entladen", within="dialog")
    page.until(lambda: "Ein Alias steht für diese Version" in text(page, "dialog"))


def test_a_retraining_is_asked_for_once_and_what_comes_of_it_is_shown(
    open_view: Callable[[str], Page], store: RedisStore
) -> None:
    models = tuple(ServedModel(version=f"fake/{n}", state=ModelState.LOADED) for n in (1, 2))
    store.report_worker(make_worker(models=models), alive_ms=600_000)
    retrainings = RetrainingStore(store.client)
    page = open_view("/models")
    page.until(lambda: "In den letzten 30 Tagen wurde keines beauftragt." in text(page))
    press(page, "Nachtrainieren")
    page.select("dialog select", "fake 1")
    page.click("dialog summary")
    page.type("dialog [name=epochs]", "3")
    press(page, "Nachtrainieren", within="dialog")
    page.until(lambda: "fake/1 von default, für candidate wartet auf einen Trainer" in text(page, "table"))
    assert "Kein Trainer arbeitet." in text(page)
    (asked,) = retrainings.page(size=2).found
    assert asked.request == RetrainingRequest(model="fake/1", tenants=("default",), options={"epochs": 3})
    press(page, "Nachtrainieren")
    page.select("dialog select", "fake 1")
    press(page, "Nachtrainieren", within="dialog")
    page.until(lambda: "Dieses Modell wird schon nachtrainiert." in text(page, "dialog"))
    page.select("dialog select", "fake 2")
    page.type("dialog [name=tenants]", ", Nobody!")
    press(page, "Nachtrainieren", within="dialog")
    page.until(lambda: "/tenants/1" in text(page, "dialog"))
    page.type("dialog [name=tenants]", Keys.ESCAPE)
    page.until(lambda: not page.driver.find_elements(By.TAG_NAME, "dialog"))
    assert len(retrainings.page(size=2).found) == 1
    result = {
        "version": "fake/1.20261129-120000", "passed": True, "refusals": [], "dev_sentences": 100,
        "acd_f1": [0.7, 0.72], "acsa_f1": [0.6, 0.625], "aspects": {}, "corrections": 12, "corrected": [0.25, 0.75],
        "address": None, "alias_moved": True, "why_not_moved": None,
    }  # fmt: skip
    store.client.set(keys.RESULT(asked.id), json.dumps({"status": "SUCCESS", "result": result}))
    store.client.publish(keys.LISTS("default"), Listed.RETRAININGS)
    page.until(lambda: "F1 mit Wertung: 60 % → 62,5 %" in text(page, "table"))
    assert "Von 12 Berichtigungen stimmen 25 % → 75 %" in text(page, "table")
    assert "fake/1.20261129-120000" in text(page, "table")
    figures = {"aspect": "food", "margin": 0.05, "labels": 40, "was": 0.7, "now": 0.6}
    refused = {
        "passed": False, "refusals": ["F1 of food fell", "erased"],
        "refusal_reasons": [{"code": "fell_aspect", "figures": figures}, {"code": "erased", "figures": {}}],
    }  # fmt: skip
    store.client.set(keys.RESULT(asked.id), json.dumps({"status": "SUCCESS", "result": result | refused}))
    store.client.publish(keys.LISTS("default"), Listed.RETRAININGS)
    why = "F1 von Essen mit Wertung ist um mehr als 5 % gefallen: 70 % → 60 % (Urteile: 40); inzwischen wurde etwas"
    page.until(lambda: why in text(page, "table"))
    assert "F1 of food" not in text(page, "table")


def test_a_retraining_is_shown_while_no_worker_is_up_and_waits_when_its_trainer_is_gone(
    open_view: Callable[[str], Page], store: RedisStore
) -> None:
    asked = RetrainingStore(store.client).ask(RetrainingRequest(model="fake/1", tenants=("default",)))
    under_way = {"status": "PROGRESS", "result": {"share": 0.4, "said": "epoch 2", "at": asked.asked_at}}
    store.client.set(keys.RESULT(asked.id), json.dumps(under_way))
    page = open_view("/models")
    page.until(lambda: "Kein Modell geladen" in text(page))
    page.until(lambda: "wartet auf einen Trainer 40 %" in text(page, "table"))
    assert "Kein Trainer arbeitet." in text(page)
    lease = RetrainingLease(store.client)
    assert lease.take(asked.id, "trainer_1")
    store.client.publish(keys.LISTS("default"), Listed.RETRAININGS)
    page.until(lambda: "lernt 40 %" in text(page, "table"))
    assert "Kein Trainer arbeitet." not in text(page)
    for share, step in ((0, "bereitet vor"), (0.4, "lernt, was berichtigt wurde"), (1, "misst das Ergebnis")):
        under_way["result"] = {"share": share, "said": "epoch 2", "at": asked.asked_at}
        store.client.set(keys.RESULT(asked.id), json.dumps(under_way))
        store.client.publish(keys.LISTS("default"), Listed.RETRAININGS)
        page.until(lambda step=step: step in text(page, "table"))
        assert "epoch 2" not in text(page, "table")
    page.click("td summary")
    page.until(lambda: "epoch 2" in text(page, "td code"))
