"""A chunk that was lost with two workers is judged line by line; the line that kills is found, its neighbours live."""

from typing import Any

import orjson
import pytest

from jobs.batch import Batch
from jobs.job import Claim
from jobs.line import Line, encode_chunk
from store.batches import BatchStore
from tests.support.factories import LEASE_MS, FakePredictor, claim, make_claim
from tests.support.worlds import RedisWorld
from worker.predict.pipeline import Pipeline

LINES = [Line(number=number, custom_id=None, text=f"Das Essen Nummer {number} war gut.") for number in range(1, 6)]


def chunk_claim(**changes: Any) -> Claim:
    return make_claim(encode_chunk(LINES).decode(), **({"chunk": True} | changes))


def rows(result: bytes | None) -> list[dict[str, Any]]:
    assert result is not None
    found: list[dict[str, Any]] = orjson.loads(result)
    return found


def test_every_line_is_noted_before_anything_is_done_with_it_when_lines_are_singled_out() -> None:
    predictor = FakePredictor()
    pipeline = Pipeline(predictor.as_predictor())
    noted: list[tuple[int | None, int]] = []
    prepared = pipeline.prepare([chunk_claim(suspect=True, singled=True)])
    pipeline.judge(prepared, note=lambda claim, line: noted.append((line, len(predictor.judged))))
    assert noted == [pair for n in range(5) for pair in ((n + 1, n), (None, n + 1))]


@pytest.mark.parametrize("suspect", [False, True])
def test_a_chunk_that_was_lost_once_at_most_is_judged_together_and_noted_nowhere(suspect: bool) -> None:
    predictor = FakePredictor()
    pipeline = Pipeline(predictor.as_predictor())
    noted: list[int | None] = []
    pipeline.judge(pipeline.prepare([chunk_claim(suspect=suspect)]), note=lambda claim, line: noted.append(line))
    assert noted == []
    assert len(predictor.judged) == 1


def test_a_culprit_is_not_judged_and_its_neighbours_are() -> None:
    predictor = FakePredictor()
    pipeline = Pipeline(predictor.as_predictor())
    [outcome] = pipeline.judge(pipeline.prepare([chunk_claim(suspect=True, singled=True, culprits=(3,))]))
    assert [row["status"] for row in rows(outcome.result)] == [
        "succeeded", "succeeded", "failed", "succeeded", "succeeded",
    ]  # fmt: skip
    assert rows(outcome.result)[2]["error"]["code"] == "worker_lost"
    assert (outcome.good, outcome.bad) == (4, 1)
    assert not any("Nummer 3" in text for texts in predictor.judged for text in texts)


@pytest.fixture
def batches(redis_world: RedisWorld) -> BatchStore:
    """The batches of `redis_world`, with one of one chunk."""
    store = BatchStore(redis_world.redis)
    store.create(Batch(id="batch_1"), LINES, target=1_000)
    return store


def lose(world: RedisWorld, line: int | None) -> Claim:
    """Claim the chunk, note `line`, and die."""
    [taken] = claim(world.store, lease_ms=1_000)
    if line is not None:
        world.store.mark_line(taken, line)
    world.advance(2_000)
    world.store.sweep()
    return taken


def test_lines_are_singled_out_after_the_second_loss(redis_world: RedisWorld, batches: BatchStore) -> None:
    lost = [lose(redis_world, None) for _ in range(3)]
    assert [(each.suspect, each.singled) for each in lost] == [(False, False), (True, False), (True, True)]


def test_the_line_that_was_judged_at_two_losses_is_the_culprit(redis_world: RedisWorld, batches: BatchStore) -> None:
    for line in (None, None, 3):
        lose(redis_world, line)
    assert lose(redis_world, 3).culprits == ()
    [taken] = claim(redis_world.store)
    assert taken.culprits == (3,)


def test_a_line_that_was_hit_once_is_judged_again(redis_world: RedisWorld, batches: BatchStore) -> None:
    for line in (None, None, 2, 4):
        lose(redis_world, line)
    [taken] = claim(redis_world.store)
    assert taken.culprits == ()


def test_losses_that_name_a_line_or_none_do_not_fail_the_chunk(redis_world: RedisWorld, batches: BatchStore) -> None:
    for line in (None, None, 1, 1, 2, 2, None, None, None, 5, 5):
        lose(redis_world, line)
    [taken] = claim(redis_world.store)
    assert taken.culprits == (1, 2, 5)


def test_a_line_that_went_well_is_not_blamed(redis_world: RedisWorld, batches: BatchStore) -> None:
    for _ in range(2):
        lose(redis_world, None)
    for _ in range(2):
        [taken] = claim(redis_world.store, lease_ms=1_000)
        redis_world.store.mark_line(taken, 3)
        redis_world.store.mark_line(taken, None)
        redis_world.advance(2_000)
        redis_world.store.sweep()
    assert claim(redis_world.store)[0].culprits == ()


def test_a_chunk_that_goes_on_killing_is_stopped(redis_world: RedisWorld, batches: BatchStore) -> None:
    lost = 0
    while claim(redis_world.store, lease_ms=1_000):
        lost += 1
        redis_world.advance(2_000)
        redis_world.store.sweep()
        assert lost < 100, "it is never stopped"
    assert lost == 31
    batch = batches.get("default", "batch_1")
    assert (batch.status, batch.failed) == ("completed", 5)


def test_a_late_worker_notes_nothing(redis_world: RedisWorld, batches: BatchStore) -> None:
    late = lose(redis_world, None)
    claim(redis_world.store, lease_ms=LEASE_MS)
    redis_world.store.mark_line(late, 3)
    assert redis_world.redis.hget("kritiq:default:job:batch_1.0", "judging") is None


def test_what_was_noted_does_not_outlive_a_hand_back(redis_world: RedisWorld, batches: BatchStore) -> None:
    lose(redis_world, None)
    [taken] = claim(redis_world.store)
    redis_world.store.mark_line(taken, 3)
    redis_world.store.release([taken.tag])
    assert redis_world.redis.hget("kritiq:default:job:batch_1.0", "judging") is None
