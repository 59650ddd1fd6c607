"""What there is of a batch, until its time is over."""

import pytest

from jobs.batch import Batch
from jobs.errors import Gone
from jobs.line import Line, encode_results
from store import keys
from store.batches import BatchStore
from tests.support.factories import REVIEW, claim, succeeded
from tests.support.worlds import RedisWorld


def judged(world: RedisWorld) -> Batch:
    """A batch of one line that has ended."""
    batches = BatchStore(world.redis)
    batches.create(Batch(id="batch_1"), [Line(number=1, custom_id=None, text=REVIEW)], target=9)
    [taken] = claim(world.store)
    world.store.complete([succeeded(taken, encode_results([b'{"line":1}']))])
    return batches.get("default", "batch_1")


def test_lines_whose_time_is_over_are_gone_though_the_reconciler_has_not_come_yet(redis_world: RedisWorld) -> None:
    batch = judged(redis_world)
    assert BatchStore(redis_world.redis).chunk(batch, 0).lines == b'{"line":1}\n'
    redis_world.advance(batch.ttl_ms + 1)
    with pytest.raises(Gone):
        BatchStore(redis_world.redis).chunk(batch, 0)


def test_a_batch_is_read_in_one_round_trip(redis_world: RedisWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    judged(redis_world)

    def refuse(*_: object, **__: object) -> object:
        raise AssertionError("a round trip of its own")

    monkeypatch.setattr(redis_world.redis, "execute_command", refuse)
    assert BatchStore(redis_world.redis).get("default", "batch_1").total == 1


def test_a_batch_is_called_off_once_and_whoever_watches_it_hears_of_that(redis_world: RedisWorld) -> None:
    batches = BatchStore(redis_world.redis)
    batches.create(Batch(id="batch_1"), [Line(number=1, custom_id=None, text=REVIEW)], target=9)
    claim(redis_world.store)
    with redis_world.redis.pubsub(ignore_subscribe_messages=True) as pubsub:
        pubsub.subscribe(keys.CHANGES("batch_1"))
        pubsub.get_message(timeout=10)
        first = batches.cancel("default", "batch_1")
        heard = pubsub.get_message(timeout=10)
        assert batches.cancel("default", "batch_1") == first
    assert first.cancel_requested
    assert heard is not None
    assert heard["data"] == f"{first.version} running".encode()
