"""Batches, and their chunks whose time has come."""

from jobs.batch import Batch, BatchStatus
from jobs.line import Line
from store.batches import BatchStore
from tests.support.factories import REVIEW, claim
from tests.support.post import TENANT
from tests.support.worlds import RedisWorld
from tests.unit.store.full_memory.steps import Scenario, Steps


def batch(world: RedisWorld) -> BatchStore:
    batches = BatchStore(world.redis)
    batches.create(Batch(id="batch_1"), [Line(number=1, custom_id=None, text=REVIEW)], target=9)
    return batches


def cancel_a_batch(world: RedisWorld) -> Steps:
    batches = batch(world)
    yield
    assert batches.cancel(TENANT, "batch_1").status is BatchStatus.CANCELED


def delete_a_batch(world: RedisWorld) -> Steps:
    batches = batch(world)
    yield
    batches.delete(TENANT, "batch_1")


def claim_what_is_due(world: RedisWorld) -> Steps:
    """A chunk of a scheduled batch, with which the batch begins."""
    batches = BatchStore(world.redis)
    later = Batch(id="batch_1", due_at=world.now() + 60_000)
    batches.create(later, [Line(number=1, custom_id=None, text=REVIEW)], target=9)
    world.advance(120_000)
    yield
    assert len(claim(world.store)) == 1
    assert batches.get(TENANT, "batch_1").status is BatchStatus.RUNNING


#: By script.
GOES_ON: dict[str, list[Scenario]] = {
    "batch/cancel": [cancel_a_batch], "batch/delete": [delete_a_batch], "job/claim": [claim_what_is_due],
}  # fmt: skip
