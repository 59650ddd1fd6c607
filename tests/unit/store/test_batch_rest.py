"""A batch of many chunks is called off and deleted in short calls, and nobody sees half of it."""

from collections.abc import Sequence
from typing import Any

import pytest

from jobs.batch import Batch, BatchFilter
from jobs.batch_status import BatchStatus
from jobs.errors import Gone
from jobs.job import Status
from jobs.line import Line
from store import keys, webhook_keys
from store.batches import BatchStore
from store.outbox import BEGINNING, Outbox
from tests.support.factories import REVIEW, claim, create, succeeded
from tests.support.model_batches import ModelBatches
from tests.support.post import TENANT, Post
from tests.support.receiver_stub import ReceiverStub
from tests.support.worlds import ModelWorld, RedisWorld
from webhooks.event import EventType

CHUNKS = 25


class Counting(BatchStore):
    """Notes the scripts that it runs; with `away` it is no more after the first that takes something away."""

    away = False

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.ran: list[str] = []

    def _run(self, script: str, keys: Sequence[str] = (), args: Sequence[Any] = ()) -> Any:
        self.ran.append(script)
        return super()._run(script, keys, args)

    def _go_on(self, tenant: str, batch_id: str, left: int) -> None:
        if not self.away:
            super()._go_on(tenant, batch_id, left)


def batch_of(world: RedisWorld, *, away: bool = False) -> Counting:
    batches = Counting(world.redis)
    batches.create(Batch(id="batch_1"), [Line(number=n, text=REVIEW) for n in range(1, CHUNKS + 1)], target=1)
    batches.ran.clear()
    batches.away = away
    return batches


def reconcile(world: RedisWorld) -> None:
    """As often as there is more to do at once."""
    while world.store.reconcile().more:
        pass


def chunks_left(world: RedisWorld) -> int:
    return sum(world.redis.hexists(keys.JOB(TENANT, f"batch_1.{number}"), "status") for number in range(CHUNKS))


@pytest.mark.parametrize("call", ["cancel", "delete"])
def test_no_call_is_about_more_than_ten_chunks(redis_world: RedisWorld, call: str) -> None:
    batches = batch_of(redis_world)
    getattr(batches, call)(TENANT, "batch_1")
    assert batches.ran == [f"batch/{call}", "batch/go_on", "batch/go_on"]
    assert redis_world.store.backlog().waiting["bulk"] == 0


def test_a_batch_is_gone_at_once_and_the_reconciler_takes_the_rest(redis_world: RedisWorld) -> None:
    Outbox(redis_world.redis).switch_on(1_000)
    batches = batch_of(redis_world, away=True)
    [held] = claim(redis_world.store, jobs=1)
    batches.delete(TENANT, "batch_1")
    assert chunks_left(redis_world) == CHUNKS - 10
    with pytest.raises(Gone):
        batches.get(TENANT, "batch_1")
    assert batches.page(TENANT, BatchFilter(), size=9).found == []
    [first] = [entry.id for entry in Outbox(redis_world.redis).read(BEGINNING, most=1, wait_ms=0)]
    assert first == "batch_1", "the archive hears of it before all chunks have gone"
    reconcile(redis_world)
    assert chunks_left(redis_world) == 0
    assert redis_world.store.complete([succeeded(held)]) == [None]
    assert not redis_world.redis.exists(keys.EXPIRING)
    assert redis_world.redis.hgetall(keys.BATCH(TENANT, "batch_1")) == {b"gone": b"1"}
    assert redis_world.redis.pttl(keys.BATCH(TENANT, "batch_1")) > 0
    told = [entry.id for entry in Outbox(redis_world.redis).read(BEGINNING, most=99, wait_ms=0)]
    assert {f"batch_1.{number}" for number in range(CHUNKS)} < set(told)


def test_no_round_of_the_reconciler_is_about_more_than_it_may(redis_world: RedisWorld) -> None:
    batches = batch_of(redis_world, away=True)
    batches.delete(TENANT, "batch_1")
    assert redis_world.store.reconcile(most=5).more, "there is more to do at once"
    assert chunks_left(redis_world) == CHUNKS - 15


def test_a_round_that_may_be_about_more_takes_ten_chunks_of_a_batch_as_everybody_does(redis_world: RedisWorld) -> None:
    batch_of(redis_world, away=True).delete(TENANT, "batch_1")
    assert redis_world.store.reconcile(most=100).more, "there is more to do at once"
    assert chunks_left(redis_world) == CHUNKS - 20
    assert not redis_world.store.reconcile(most=100).more
    assert chunks_left(redis_world) == 0


def test_a_batch_that_nobody_goes_on_calling_off_is_called_off_all_the_same(redis_world: RedisWorld) -> None:
    batches = batch_of(redis_world, away=True)
    assert batches.cancel(TENANT, "batch_1").status is BatchStatus.RUNNING
    reconcile(redis_world)
    found = batches.get(TENANT, "batch_1")
    assert (found.status, found.canceled) == (BatchStatus.CANCELED, CHUNKS)
    assert b"rest" not in redis_world.redis.hgetall(keys.BATCH(TENANT, "batch_1"))


def test_whoever_asks_again_goes_on(redis_world: RedisWorld) -> None:
    batches = batch_of(redis_world, away=True)
    batches.cancel(TENANT, "batch_1")
    batches.away = False
    assert batches.cancel(TENANT, "batch_1").canceled == CHUNKS


def test_whoever_asks_again_goes_on_deleting_and_is_told_then_that_it_is_gone(redis_world: RedisWorld) -> None:
    batches = batch_of(redis_world, away=True)
    batches.delete(TENANT, "batch_1")
    redis_world.redis.delete(keys.EXPIRING)
    batches.delete(TENANT, "batch_1")
    assert chunks_left(redis_world) == CHUNKS - 20
    assert redis_world.redis.zcard(keys.EXPIRING) == 1, "the reconciler knows of it again"
    batches.away = False
    batches.delete(TENANT, "batch_1")
    assert chunks_left(redis_world) == 0
    with pytest.raises(Gone):
        batches.delete(TENANT, "batch_1")


def test_the_model_goes_on_deleting_as_well() -> None:
    world = ModelWorld()
    batches = ModelBatches(world.store)
    batches.create(Batch(id="batch_1"), [Line(number=n, text=REVIEW) for n in range(1, CHUNKS + 1)], target=1)
    for left in (CHUNKS - 10, CHUNKS - 20, 0):
        batches.delete(TENANT, "batch_1", most=10)
        assert len(world.store._chunks((TENANT, "batch_1"))) == left
    with pytest.raises(Gone):
        batches.delete(TENANT, "batch_1", most=10)


def test_what_was_called_off_and_is_deleted_then_goes_whole(redis_world: RedisWorld) -> None:
    batches = batch_of(redis_world, away=True)
    batches.cancel(TENANT, "batch_1")
    batches.away = False
    batches.delete(TENANT, "batch_1")
    assert chunks_left(redis_world) == 0
    # What others have is theirs.
    assert redis_world.store.get(TENANT, create(redis_world.store).id).job.status is Status.QUEUED


def test_of_a_deleted_batch_no_webhook_is_sent_and_no_answer_kept_however_many_there_are(
    redis_world: RedisWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    ReceiverStub().install(monkeypatch)
    post, client = Post(redis_world.redis), redis_world.redis
    post.endpoint(events=(EventType.BATCH_LINES.value,), lines_per_event=1)
    batches = Counting(client, chunks_a_call=1)
    batches.create(Batch(id="batch_1"), [Line(number=n, text=REVIEW) for n in range(1, 71)], target=1)
    redis_world.store.complete([succeeded(taken) for taken in claim(redis_world.store, jobs=30)])
    post.turn()
    redis_world.store.complete([succeeded(taken) for taken in claim(redis_world.store, jobs=40)])
    batches.delete(TENANT, "batch_1")
    logs: list[Any] = [client.lrange(key, 0, -1) for key in client.scan_iter(webhook_keys.ATTEMPTS(TENANT, "*"))]
    assert logs
    assert all(entry.count(b"\n") == 2 and entry.endswith(b"\n") for log in logs for entry in log)
    assert not client.exists(webhook_keys.PENDING)
