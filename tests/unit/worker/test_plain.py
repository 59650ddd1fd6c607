"""A plain worker goes on, tells that it lives, and says what it has no use for."""

import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from click.testing import CliRunner

from jobs.errors import Unavailable
from tests.support.factories import make_settings
from tests.support.waiting import wait_for
from worker import cli
from worker.app import create_app
from worker.consumer.celery_decode import TaskRequest
from worker.liveness import liveness_of
from worker.plain import PlainConsumer
from worker.plain_steps import AliveStep


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
    monkeypatch.setattr(cli, "run", lambda *_: 0)
    with caplog.at_level(logging.WARNING):
        CliRunner(env=environment).invoke(cli.worker_command, ["--plain"], catch_exceptions=False)
    lines = [record.getMessage() for record in caplog.records]
    assert all(name in line for name in told for line in lines)
    assert len(lines) == bool(told)
