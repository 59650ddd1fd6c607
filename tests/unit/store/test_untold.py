"""Ends that no attempt tells to Celery's monitors are handed out for a worker to tell, each once."""

from collections.abc import Callable
from dataclasses import replace
from typing import cast

import pytest

from jobs.batch import Batch
from jobs.celery_task import CeleryMessage, UntoldEnd
from jobs.job import Status
from jobs.line import Line
from store.batches import BatchStore
from tests.support.factories import LEASE_MS, REVIEW, claim, create, failed, make_job, succeeded
from tests.support.model_batches import ModelBatches
from tests.support.model_store import ModelStore
from tests.support.worlds import RedisWorld, World

CANCELED, EXPIRED, FAILED = Status.CANCELED, Status.EXPIRED, Status.FAILED


def untold(world: World) -> list[tuple[str, Status, bool, bool]]:
    """Task, status, whether it began, and whether monitors know it."""
    return [(end.task, end.status, end.began, end.known) for end in world.store.untold(most=10)]


def cancel(world: World, name: str) -> None:
    world.store.cancel("default", name)


def delete(world: World, name: str) -> None:
    world.store.delete("default", name)


def let_expire(world: World, name: str) -> None:
    world.advance(100_000)
    world.store.reconcile()


def let_expire_in_the_queue(world: World, name: str) -> None:
    world.advance(100_000)
    assert claim(world.store) == []


@pytest.mark.parametrize(
    ("end", "status"),
    [(cancel, CANCELED), (delete, CANCELED), (let_expire, EXPIRED), (let_expire_in_the_queue, EXPIRED)],
)
@pytest.mark.parametrize("scheduled", [False, True])
def test_what_ends_before_it_begins_is_told_once(
    world: World, end: Callable[[World, str], None], status: Status, scheduled: bool
) -> None:
    now = world.now()
    due_at = now + 200_000 if scheduled and end is not let_expire_in_the_queue else None
    job = create(world.store, deadline_at=now + 50_000, due_at=due_at, restaurant="krone")
    end(world, job.id)
    (told,) = world.store.untold(most=10)
    assert told == UntoldEnd(
        task=job.id, status=status, at=told.at, began=False, known=False, restaurant="krone"
    )  # fmt: skip
    assert untold(world) == []


def test_a_task_of_a_celery_client_that_waits_is_known(world: World) -> None:
    job = make_job(id="native", due_at=world.now() + 60_000)
    world.store.adopt(CeleryMessage(tag="tag", message=b"{}"), job, REVIEW, lease_ms=LEASE_MS)
    delete(world, "native")
    assert untold(world) == [("native", CANCELED, False, True)]


def test_one_that_is_deleted_while_it_is_judged_is_told(world: World) -> None:
    job = create(world.store)
    (held,) = claim(world.store)
    delete(world, job.id)
    world.store.complete([succeeded(held)])
    assert untold(world) == [(job.id, CANCELED, True, True)]


def test_one_that_is_called_off_while_it_is_judged_and_handed_back_is_told(world: World) -> None:
    job = create(world.store)
    (held,) = claim(world.store)
    cancel(world, job.id)
    assert untold(world) == []
    world.store.release([held.tag])
    assert untold(world) == [(job.id, CANCELED, True, True)]


def test_one_that_was_lost_with_its_workers_says_why(world: World) -> None:
    job = create(world.store)
    claim(world.store)
    world.advance(LEASE_MS + 1)
    world.store.sweep(strikes=1)
    (told,) = world.store.untold(most=10)
    assert (told.task, told.status, told.began, told.known) == (job.id, FAILED, True, True)
    assert told.why == "The job was lost with its worker 1 times and is not tried again."


def test_what_an_attempt_ends_it_tells_itself(world: World) -> None:
    for _ in range(2):
        create(world.store)
    one, two = claim(world.store)
    cancel(world, two.id)
    world.store.complete([failed(one), succeeded(two)])
    assert untold(world) == []


def test_of_a_batch_that_is_called_off_what_began_is_told(world: World) -> None:
    lines = [Line(number=number, text="Gut. " * 20) for number in (1, 2, 3)]
    batches = (
        BatchStore(world.redis) if isinstance(world, RedisWorld) else ModelBatches(cast("ModelStore", world.store))
    )
    batches.create(Batch(id="batch_a"), lines, target=20)
    (held,) = claim(world.store, jobs=1)
    world.store.release([held.tag])
    batches.cancel("default", "batch_a")
    (told,) = world.store.untold(most=10)
    assert replace(told, at=0) == UntoldEnd(
        task=held.task_id, status=CANCELED, at=0, began=False, known=True, chunk=True
    )  # fmt: skip
