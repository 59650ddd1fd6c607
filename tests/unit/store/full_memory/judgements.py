"""Judgements that workers remember."""

from jobs.budgets import Kept
from model.runtime.judgement import SentenceJudgement
from store import keys
from tests.support.factories import REVIEW
from tests.support.worlds import RedisWorld
from tests.unit.store.full_memory.steps import Scenario, Steps
from worker.predict.sentence_cache import RedisCache


def remembering(world: RedisWorld) -> RedisCache:
    cache = RedisCache(world.redis, model_digest="d", method="m", ttl_s=60, most=9)
    cache.remember({REVIEW: SentenceJudgement(labels=(1,), confidences=(0.5,), scores=(0.5,))})
    return cache


def look_up_a_judgement(world: RedisWorld) -> Steps:
    cache = remembering(world)
    yield
    assert cache.look_up([REVIEW]).keys() == {0}


def forget_judgements(world: RedisWorld) -> Steps:
    remembering(world)
    yield
    assert world.store.relieve() == {Kept.CACHE: 1}
    assert not world.redis.exists(keys.CACHE_USES)


#: By script.
GOES_ON: dict[str, list[Scenario]] = {
    "cache/look_up": [look_up_a_judgement], "cache/forget": [forget_judgements],
}  # fmt: skip
