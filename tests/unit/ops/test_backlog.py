"""`kritiq backlog`: how much there is to do, as a line of JSON."""

import orjson
import redis

from store.jobs import RedisStore
from tests.support.commands import Kritiq
from tests.support.factories import create


def test_it_says_what_waits_and_how_many_workers_that_wants(kritiq: Kritiq, redis_client: redis.Redis) -> None:
    printed = orjson.loads(kritiq("backlog", "--per-worker", "2").stdout)
    assert printed == {"sentences": 0, "waiting": 0, "running": 0, "celery": 0, "workers": 0, "wanted": 0}
    store = RedisStore(redis_client)
    for _ in range(3):
        create(store, "Gut.")
    printed = orjson.loads(kritiq("backlog", "--per-worker", "2").stdout)
    assert printed["sentences"] == printed["waiting"] >= 3
    assert printed["wanted"] == -(-printed["sentences"] // 2)
    assert "wanted" not in orjson.loads(kritiq("backlog").stdout)
