"""Days pass, Redis does not fill up, and nothing is refused. `kritiq bench fill` does this for longer and with more."""

import re
from collections.abc import Iterator

import pytest
import redis

from bench.fill.days import Day, Days, Load, flat, scaled, used_bytes
from jobs.budgets import Kept
from store import keys, webhook_keys
from tests.support.redis_server import RedisServer

#: What is there for ever, or as long as somebody has an endpoint (`store.keys`).
STAYS = {
    keys.FLOW, keys.TENANT_FLOW("default"), keys.TENANT_FLOWS, keys.METRICS, webhook_keys.STATS, keys.COUNTERS,
    keys.KEPT, keys.RECONCILERS, webhook_keys.DELIVERY_SIGNAL, webhook_keys.ENDPOINTS("default"), keys.ERASED,
}  # fmt: skip


@pytest.fixture(scope="module")
def client() -> Iterator[redis.Redis]:
    """A Redis whose memory a test may limit."""
    server = RedisServer()
    try:
        with server.start().client() as found:
            yield found
    finally:
        server.close()


@pytest.mark.integration
def test_redis_stays_as_full_as_it_is_and_refuses_nothing(client: redis.Redis) -> None:
    client.flushall()
    load = Load(reviews=25, cache_sentences=10_000, budgets={})
    list(Days(client, load).run(1))
    client.config_set("maxmemory", used_bytes(client) + 300_000)
    try:
        ended = list(Days(client, load).run(20))
    finally:
        client.config_set("maxmemory", 0)
    assert sum(day.refused for day in ended) == 0
    assert abs(flat(ended, 12)) < 0.05


@pytest.mark.integration
def test_a_year_later_nothing_is_left_but_what_is_live(client: redis.Redis) -> None:
    client.flushall()
    days = Days(client, Load(reviews=5, cache_sentences=10_000, budgets={}))
    list(days.run(3))
    assert client.exists(webhook_keys.TOLD_PLACES, keys.CACHE_USES, keys.JOBS("default")) == 3
    days.quiet(401)
    left = {key.decode() for key in client.scan_iter()} - STAYS
    assert {key for key in left if not re.fullmatch(r"kritiq:default:endpoint:\w+", key)} == set()


def test_a_smaller_machine_has_less_of_everything() -> None:
    load = Load(reviews=10_000, cache_sentences=200_000, budgets={Kept.RESULTS: 1_000})
    assert scaled(load, 0.01) == Load(reviews=100, cache_sentences=2_000, budgets={Kept.RESULTS: 10})


def test_flat_compares_the_later_half_with_the_earlier() -> None:
    def day(used_bytes: int) -> Day:
        return Day(number=0, refused=0, used_bytes=used_bytes, keys=0)

    assert flat([day(1), day(100), day(100), day(110), day(110)], 4) == pytest.approx(0.1)
