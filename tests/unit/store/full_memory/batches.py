"""Batches, and their chunks whose time has come."""

from jobs.batch import Batch
from jobs.batch_status import BatchStatus
from jobs.line import Line
from store import keys
from store.batches import BatchStore
from store.line_erasure import LineEraser
from tests.support.factories import REVIEW, claim
from tests.support.post import TENANT
from tests.support.worlds import RedisWorld
from tests.unit.store.full_memory.steps import Scenario, Steps
from tests.unit.store.worker_rules import judged


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


def erase_an_author(world: RedisWorld) -> Steps:
    """Whose line is judged already, and has another's beside it."""
    batches = BatchStore(world.redis)
    lines = [Line(number=number, text=REVIEW, external_author=author) for number, author in ((1, "anna"), (2, None))]
    batches.create(Batch(id="batch_1"), lines, target=9)
    world.store.complete([judged(held, poor=0) for held in claim(world.store)])
    yield
    assert LineEraser(world.redis).erase(batches.get(TENANT, "batch_1"), "anna") == 1
    assert batches.get(TENANT, "batch_1").succeeded == 1


def delete_a_batch_of_many_chunks(world: RedisWorld) -> Steps:
    batches = BatchStore(world.redis, chunks_a_call=1)
    lines = [Line(number=number, custom_id=None, text=REVIEW) for number in range(1, 4)]
    batches.create(Batch(id="batch_1"), lines, target=1)
    yield
    batches.delete(TENANT, "batch_1")
    assert not any(world.redis.hexists(keys.JOB(TENANT, f"batch_1.{number}"), "text") for number in range(3))


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
    "batch/cancel": [cancel_a_batch], "batch/delete": [delete_a_batch],
    "batch/erase_lines": [erase_an_author], "batch/forget_author": [erase_an_author],
    "batch/forget_answers": [erase_an_author],
    "batch/go_on": [delete_a_batch_of_many_chunks], "job/claim": [claim_what_is_due],
}  # fmt: skip
