"""`kritiq models` about aliases, beside a real Redis."""

from collections.abc import Callable

import pytest
import redis
from click.testing import CliRunner, Result

from jobs.served import ModelState, ServedModel
from ops.command import cli
from store.jobs import RedisStore
from tests.support.factories import make_worker
from tests.support.redis_server import RedisServer

Call = Callable[..., Result]


@pytest.fixture
def models(redis_server: RedisServer, redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Calls `kritiq models …` where a worker serves two versions."""
    monkeypatch.setenv("KRITIQ_REDIS_URL", redis_server.url)
    served = tuple(ServedModel(version=name, state=ModelState.UNLOADED) for name in ("fake/1", "fake/2"))
    RedisStore(redis_client).report_worker(make_worker(models=served), alive_ms=60_000)

    def call(*words: str) -> Result:
        return CliRunner().invoke(cli, ("models", *words))

    return call
