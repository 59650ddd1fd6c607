"""Waiting for deliveries to end has an end itself."""

import pytest
import redis

from bench.http.endpoint import sent
from store import webhook_keys

pytestmark = pytest.mark.integration


def test_deliveries_that_never_end_are_waited_for_no_longer_than_is_said(redis_client: redis.Redis) -> None:
    redis_client.zadd(webhook_keys.PENDING, {"default:msg_1": 1, "default:msg_2": 2})
    sent(redis_client, left=2)
    with pytest.raises(TimeoutError, match="a delivery to end"):
        sent(redis_client, left=1, within_s=0.02)
