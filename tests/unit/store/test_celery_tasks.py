"""What is asked about the tasks of Celery clients."""

from jobs.celery_task import CeleryMessage, CeleryTask
from jobs.store import JobStore
from tests.support.factories import LEASE_MS, REVIEW, create, make_job, succeeded


def adopt(store: JobStore, name: str, headers: bytes, **changes: int) -> None:
    message = CeleryMessage(tag=f"tag-{name}", message=b"")
    task = CeleryTask(headers=headers)
    claim = store.adopt(message, make_job(id=name, **changes), REVIEW, lease_ms=LEASE_MS, task=task)
    if name == "ended" and claim is not None:
        store.complete([succeeded(claim)])


def test_headers_are_told_of_every_task_that_has_not_ended(store: JobStore) -> None:
    create(store)
    adopt(store, "running", b"r")
    adopt(store, "ended", b"e")
    adopt(store, "a%20b", b"s", due_at=4_102_444_800_000)
    assert sorted(store.live_headers()) == [("default", "a%20b", b"s"), ("default", "running", b"r")]
