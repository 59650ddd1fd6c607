"""`kritiq models` about aliases, beside a real Redis."""

from collections.abc import Callable
from functools import partial

import pytest
import redis
from click.testing import Result

from jobs.served import ModelState, ServedModel
from store.jobs import RedisStore
from tests.support.commands import Kritiq
from tests.support.factories import make_worker

Call = Callable[..., Result]


@pytest.fixture
def models(kritiq: Kritiq, redis_client: redis.Redis) -> Call:
    """Calls `kritiq models …` where a worker serves two versions."""
    served = tuple(ServedModel(version=name, state=ModelState.UNLOADED) for name in ("fake/1", "fake/2"))
    RedisStore(redis_client).report_worker(make_worker(models=served), alive_ms=60_000)
    return partial(kritiq, "models")
