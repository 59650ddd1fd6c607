"""Somebody looks at the models, and stops a rollout."""

from collections.abc import Callable

import pytest

from jobs.retraining import RetrainingRequest
from jobs.rollout_evidence import count_name
from jobs.served import ModelState, ServedModel
from store.aliases import AliasStore
from store.jobs import RedisStore
from store.retrainings import RetrainingStore
from tests.browser.conftest import Page
from tests.browser.console.judging import judged, loaded
from tests.browser.console.reading import press, text, violations
from tests.support.factories import make_worker
from tests.support.processes import Api

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
    RetrainingStore(store.client).ask(RetrainingRequest(model=own, tenants=("default",)))
    page.until(lambda: "fake/1 wartet auf einen Trainer" in text(page, "table"))
    press(page, "Anhalten")
    press(page, "Anhalten", within="dialog")
    page.until(lambda: "zurückgenommen" in text(page))
    assert aliases.all()["default"].versions == {own: 100}
