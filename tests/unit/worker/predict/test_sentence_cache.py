"""Sentences that were judged before are remembered, as many as there may be."""

import hashlib
from dataclasses import replace

import pytest
import redis

from model.runtime.judgement import FORMAT, SentenceJudgement
from store import keys
from worker.predict.sentence_cache import RedisCache

pytestmark = pytest.mark.integration


def judgement(label: int = 1) -> SentenceJudgement:
    return SentenceJudgement(labels=(label,), confidences=(0.5,), scores=(0.25, 0.75))


def cache(client: redis.Redis, *, most: int = 10, digest: str = "model") -> RedisCache:
    return RedisCache(client, model_digest=digest, method="method", ttl_s=60, most=most)


def known(cache: RedisCache, *sentences: str) -> set[str]:
    return {sentences[index] for index in cache.look_up(sentences)}


def kept(client: redis.Redis) -> int:
    # A scan may tell a key twice while Redis makes its table smaller.
    return len(set(client.scan_iter(keys.CACHE("*"))))


def test_what_was_judged_is_remembered_for_its_model_alone(redis_client: redis.Redis) -> None:
    cache(redis_client).remember({"Gut.": judgement(1), "Laut.": judgement(2)})
    assert cache(redis_client).look_up(["Laut.", "Neu.", "Gut."]) == {0: judgement(2), 2: judgement(1)}
    assert cache(redis_client, digest="another").look_up(["Gut."]) == {}
    assert 0 < redis_client.ttl(next(iter(redis_client.scan_iter(keys.CACHE("*"))))) <= 60  # type: ignore[operator]


def test_what_another_version_wrote_in_another_form_is_not_read(
    redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache(redis_client).remember({"Gut.": judgement()})
    monkeypatch.setattr("worker.predict.sentence_cache.FORMAT", FORMAT + 1)
    assert cache(redis_client).look_up(["Gut."]) == {}
    # Workers of before there was a number had none.
    unnumbered = hashlib.sha256(b"model\nmethod\nGut.").hexdigest()[:32]
    assert not redis_client.exists(keys.CACHE(unnumbered))


def test_no_more_are_kept_than_there_may_be_and_those_used_last_stay(redis_client: redis.Redis) -> None:
    found = cache(redis_client, most=3)
    for sentence in ("a", "b", "c"):
        found.remember({sentence: judgement()})
        age(redis_client)
    assert known(found, "a") == {"a"}  # a is used again, b is now the oldest
    age(redis_client)
    found.remember({"d": judgement()})
    assert known(found, "a", "b", "c", "d") == {"a", "c", "d"}
    assert (kept(redis_client), redis_client.zcard(keys.CACHE_USES)) == (3, 3)


def test_a_limit_that_was_lowered_is_reached_in_steps(redis_client: redis.Redis) -> None:
    cache(redis_client, most=10_000).remember({str(number): judgement() for number in range(3_000)})
    low = cache(redis_client, most=10)
    for number in range(4):
        low.remember({f"new {number}": judgement()})
    assert (kept(redis_client), redis_client.zcard(keys.CACHE_USES)) == (10, 10)


def test_hits_and_misses_are_counted(redis_client: redis.Redis) -> None:
    found = cache(redis_client)
    found.remember({"a": judgement()})
    found.look_up(["a", "b", "a"])
    counted = redis_client.hmget(keys.COUNTERS, "cache_hits", "cache_misses")
    assert counted == [b"2", b"1"]


def test_what_somebody_else_wrote_is_not_known(redis_client: redis.Redis) -> None:
    found = cache(redis_client)
    found.remember({"a": judgement()})
    (key,) = redis_client.scan_iter(keys.CACHE("*"))
    redis_client.set(key, b"nonsense")
    assert found.look_up(["a"]) == {}


def age(client: redis.Redis) -> None:
    """Time passes: every use so far was a second earlier."""
    for digest, at in client.zrange(keys.CACHE_USES, 0, -1, withscores=True):  # type: ignore[union-attr]
        client.zadd(keys.CACHE_USES, {digest: at - 1_000})


@pytest.mark.parametrize(("tokens", "unknown"), [(0, None), (7, 0), (7, 2), (65_535, 65_535)])
@pytest.mark.parametrize("truncated", [False, True])
def test_how_much_was_unknown_to_the_model_is_remembered(tokens: int, unknown: int | None, truncated: bool) -> None:
    kept = replace(judgement(1), truncated=truncated, tokens=tokens, unknown=unknown)
    assert SentenceJudgement.from_bytes(kept.to_bytes()) == kept
