"""What outlives a worker: delayed and waiting work, over an end that the remote control asked for."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from celery import Celery

from tests.celery.subjects import ANALYZE, KRITIQ, PLAIN, REVIEW, WORKER, Subject, is_up
from tests.celery.work import make_gate, patient_client
from tests.support.celery_client import celery_client
from tests.support.processes import Process
from tests.support.redis_server import RedisServer

pytestmark = pytest.mark.integration


@pytest.fixture
def own(subject: Subject) -> Iterator[tuple[RedisServer, list[Process]]]:
    """A Redis and room for workers that the test may end."""
    server = RedisServer()
    processes: list[Process] = []
    try:
        yield server.start(), processes
    finally:
        for process in processes:
            process.close()
        server.close()


@pytest.fixture
def app(own: tuple[RedisServer, list[Process]]) -> Iterator[Celery]:
    """A client that outlives the workers."""
    with celery_client(own[0].url) as found:
        yield found


def begin(subject: Subject, url: str, app: Celery, processes: list[Process]) -> Process:
    """A worker that is up."""
    process = subject.start(url)
    processes.append(process)
    process.wait_until(lambda: is_up(app), f"{subject.name} is up")
    return process


def test_delayed_work_outlives_a_shutdown_by_remote_control(
    subject: Subject, own: tuple[RedisServer, list[Process]], app: Celery
) -> None:
    server, processes = own
    first = begin(subject, server.url, app, processes)
    due = datetime.now(UTC) + timedelta(seconds=3)
    delayed = app.send_task(ANALYZE, [REVIEW], eta=due)
    with patient_client(server.url) as client:
        gate = make_gate(client)
        running = app.send_task(ANALYZE, [gate.text])
        gate.reached()
        app.control.broadcast("shutdown")
        gate.open()
    # A task that runs is finished, and the worker ends as one that was asked to.
    assert running.get(timeout=30)
    assert first.wait() == 0, first.log[-2000:]
    begin(subject, server.url, app, processes)
    assert delayed.get(timeout=30)
    # Not with the first worker's last work: its time may come before that one has ended, where a machine is slow.
    assert delayed.date_done is not None
    assert delayed.date_done.replace(tzinfo=UTC) >= due - timedelta(milliseconds=1)


@pytest.mark.only(KRITIQ, PLAIN)
def test_what_was_revoked_stays_revoked_when_another_worker_takes_it(
    subject: Subject, own: tuple[RedisServer, list[Process]], app: Celery
) -> None:
    # Stock Celery keeps revoked ids in its workers, and forgets them with the last of these.
    server, processes = own
    first = begin(subject, server.url, app, processes)
    app.control.revoke("by-id", reply=True, timeout=30, destination=[WORKER])
    app.control.revoke_by_stamped_headers({"order": ["17"]}, reply=True, timeout=30, destination=[WORKER])
    app.control.broadcast("shutdown")
    assert first.wait() == 0, first.log[-2000:]
    by_id = app.send_task(ANALYZE, [REVIEW], task_id="by-id")
    by_stamp = app.send_task(ANALYZE, [REVIEW], stamped_headers=["order"], order="17")
    bulk = app.send_task(ANALYZE, [REVIEW], stamped_headers=["order"], order="17", priority=9)
    other = app.send_task(ANALYZE, [REVIEW], stamped_headers=["order"], order="18")
    begin(subject, server.url, app, processes)
    sent = [by_id, by_stamp, bulk, other]
    for result in sent:
        result.get(timeout=30, propagate=False)
    assert [result.state for result in sent] == ["REVOKED", "REVOKED", "REVOKED", "SUCCESS"]
