"""Whoever takes a traced job back from a lost worker is told of the attempt that came to nothing."""

from typing import Any

import pytest

from jobs.job import Status
from jobs.stored import LostAttempt
from tests.support.factories import claim, create
from tests.support.worlds import World

PLACE = "00-" + "a" * 32 + "-" + "b" * 16 + "-01 shop=7"


@pytest.fixture
def lost(world: World) -> list[LostAttempt]:
    """What `world` has told."""
    found: list[LostAttempt] = []
    world.store.on_lost = found.extend
    return found


def lose(world: World, **given: Any) -> None:
    claim(world.store, lease_ms=1_000)
    world.advance(2_000)
    world.store.sweep(**given)


def test_an_attempt_that_is_swept_is_told_with_its_times_and_its_place(world: World, lost: list[LostAttempt]) -> None:
    before = world.now()
    job = create(world.store, trace=PLACE, tenant="acme")
    world.advance(500)
    lose(world)
    (found,) = lost
    assert (found.tenant, found.id, found.attempt, found.trace) == ("acme", job.id, 1, PLACE)
    assert found.started_at >= found.queued_at + 500
    assert 0 <= world.now() - found.queued_at - 2_500 <= world.now() - before


def test_each_attempt_is_told_also_the_one_after_which_nobody_tries_again(
    world: World, lost: list[LostAttempt]
) -> None:
    job = create(world.store, trace=PLACE)
    for _ in range(2):
        lose(world, strikes=2)
    assert world.store.get("default", job.id).job.status is Status.FAILED
    assert [found.attempt for found in lost] == [1, 2]
    assert lost[1].queued_at > lost[0].queued_at


def test_an_attempt_at_a_job_that_was_called_off_is_told_too(world: World, lost: list[LostAttempt]) -> None:
    job = create(world.store, trace=PLACE)
    claim(world.store, lease_ms=1_000)
    world.store.cancel("default", job.id)
    world.advance(2_000)
    world.store.sweep()
    assert [found.id for found in lost] == [job.id]


def test_a_stock_workers_attempt_is_told_when_it_is_reconciled(world: World, lost: list[LostAttempt]) -> None:
    job = create(world.store, trace=PLACE)
    world.store.take("default", job.id, "kombu", lease_ms=1_000)
    world.advance(120_000)
    assert world.store.reconcile().requeued == 1
    assert [(found.id, found.attempt) for found in lost] == [(job.id, 1)]


@pytest.mark.parametrize("canceled", [False, True])
def test_an_attempt_that_a_stock_worker_takes_back_itself_is_told(
    world: World, lost: list[LostAttempt], canceled: bool
) -> None:
    job = create(world.store, trace=PLACE)
    world.store.take("default", job.id, "kombu", lease_ms=1_000)
    if canceled:
        world.store.cancel("default", job.id)
    world.advance(2_000)
    again = world.store.take("default", job.id, "kombu", lease_ms=1_000)
    assert (again is None) == canceled
    assert [(found.id, found.attempt, found.trace) for found in lost] == [(job.id, 1, PLACE)]
    assert lost[0].queued_at <= lost[0].started_at < world.now() - 1_000


def test_what_nobody_traces_and_what_is_handed_back_is_not_told(world: World, lost: list[LostAttempt]) -> None:
    create(world.store)
    lose(world)
    create(world.store, trace=PLACE)
    world.store.release([taken.tag for taken in claim(world.store)])
    assert lost == []
