"""One Redis and one API for all tests of a module: each acts on what it made itself, and looks at nothing else."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from store.jobs import RedisStore
from tests.support.factories import FakePredictor, claim
from tests.support.post import Post
from tests.support.processes import Api
from tests.support.redis_server import RedisServer
from webhooks.secret import SecretCipher, new_key
from worker.predict.pipeline import Pipeline

#: What the model fails on.
POISON = "Gift"


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with closing(RedisServer()) as server:
        yield server.start()


@pytest.fixture(scope="module")
def store(server: RedisServer) -> Iterator[RedisStore]:
    with server.client() as client:
        yield RedisStore(client)


@pytest.fixture(scope="module")
def secret_key() -> str:
    return new_key()


@pytest.fixture(scope="module")
def api(server: RedisServer, secret_key: str, port: int) -> Iterator[Api]:
    traces = "https://traces.example/{trace_id}"
    with closing(
        Api(server.url, port=port, webhook_allow_insecure="1", secret_keys=secret_key, trace_url=traces)
    ) as api:
        yield api.wait()


@pytest.fixture
def post(store: RedisStore, secret_key: str) -> Post:
    """What delivers; time and turns are the test's."""
    return Post(store.client, cipher=SecretCipher(secret_key))


@pytest.fixture
def work(store: RedisStore) -> Callable[[], None]:
    """Judges all that waits, as a worker would."""
    pipeline = Pipeline(FakePredictor(poison=POISON).as_predictor())

    def judge() -> None:
        store.complete(pipeline.judge(pipeline.prepare(claim(store))))

    return judge
