"""A Celery client with the user `celery-client` sends tasks, chains and chords, reads results; Redis refuses none."""

from collections.abc import Iterator

import pytest
from celery import Celery, chain, chord, group

from store import queues
from store.jobs import RedisStore
from tests.support.celery_client import celery_client
from tests.support.factories import LEASE_MS
from tests.support.guarded_redis import Guarded, guarded, nothing_denied

__all__ = ["guarded", "nothing_denied"]
pytestmark = pytest.mark.integration


@pytest.fixture
def app(guarded: Guarded) -> Iterator[Celery]:
    """An app of somebody else; it forgets results, and waits for them over its own subscription."""
    url = guarded.urls["celery-client"]
    with celery_client(url) as found:
        yield found


def test_it_sends_with_every_priority_into_every_queue_for_reviews(guarded: Guarded, app: Celery) -> None:
    for queue in (queues.CELERY_QUEUE, "kritiq.high", "kritiq.normal", "kritiq.bulk"):
        for priority in (0, 4, 9):
            app.send_task(queues.ANALYZE, ["Gut."], queue=queue, priority=priority)
    worker = RedisStore(guarded.client("worker"))
    assert len(worker.claim(jobs=20, weight=100, lease_ms=LEASE_MS)) == 12


def test_it_waits_for_a_result_reads_it_and_forgets_it(guarded: Guarded, app: Celery) -> None:
    result = app.send_task(queues.ANALYZE, ["Gut."])
    with guarded.client("worker") as worker:
        assert result.state == "PENDING"
        done = b'{"task_id":"%s","status":"SUCCESS","result":7,"children":[],"traceback":null}' % result.id.encode()
        worker.set(f"celery-task-meta-{result.id}", done)
        worker.publish(f"celery-task-meta-{result.id}", done)
        assert result.get(timeout=30) == 7
        result.forget()
        assert not worker.exists(f"celery-task-meta-{result.id}")


@pytest.mark.filterwarnings("ignore:Call to deprecated setex")
def test_it_sends_chains_groups_and_chords(guarded: Guarded, app: Celery) -> None:
    review = app.signature(queues.ANALYZE, ["Gut."], immutable=True)
    chain(review, review, app=app).apply_async()
    group([review, review], app=app).apply_async().save(backend=app.backend)
    chord([review, review], review, app=app).apply_async()
    chord([group([review, review], app=app), review], review, app=app).apply_async()
