"""Flower as a person sees it: tasks by name, state and subject, queues by length, and all of it after a restart too."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest
import redis
from celery import Celery
from selenium import webdriver

from jobs.batch import Batch
from jobs.job import Status, new_id
from jobs.line import Line
from ops.ports import free_port
from store import queues
from store.batches import BatchStore
from store.jobs import RedisStore
from tests.browser.conftest import Page
from tests.celery.subjects import ANALYZE, KRITIQ, REVIEW, is_up
from tests.celery.work import make_gate, patient_client
from tests.support.celery_client import celery_client
from tests.support.factories import make_job
from tests.support.processes import Process
from tests.support.redis_server import RedisServer

pytestmark = [pytest.mark.integration, pytest.mark.browser]

WORKER = "worker@flower"


@dataclass(kw_only=True)
class Flower:
    """Flower in its process; it can be ended and started again with the same history."""

    url: str
    db: Path
    port: int
    process: Process | None = None

    def start(self) -> None:
        env = {"KRITIQ_REDIS_URL": self.url, "KRITIQ_FLOWER_PORT": str(self.port), "KRITIQ_FLOWER_DB": str(self.db)}
        self.process = Process("flower", env=env)

    def stop(self) -> str:
        """End it as a service manager would; what it logged."""
        assert self.process is not None
        process, self.process = self.process, None
        with closing(process):
            process.terminate()
            assert process.wait() == 0
            return process.log

    def page(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with closing(RedisServer()) as server:
        yield server.start()


@pytest.fixture(scope="module")
def flower(server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flower]:
    """Flower, started when there is no worker yet."""
    flower = Flower(url=server.url, db=tmp_path_factory.mktemp("flower") / "data" / "history", port=free_port())
    flower.start()
    yield flower
    if flower.process is not None:
        flower.stop()


@pytest.fixture(scope="module")
def client(server: RedisServer) -> Iterator[redis.Redis]:
    with patient_client(server.url) as client:
        yield client


@pytest.fixture(scope="module")
def app(server: RedisServer) -> Iterator[Celery]:
    with celery_client(server.url) as app:
        yield app


@pytest.fixture(scope="module")
def worker(server: RedisServer, app: Celery, flower: Flower, page_of: Page) -> Iterator[Process]:
    """A batch consumer whose model costs nothing, which Flower has heard of."""
    with closing(KRITIQ.start(server.url, WORKER)) as process:
        process.wait_until(lambda: is_up(app, WORKER), "the worker is up")

        def known() -> bool:
            page_of.open(flower.page("workers"), live=False)
            return any(row[:2] == [WORKER, "Online"] for row in rows(page_of, "#workers-table"))

        page_of.until(known)
        yield process


@pytest.fixture(scope="module")
def page_of(chromium: webdriver.Chrome, flower: Flower) -> Page:
    """The browser, when Flower answers."""
    page = Page(chromium)
    assert flower.process is not None
    flower.process.wait_until(lambda: answers(flower), "Flower answers")
    return page


def answers(flower: Flower) -> bool:
    try:
        return httpx.get(flower.page("healthcheck"), trust_env=False, timeout=10).status_code == 200
    except httpx.TransportError:
        return False


def rows(page: Page, table: str) -> list[list[str]]:
    """The cells of a table as they are read on the page."""
    found = page.run(
        "return [...document.querySelectorAll(arguments[0] + ' tbody tr')].map(row =>"
        " [...row.querySelectorAll('td')].map(each => each.textContent.trim()))",
        table,
    )
    return [list(row) for row in found]


def header(page: Page, table: str) -> list[str]:
    script = "return [...document.querySelectorAll(arguments[0] + ' thead th')].map(each => each.textContent.trim())"
    return list(page.run(script, table))


def tasks(page: Page, flower: Flower) -> dict[str, dict[str, str]]:
    """The tasks' page: by id, what stands under each heading."""
    page.open(flower.page("tasks"), live=False)
    page.until(lambda: page.run("return document.querySelectorAll('#tasks-table tbody tr').length > 0"))
    names = header(page, "#tasks-table")
    found = [dict(zip(names, row, strict=True)) for row in rows(page, "#tasks-table") if len(row) == len(names)]
    # A narrow cell shows the beginning of an id, and beside it, for a wide one, the whole.
    links = "return [...document.querySelectorAll('#tasks-table tbody a')].map(each => each.getAttribute('href'))"
    ids = [unquote(link.rpartition("/")[2]) for link in page.run(links) if "/task/" in link]
    return dict(zip(ids, found, strict=True))


@dataclass(frozen=True, kw_only=True)
class Work:
    """Ids of what was done."""

    asked: str
    chunk: str
    native: str
    failed: str
    revoked: str
    delayed: str


@pytest.fixture(scope="module")
def work(worker: Process, client: redis.Redis, app: Celery, page_of: Page, flower: Flower) -> Work:
    """One job of each kind and of each end, as Flower has heard of them."""
    store, batches = RedisStore(client), BatchStore(client)
    asked = store.create(make_job(restaurant="krone-17"), REVIEW).job
    batch = batches.create(Batch(id=new_id("batch")), [Line(number=1, custom_id=None, text=REVIEW)], target=100)
    native, failed = app.send_task(ANALYZE, [REVIEW]), app.send_task(ANALYZE, ["poison"])
    native.get(timeout=60)
    failed.get(timeout=60, propagate=False)
    gate = make_gate(client)
    held = app.send_task(ANALYZE, [gate.text])
    gate.reached()
    revoked = app.send_task(ANALYZE, [REVIEW])
    app.control.revoke(revoked.id, reply=True, timeout=10, destination=[WORKER])
    gate.open()
    for result in (held, revoked):
        result.get(timeout=60, propagate=False)
    delayed = app.send_task(ANALYZE, [REVIEW], countdown=3600)
    ended = Work(
        asked=asked.task_id, chunk=batch.chunk_id(0), native=native.id, failed=failed.id, revoked=revoked.id,
        delayed=delayed.id,
    )  # fmt: skip
    worker.wait_until(lambda: store.get(asked.tenant, asked.id).job.status is Status.SUCCEEDED, "it is judged")
    states = {"SUCCESS", "FAILURE", "REVOKED", "RECEIVED"}

    def told() -> bool:
        seen = tasks(page_of, flower)
        ids = {ended.asked, ended.chunk, ended.native, ended.failed, ended.revoked, ended.delayed}
        return ids <= seen.keys() and {seen[task]["State"] for task in ids} == states

    page_of.until(told)
    return ended


def test_tasks_are_named_for_what_they_are(page: Page, flower: Flower, work: Work) -> None:
    seen = tasks(page, flower)
    names = [seen[task]["Name"] for task in (work.asked, work.chunk, work.native)]
    assert names == ["kritiq.review", "kritiq.batch-chunk", ANALYZE]


def test_states_are_celerys_own(page: Page, flower: Flower, work: Work) -> None:
    seen = tasks(page, flower)
    ids = (work.asked, work.chunk, work.native, work.failed, work.revoked, work.delayed)
    states = [seen[task]["State"] for task in ids]
    assert states == ["SUCCESS", "SUCCESS", "SUCCESS", "FAILURE", "REVOKED", "RECEIVED"]
    assert seen[work.failed]["Exception"]
    assert seen[work.revoked]["Started"] == ""


def test_what_a_task_is_about_is_shown_and_its_text_is_not(page: Page, flower: Flower, work: Work) -> None:
    assert tasks(page, flower)[work.asked]["kwargs"] == "{'restaurant': 'krone-17', 'model': 'costless'}"
    for path in ("tasks", f"task/{work.native}", f"task/{work.asked}", f"worker/{WORKER}"):
        page.open(flower.page(path), live=False)
        assert "Essen" not in page.driver.page_source


def test_runtimes_are_shown(page: Page, flower: Flower, work: Work) -> None:
    runtime = tasks(page, flower)[work.native]["Runtime"]
    assert re.fullmatch(r"[0-9.]+ (ms|s)", runtime), runtime


def test_the_broker_page_lists_our_queues_with_their_lengths(
    page: Page, flower: Flower, work: Work, worker: Process, client: redis.Redis, app: Celery
) -> None:
    gate = make_gate(client)
    held = app.send_task(ANALYZE, [gate.text])
    gate.reached()
    # Nobody claims while the worker is stopped.
    worker.terminate()
    gate.open()
    assert worker.wait() == 0
    held.get(timeout=60)
    RedisStore(client).create(make_job(priority="high"), REVIEW)
    for _ in range(3):
        app.send_task(ANALYZE, [REVIEW], priority=5)
    page.open(flower.page("broker"), live=False)
    lengths = {name: int(length) for name, length, *_ in rows(page, "#queue-table")}
    assert {name: lengths[name] for name in (*queues.CELERY_ORDER, queues.CELERY_QUEUE)} == {
        "kritiq.high": 1, "kritiq.normal": 0, "kritiq.long": 0, "kritiq.bulk": 0, "celery": 3,
    }  # fmt: skip


def test_the_history_outlives_a_restart_and_no_inspection_failed(page: Page, flower: Flower, work: Work) -> None:
    log = flower.stop()
    assert "failed" not in log
    flower.start()
    assert flower.process is not None
    flower.process.wait_until(lambda: answers(flower), "Flower answers again")
    seen = tasks(page, flower)
    assert (seen[work.native]["State"], seen[work.failed]["State"]) == ("SUCCESS", "FAILURE")
    assert seen[work.asked]["kwargs"] == "{'restaurant': 'krone-17', 'model': 'costless'}"
