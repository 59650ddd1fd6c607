"""A plain worker goes on, tells that it lives, and says what it has no use for."""

import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from celery.app.task import Context
from click.testing import CliRunner

from jobs.errors import Unavailable
from jobs.job import DEFAULT_TENANT
from store.jobs import RedisStore
from store.metrics import MetricsStore
from store.model_cards import CardStore
from store.traffic import TrafficStore, model_key
from telemetry.metric import JUDGED
from tests.support.factories import FakePredictor, create, make_settings
from tests.support.processes import ROOT
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for
from worker import cli, tasks
from worker.app import create_app
from worker.consumer.celery_decode import TaskRequest
from worker.liveness import liveness_of
from worker.plain import PlainConsumer
from worker.plain_steps import AliveStep, ReporterStep
from worker.reports import reports_of


class Message:
    """One that cannot be decoded."""

    accept, errors, body, content_type = None, [ValueError("no")], "Das Schnitzel war kalt.", "text/plain"

    def __init__(self) -> None:
        self.properties: dict[str, Any] = {}
        self.headers = {"id": "t", "task": "kritiq.analyze", "argsrepr": self.body}
        self.acknowledged = False

    def ack_log_error(self, *_: object) -> None:
        self.acknowledged = True


class Consumer(PlainConsumer):
    """Without a connection."""

    connection_errors, event_dispatcher = (), None

    def __init__(self, ends: object) -> None:
        self._ends = ends


class Away:
    """Ends that cannot be stored."""

    def refuse(self, request: TaskRequest, error: Exception) -> None:
        raise Unavailable


def test_a_message_that_cannot_be_refused_now_is_left_to_the_next_connection() -> None:
    message = Message()
    with pytest.raises(redis.ConnectionError) as found:
        Consumer(Away()).on_decode_error(message, ValueError("no"))
    assert not message.acknowledged
    with create_app(make_settings()).connection_for_read() as connection:
        assert isinstance(found.value, connection.connection_errors), "Celery's consumer connects anew after it"


def test_what_is_logged_of_a_message_that_is_none_tells_no_review() -> None:
    report = Consumer(Away())._message_report(None, Message())
    assert report == "23 bytes of 'text/plain'"


def test_it_touches_the_file_that_probes_look_at(tmp_path: Path) -> None:
    path = tmp_path / "alive"
    step = AliveStep(SimpleNamespace())
    step.start(SimpleNamespace(app=create_app(make_settings(alive_file=path))))
    wait_for(path.exists, "it is alive")
    step.stop(None)


def test_it_ends_when_its_task_has_stopped_moving(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ended: list[int] = []
    monkeypatch.setattr("os._exit", ended.append)
    app = create_app(make_settings(stuck_s=0.1, alive_file=tmp_path / "alive"))
    liveness_of(app).beat("task")
    step = AliveStep(SimpleNamespace())
    step.start(SimpleNamespace(app=app))
    wait_for(lambda: ended, "it ends")
    step.stop(None)


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({}, []),
        ({"KRITIQ_LEASE_S": "5"}, []),
        ({"KRITIQ_SHUTDOWN_S": "5", "KRITIQ_BATCH_JOBS": "2"}, ["KRITIQ_BATCH_JOBS", "KRITIQ_SHUTDOWN_S"]),
    ],
)
def test_it_says_which_settings_it_has_no_use_for(
    environment: dict[str, str], told: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("set_up_logging", "await_redis"):
        monkeypatch.setattr(cli, name, lambda *_, **__: None)
    monkeypatch.setattr(cli, "run", lambda *_, **__: 0)
    with caplog.at_level(logging.WARNING):
        CliRunner(env=environment).invoke(cli.worker_command, ["--plain"], catch_exceptions=False)
    lines = [record.getMessage() for record in caplog.records]
    assert all(name in line for name in told for line in lines)
    assert len(lines) == bool(told)


def test_it_tells_what_its_tasks_counted_and_what_its_model_was_asked(
    redis_server: RedisServer, redis_client: redis.Redis
) -> None:
    app = create_app(make_settings(redis_url=redis_server.url))
    reports, step = reports_of(app), ReporterStep(SimpleNamespace())
    step.start(SimpleNamespace(app=app, hostname="plain@test"))
    reports.meter.count(JUDGED, "fake", "1", "succeeded")
    predictor = FakePredictor()
    language, sentences = predictor.split("Das Essen war gut.")
    reports.models.counter("fake/1").saw("acme", predictor.assemble(language, sentences, ["gut"]), "krone")
    numbers = MetricsStore(redis_client)
    wait_for(numbers.processes, "it is heard of")
    assert [(report.process, report.name) for report in numbers.processes()] == [("worker", "plain@test")]
    step.stop(None)
    assert numbers.processes() == []
    assert f"{JUDGED.name}|fake|1|succeeded" in numbers.totals()
    [window] = TrafficStore(redis_client).windows("acme", model_key("fake", "1"))
    assert set(window.restaurants) == {"krone"}


def test_it_knows_what_its_model_says_as_other_workers_do(
    redis_server: RedisServer, redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "load_predictor", lambda settings: FakePredictor().as_predictor())
    model = str(ROOT / "models" / "kritiq-mini")
    app = create_app(make_settings(redis_url=redis_server.url, model=model, cache=False))
    job = create(RedisStore(redis_client), restaurant="krone")
    tasks.predict(SimpleNamespace(app=app, request=Context(id=job.id)), job.id)
    reports_of(app).models.tell()
    assert "# kritiq-mini 1" in CardStore(redis_client).of("fake")["1"].text
    assert TrafficStore(redis_client).reference(model_key("fake", "1")) is not None
    [window] = TrafficStore(redis_client).windows(DEFAULT_TENANT, model_key("fake", "1"))
    assert (window.reviews, set(window.restaurants)) == (1, {"krone"})
