"""The API over batches on a real Redis, and a worker that judges them without a network."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
import redis
from flask.testing import FlaskClient

from api.app import create_app
from api.http.hub import RedisHub
from store.batches import BatchStore
from store.feedback import FeedbackStore
from store.files import FileStore
from store.jobs import RedisStore
from tests.support.factories import FakePredictor, claim, make_settings
from tests.support.model_hub import ModelHub
from tests.support.model_store import ModelStore
from tests.support.redis_server import RedisServer
from worker.predict.pipeline import Pipeline

#: Places for waiting clients.
WAITING = 3


@pytest.fixture
def over_redis(redis_client: redis.Redis, redis_server: RedisServer) -> Iterator[FlaskClient]:
    """The API over an empty Redis; batches are cut into chunks of about two sentences."""
    settings = make_settings(batch_sentences=2)
    with closing(RedisHub(redis_server.client(), most=WAITING)) as hub:
        yield create_app(
            settings, RedisStore(redis_client), hub, BatchStore(redis_client), files=FileStore(redis_client),
            feedback=FeedbackStore(redis_client),
        ).test_client()  # fmt: skip


@pytest.fixture
def judge(redis_client: redis.Redis) -> Callable[..., int]:
    """Judges up to so many waiting jobs or chunks, as a worker would; how many there were."""
    store, pipeline = RedisStore(redis_client), Pipeline(FakePredictor().as_predictor())

    def work(jobs: int = 100) -> int:
        claims = claim(store, jobs=jobs)
        store.complete(pipeline.judge(pipeline.prepare(claims)))
        return len(claims)

    return work


@pytest.fixture
def store(redis_server: RedisServer) -> RedisStore:
    """What workers use; empty."""
    redis = redis_server.client()
    redis.flushall()
    return RedisStore(redis)


@pytest.fixture
def batch_client(store: RedisStore, redis_server: RedisServer) -> FlaskClient:
    client = redis_server.client()
    hub = ModelHub(ModelStore())
    return create_app(make_settings(), store, hub, BatchStore(client), files=FileStore(client)).test_client()
