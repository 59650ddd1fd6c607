"""However little of it fits, looking for what needs a person comes to an end."""

import pytest
import redis

from jobs.doubt import DoubtFilter
from jobs.line import Line
from jobs.request import Form, JobRequest, Priority
from jobs.submission import new_batch
from store import doubts
from store.batches import BatchStore
from store.doubts import most_doubtful
from store.jobs import RedisStore
from tests.support.factories import FakePredictor, claim, create, make_settings
from tests.support.worlds import RedisWorld
from worker.predict.pipeline import Pipeline


def judge(store: RedisStore) -> None:
    pipeline = Pipeline(FakePredictor().as_predictor())
    while held := claim(store):
        store.complete(pipeline.judge(pipeline.prepare(held)))


def found(client: redis.Redis, restaurant: str | None = None) -> list[str]:
    chosen = most_doubtful(client, "default", DoubtFilter(reviews=1, restaurant=restaurant), most=9)
    return [each.sentence.text for each in chosen]


def test_jobs_of_the_old_call_are_passed_over_and_not_without_end(
    redis_world: RedisWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doubts, "_STEP", 1)
    create(redis_world.store, "Das Essen war gut.")
    judge(redis_world.store)
    for left in (["Das Essen war gut."], []):
        redis_world.advance(1000)
        create(redis_world.store, form=Form.LEGACY)
        judge(redis_world.store)
        assert found(redis_world.redis) == left


def test_lines_of_others_are_passed_over_and_not_without_end(
    redis_world: RedisWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doubts, "MOST_PASSED", 3)
    batches = BatchStore(redis_world.redis)
    for others in (2, 3):
        names = [*["krone"] * others, "adler"]
        lines = [Line(number=n, text=f"{n} war gut.", restaurant=name) for n, name in enumerate(names, 1)]
        batches.create(new_batch(JobRequest(priority=Priority.BULK), make_settings()), lines, target=1)
        judge(redis_world.store)
        assert found(redis_world.redis, restaurant="adler") == (["3 war gut."] if others == 2 else [])
        redis_world.advance(1000)
