"""What a worker's Celery part says of Sentinels that do not answer: a line for people, and not again and again."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from kombu.exceptions import OperationalError

from telemetry.short_error import in_short
from telemetry.trouble import AGAIN_S, Trouble
from tests.support.clock import Clock
from tests.support.factories import make_settings
from worker import patient_consumer
from worker.app import create_app
from worker.patient_consumer import PatientConsumer

#: Nobody listens there.
URL = "redis+sentinel://:secret@127.0.0.1:1,127.0.0.1:2,127.0.0.1:3/kritiq"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    log = logging.getLogger("worker.patient_consumer")
    monkeypatch.setattr(patient_consumer, "away", Trouble(log, "away", clock=lambda: clock() / 1000))
    return clock


@pytest.fixture
def consumer() -> PatientConsumer:
    """One whose worker has not started."""
    found = object.__new__(PatientConsumer)
    found.app = create_app(make_settings(redis_url=URL))
    return found


@pytest.fixture
def error(consumer: PatientConsumer) -> Exception:
    """What Celery says when it has asked all Sentinels."""
    with consumer.app.connection() as connection, pytest.raises(OperationalError) as raised:
        connection.ensure_connection(max_retries=1)
    return raised.value


class Connection:
    """One that is made at the fourth try."""

    def __init__(self, error: Exception, clock: Clock) -> None:
        self._error, self._clock = error, clock

    def ensure_connection(self, errback: Callable[[Exception, float], None], *_: Any, **__: Any) -> "Connection":
        for wait_s in (0, 0, AGAIN_S):
            errback(self._error, wait_s)
            self._clock.advance(int(wait_s * 1000))
        errback(self._error, 0)
        return self


def test_that_there_is_no_connection_is_said_in_a_short_line_at_intervals_and_at_the_end(
    consumer: PatientConsumer, error: Exception, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    assert len(str(error)) > 1000
    with caplog.at_level("INFO", "worker.patient_consumer"):
        consumer.ensure_connected(Connection(error, clock))
    first, again, over = (record.getMessage() for record in caplog.records)
    assert first.startswith("away: No master found for 'kritiq' : 127.0.0.1:1 - ")
    assert "127.0.0.1:3" in first
    assert len(first) < 250
    assert again == first + " (for 30 s, 4 times)"
    assert over == "away: no longer, after 30 s and 4 times"


def test_a_lost_connection_is_said_by_us_alone(
    consumer: PatientConsumer, error: Exception, clock: Clock, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(PatientConsumer, "connection_errors", (OperationalError,), raising=False)
    monkeypatch.setattr(PatientConsumer, "connection", consumer.app.connection(), raising=False)
    consumer.app.conf.worker_enable_prefetch_count_reduction = False
    with caplog.at_level("WARNING"):
        for _ in range(3):
            consumer.on_connection_error_before_connected(error)
            consumer.on_connection_error_after_connected(error)
    (record,) = (record for record in caplog.records if record.levelno >= logging.WARNING)
    assert record.getMessage().startswith("away: No master found")


def test_what_is_no_error_of_a_sentinels_is_as_it_was() -> None:
    assert in_short("Error 111 connecting to redis:6379.\n Connection refused") == (
        "Error 111 connecting to redis:6379. Connection refused"
    )
