"""`kritiq backlog`: how much there is to do, as a line of JSON."""

import orjson
import pytest
import redis
from click.testing import CliRunner

from ops.command import cli
from store.jobs import RedisStore
from tests.support.factories import create
from tests.support.redis_server import RedisServer


def test_it_says_what_waits_and_how_many_workers_that_wants(
    redis_server: RedisServer, redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KRITIQ_REDIS_URL", redis_server.url)
    said = orjson.loads(CliRunner().invoke(cli, ["backlog", "--per-worker", "2"]).stdout)
    assert said == {"sentences": 0, "waiting": 0, "running": 0, "celery": 0, "workers": 0, "wanted": 0}
    store = RedisStore(redis_client)
    for _ in range(3):
        create(store, "Gut.")
    said = orjson.loads(CliRunner().invoke(cli, ["backlog", "--per-worker", "2"]).stdout)
    assert said["sentences"] == said["waiting"] >= 3
    assert said["wanted"] == -(-said["sentences"] // 2)
    assert "wanted" not in orjson.loads(CliRunner().invoke(cli, ["backlog"]).stdout)
