"""A Redis that is nearly full forgets what only saves time; one that takes nothing says so."""

from collections.abc import Iterator

import pytest
import redis

from api.app import create_app
from jobs.budgets import Kept
from jobs.errors import Unavailable
from model.runtime.judgement import SentenceJudgement
from store import keys
from store.jobs import RedisStore
from store.memory import FORGOTTEN
from tests.support.factories import REVIEW, create, make_job, make_settings, make_worker
from tests.support.model_hub import ModelHub
from tests.support.model_store import ModelStore
from tests.support.redis_server import RedisServer
from tests.support.worlds import RedisWorld
from worker.predict.sentence_cache import RedisCache

pytestmark = pytest.mark.integration


@pytest.fixture
def client() -> Iterator[redis.Redis]:
    """A Redis whose memory a test may limit."""
    server = RedisServer()
    try:
        with server.start().client() as found:
            yield found
    finally:
        server.close()


def remember(client: redis.Redis, count: int) -> RedisCache:
    cache = RedisCache(client, model_digest="d", method="m", ttl_s=60, most=count)
    judged = SentenceJudgement(labels=(1,), confidences=(0.5,), scores=(0.5,))
    cache.remember({f"Satz {number}": judged for number in range(count)})
    return cache


def limit(client: redis.Redis, share: float) -> None:
    """Memory is used up to this share."""
    client.config_set("maxmemory", round(client.info("memory")["used_memory"] / share))  # type: ignore[index]


def remembered(client: redis.Redis) -> int:
    return int(client.zcard(keys.CACHE_USES))  # type: ignore[arg-type]


@pytest.mark.parametrize("share", [None, 0.5, 0.85])
def test_while_there_is_room_nothing_is_forgotten(client: redis.Redis, share: float | None) -> None:
    remember(client, 2_000)
    if share is not None:
        limit(client, share)
    assert RedisStore(client).relieve() == {}
    assert remembered(client) == 2_000


def test_a_redis_that_is_full_takes_jobs_again_once_it_has_forgotten(client: redis.Redis) -> None:
    store = RedisStore(client)
    remember(client, 20_000)
    limit(client, 1.0)
    with pytest.raises(Unavailable):
        store.create(make_job(), REVIEW)
    with pytest.raises(Unavailable):
        store.check_writable()
    assert store.relieve() == {Kept.CACHE: FORGOTTEN}
    while store.relieve():
        pass
    store.check_writable()
    store.create(make_job(), REVIEW)
    assert 0 < remembered(client) < 20_000


def test_readiness_knows_of_a_redis_that_takes_nothing(client: redis.Redis) -> None:
    store = RedisStore(client)
    store.report_worker(make_worker(), alive_ms=60_000)
    web = create_app(make_settings(), store, ModelHub(ModelStore())).test_client()
    assert web.get("/readyz").status_code == 200
    limit(client, 1.0)
    answer = web.get("/readyz")
    assert (answer.status_code, answer.json["detail"]) == (503, "The job store cannot take more at the moment.")  # type: ignore[index]
    client.config_set("maxmemory", 0)
    assert web.get("/readyz").status_code == 200
    assert not client.exists(keys.NOTHING)


def test_a_waiting_review_takes_less_than_two_kilobytes(redis_world: RedisWorld) -> None:
    text = "Das Essen war wirklich hervorragend, aber auf den Service haben wir am Samstag fast eine Stunde gewartet."
    for _ in range(200):
        create(redis_world.store, text, restaurant="adler")
    sizes = [int(redis_world.redis.memory_usage(key, samples=0) or 0) for key in redis_world.redis.scan_iter()]
    assert sum(sizes) / 200 < 2_000
