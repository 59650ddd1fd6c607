"""A Redis that is nearly full forgets what only saves time; one that takes nothing says so."""

from collections.abc import Iterator

import pytest
import redis

from api.app import create_app
from bench.fill.days import send_all
from jobs.budgets import Kept
from jobs.errors import Unavailable
from jobs.job import new_id
from model.runtime.judgement import SentenceJudgement
from store import keys
from store.jobs import RedisStore
from store.memory import FORGOTTEN
from store.packed_results import PackedResults
from tests.support.factories import REVIEW, create, make_job, make_settings, make_worker, work_off
from tests.support.model_hub import ModelHub
from tests.support.model_store import ModelStore
from tests.support.post import Post
from tests.support.redis_server import RedisServer
from tests.support.results import found_in
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


#: Of these bars little is to spare: a field or an index too many breaks them.
REVIEWS, LONG = 200, (
    "Das Essen war wirklich hervorragend, aber auf den Service haben wir am Samstag fast eine Stunde gewartet."
)  # fmt: skip


def held(client: redis.Redis) -> float:
    """What all keys take, in bytes for each of the reviews."""
    return sum(int(client.memory_usage(name, samples=0) or 0) for name in client.scan_iter()) / REVIEWS


def test_a_waiting_review_takes_less_than_1700_bytes(redis_world: RedisWorld) -> None:
    for _ in range(REVIEWS):
        create(redis_world.store, LONG, restaurant="adler", external_author="7")
    assert held(redis_world.redis) < 1_700


def told(client: redis.Redis, text: str, **asked: str) -> None:
    """Reviews that have ended, of which one endpoint was told at once, after the time that Celery clients have."""
    post = Post(client)
    post.endpoint()
    for _ in range(REVIEWS):
        create(post.jobs, text, id=new_id(), **asked)
    while work_off(post.jobs, found_in(text)):
        pass
    send_all(post.deliveries)
    assert PackedResults(client, lambda: True, after_s=0).pack() == REVIEWS


def test_one_that_has_ended_takes_less_than_900_bytes_with_the_webhook_that_told_of_it(
    redis_world: RedisWorld,
) -> None:
    told(redis_world.redis, REVIEW)
    assert held(redis_world.redis) < 900


def test_one_of_a_restaurant_and_an_author_takes_less_than_1250(redis_world: RedisWorld) -> None:
    told(redis_world.redis, LONG, restaurant="adler", external_author="7")
    assert held(redis_world.redis) < 1_250
