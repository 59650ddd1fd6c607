"""What the intake is compared with is served by the API's own server."""

from typing import Any

import pytest
import redis

from api.server.incoming import remembering
from bench.queue import store_only
from tests.support.redis_server import RedisServer

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("make", [store_only.floor, store_only.application])
def test_the_server_may_ask_it_whom_it_knows_and_it_accepts_a_review(
    make: Any, redis_server: RedisServer, redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KRITIQ_REDIS_URL", redis_server.url)
    app = make()
    remembering(app)(None, None)
    answer = app.test_client().post("/v1/jobs", json={"text": "Das Essen war gut."})
    assert answer.status_code == 202
    assert redis_client.llen("bench:queue") == 1
