"""Somebody sees what waits, what ended lately and what needs a person, and goes there."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from selenium.webdriver.common.by import By

from store import webhook_keys
from store.activity import ActivityStore
from store.jobs import RedisStore
from store.metrics import ProcessReport
from store.traffic import TrafficStore, model_key
from tests.browser.conftest import Page
from tests.browser.console.actions.conftest import POISON
from tests.browser.console.judging import loaded
from tests.browser.console.reading import press, text
from tests.support.factories import MODEL
from tests.support.post import TENANT, Post
from tests.support.processes import Api
from watch.traffic import Traffic
from webhooks.endpoint import DisabledReason

pytestmark = [pytest.mark.integration, pytest.mark.browser, pytest.mark.timeout(300)]


def test_each_queue_tells_how_much_waits_and_for_how_long(
    open_view: Callable[[str], Page], api: Api, work: Callable[[], None]
) -> None:
    api.submit("Das Essen war gut.", priority="high")
    page = open_view("/")
    page.until(lambda: re.search(r"Dringend 1 \d+ [\d,]+ m?s ", text(page, "table")))
    work()
    page.until(lambda: "Dringend 0 0" in text(page, "table"))


def test_what_ended_is_told_of_the_hour_the_day_and_the_week(
    open_view: Callable[[str], Page], store: RedisStore
) -> None:
    two_hours_ago, later = (ActivityStore(store.client, offset_ms=lambda ms=ms: ms) for ms in (-7_200_000, -5_400_000))
    two_hours_ago.note()
    ends = {"succeeded|": 9, "failed|prediction_failed": 1}
    counts = {f"kritiq_jobs_ended|normal|{end}|standard": count for end, count in ends.items()}
    report = ProcessReport(process="worker", name="worker@test", cpu_s=0, rss_bytes=0)
    later.push(report, counts | {"kritiq_job_duration_seconds#3": 10}, number="1", alive_ms=600_000)
    later.note()
    page = open_view("/")
    page.until(lambda: "erfolgreich 0 –" in text(page, ".figures"))
    for window in ("Tag", "Woche"):
        press(page, window)
        page.until(lambda: "erfolgreich 9 90 % fehlgeschlagen 1" in text(page, ".figures"))
        assert "Dauer p50 8 ms Dauer p95 10 ms" in text(page, ".figures")
        assert text(page, ".tabs [aria-pressed=true]") == window
    press(page, "Stunde")
    page.until(lambda: "erfolgreich 0 –" in text(page, ".figures"))


def drifted(store: RedisStore) -> None:
    """The model gets reviews in another language than in its reference."""
    traffic, model = TrafficStore(store.client), model_key(MODEL["name"], MODEL["version"])
    traffic.set_reference(model, Traffic(reviews=1_000, features={"language": {"de": 950, "en": 50}}, confidence=0.9))
    counts = {"total|reviews": 200, "language|en": 120, "language|de": 80, "total|answers": 10}
    traffic.add(TENANT, model, counts | {"total|confidence": 8_000_000})


def overdue(store: RedisStore) -> None:
    """All that waits to be sent was due two minutes ago."""
    rows: Any = store.client.zrange(webhook_keys.PENDING, 0, -1, withscores=True)
    store.client.zadd(webhook_keys.PENDING, {name: due - 120_000 for name, due in rows})


def test_what_needs_somebody_is_told_with_the_way_to_it(
    open_view: Callable[[str], Page], api: Api, store: RedisStore, post: Post, work: Callable[[], None]
) -> None:
    loaded(store)
    drifted(store)
    post.endpoint(restaurants=("late",))
    post.end_job(restaurant="late")
    overdue(store)
    gone = partial(replace, enabled=False, disabled_reason=DisabledReason.GONE)
    post.endpoints.change(TENANT, post.endpoint(restaurants=("nowhere",)).id, gone)
    failed = api.submit(f"{POISON}.")
    work()
    page = open_view("/")
    ways = (
        ("Ein Job ist fehlgeschlagen.", failed),
        ("Eine Zustellung ist überfällig.", "job.succeeded"),
        ("Ein Endpunkt ist abgeschaltet worden.", "abgeschaltet"),
        ("Ein Modell bekommt andere Bewertungen als in seiner Referenz.", "Englisch in 60"),
    )
    for told, found in ways:
        open_view("/")
        page.click(f"//li[span[text()='{told}']]/a", By.XPATH)
        page.until(lambda found=found: found in text(page))
