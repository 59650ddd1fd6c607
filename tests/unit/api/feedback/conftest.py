"""The API over a real Redis, whose worker has told what its model may say."""

import pytest
import redis

from jobs.feedback import Answers
from model.scheme import DEFAULT_SCHEME
from store.answers import AnswerStore
from store.traffic import model_key
from tests.support.factories import MODEL
from tests.unit.api.batches.conftest import judge, over_redis

__all__ = ["judge", "over_redis"]


@pytest.fixture(autouse=True)
def told(redis_client: redis.Redis) -> None:
    """A worker has told what its model may say."""
    answers = Answers(aspects=DEFAULT_SCHEME.aspects, polarities=DEFAULT_SCHEME.polarities)
    AnswerStore(redis_client).set(model_key(MODEL["name"], MODEL["version"]), answers)
