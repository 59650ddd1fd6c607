"""On what two versions of a model differ is kept with the job that it is of, and goes with it."""

from dataclasses import replace

import pytest

from jobs.batch import Batch
from jobs.differing import Difference, Differences
from jobs.job import DEFAULT_TTL_MS, Claim, new_id
from jobs.line import Line
from jobs.request import JobRequest
from store import differing, keys
from store.batches import BatchStore
from store.differing import DifferingStore
from store.line_erasure import LineEraser
from tests.support.factories import FakePredictor, claim, create, succeeded
from tests.support.post import TENANT
from tests.support.worlds import RedisWorld
from worker.predict.pipeline import Pipeline

FOUND = Differences(
    alias="default", rollout=4, version="fake/1", sentences=[Difference(line=0, sentence=1, other={"food": "negative"})]
)


def judged(world: RedisWorld, name: str) -> Claim:
    """A job that has ended, as its worker held it."""
    create(world.store, tenant=TENANT, id=name)
    (held,) = claim(world.store)
    world.store.complete([succeeded(held)])
    return held


def test_it_is_listed_newest_first_while_its_job_is_there(redis_world: RedisWorld) -> None:
    store = DifferingStore(redis_world.redis)
    for name in ("first", "second", "third"):
        assert store.keep(judged(redis_world, name), FOUND)
        redis_world.advance(1000)
    assert list(store.newest(TENANT, "default")) == [(name, FOUND) for name in ("third", "second", "first")]
    assert list(store.newest(TENANT, "other")) == list(store.newest("other", "default")) == []
    redis_world.store.delete(TENANT, "second")
    assert [name for name, _ in store.newest(TENANT, "default")] == ["third", "first"]
    redis_world.advance(DEFAULT_TTL_MS + 10_000)
    redis_world.store.reconcile()
    assert not redis_world.redis.keys("kritiq:*:differing:*")


def test_of_what_is_gone_or_was_judged_by_another_attempt_nothing_is_kept(redis_world: RedisWorld) -> None:
    store = DifferingStore(redis_world.redis)
    create(redis_world.store, tenant=TENANT, id="waits")
    (held,) = claim(redis_world.store)
    assert not store.keep(held, FOUND), "it has not ended"
    redis_world.store.complete([succeeded(held)])
    assert not store.keep(replace(held, attempt=2), FOUND)
    redis_world.store.delete(TENANT, "waits")
    assert not store.keep(held, FOUND)
    assert not redis_world.redis.keys("kritiq:*:differing:*")


def test_the_oldest_give_way(redis_world: RedisWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(differing, "MOST_JOBS", 2)
    store = DifferingStore(redis_world.redis)
    for name in ("first", "second", "third"):
        store.keep(judged(redis_world, name), FOUND)
        redis_world.advance(1000)
    assert [name for name, _ in store.newest(TENANT, "default")] == ["third", "second"]
    assert redis_world.redis.hget(keys.JOB(TENANT, "first"), "differs") is None


def test_erasing_a_line_takes_that_of_its_chunk(redis_world: RedisWorld) -> None:
    store, batches = DifferingStore(redis_world.redis), BatchStore(redis_world.redis)
    lines = [Line(number=n, text="Gut.", external_author=f"gast-{n}") for n in (1, 2)]
    batch = batches.create(Batch(id=new_id("batch"), tenant=TENANT, request=JobRequest()), lines, target=100)
    (held,) = claim(redis_world.store)
    pipeline = Pipeline(FakePredictor().as_predictor())
    redis_world.store.complete(pipeline.judge(pipeline.prepare([held])))
    assert store.keep(held, FOUND)
    assert LineEraser(redis_world.redis).erase(batches.get(TENANT, batch.id), "gast-1") == 1
    assert list(store.newest(TENANT, "default")) == []
    batches.delete(TENANT, batch.id)
    assert not redis_world.redis.keys("kritiq:*:differing:*")
