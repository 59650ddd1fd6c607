"""Requests within a second: as many as every limit has room for, at any time, whoever takes how many at once."""

from collections.abc import Sequence
from typing import Any

import pytest
import redis
from hypothesis import given, settings
from hypothesis import strategies as st

from store import keys
from store.rates import RateStore
from tests.support.clock import Clock
from tests.support.redis_server import RedisServer


@pytest.fixture
def clock() -> Clock:
    return Clock(0)


@pytest.fixture
def rates(redis_client: redis.Redis, clock: Clock) -> RateStore:
    return RateStore(redis_client, offset_ms=clock)


def test_a_limit_has_room_again_when_its_oldest_request_is_a_second_ago(rates: RateStore, clock: Clock) -> None:
    first = rates.take("acme", {"all": 3}, most=2)
    assert (first.requests, first.left["all"].requests) == (2, 1)
    assert rates.take("acme", {"all": 3}, most=2).requests == 1
    full = rates.take("acme", {"all": 3}, most=2)
    assert (full.requests, full.left["all"].requests) == (0, 0)
    assert 0 < full.left["all"].next_ms <= 1001
    clock.advance(full.left["all"].next_ms)
    # The third was taken as soon after the first two as the machine is fast.
    assert rates.take("acme", {"all": 3}, most=3).requests >= 2


def test_what_says_when_there_is_room_again_is_right_however_fast_it_was_taken(
    redis_client: redis.Redis, clock: Clock
) -> None:
    rates = RateStore(redis_client, offset_ms=clock)
    for n in range(200):
        assert rates.take(f"t{n}", {"all": 1}, most=1).requests == 1
        clock.advance(rates.take(f"t{n}", {"all": 1}, most=1).left["all"].next_ms)
        assert rates.take(f"t{n}", {"all": 1}, most=1).requests == 1


def test_what_one_limit_refuses_is_charged_to_none(rates: RateStore) -> None:
    assert rates.take("acme", {"all": 10, "key_1": 1}, most=5).requests == 1
    refused = rates.take("acme", {"all": 10, "key_1": 1}, most=5)
    assert (refused.requests, refused.left["all"].requests, refused.left["key_1"].requests) == (0, 9, 0)
    assert rates.take("acme", {"all": 10, "key_2": 10}, most=10).requests == 9


def test_an_organisations_requests_are_nobody_elses(rates: RateStore) -> None:
    assert rates.take("acme", {"all": 1}, most=1).requests == 1
    assert rates.take("zeta", {"all": 1}, most=1).requests == 1


def test_what_was_counted_is_forgotten(rates: RateStore, redis_client: redis.Redis) -> None:
    rates.take("acme", {"all": 5}, most=3)
    assert 0 < redis_client.pttl(keys.RATE("acme", "all")) <= 1000
    assert redis_client.llen(keys.RATE("acme", "all")) == 3


@settings(max_examples=40)
@given(
    limit=st.integers(1, 6),
    steps=st.lists(st.tuples(st.integers(0, 1500), st.integers(1, 4)), min_size=1, max_size=25),
)
def test_no_second_ever_has_more_than_the_limit_nor_less_than_there_was_room_for(
    redis_server: RedisServer, limit: int, steps: Sequence[tuple[int, int]]
) -> None:
    with redis_server.client() as client:
        client.flushall()
        clock = Clock(0)
        rates = RateStore(client, offset_ms=clock)
        #: Of each request a time before and one after it was taken: the clock goes on meanwhile.
        taken: list[tuple[int, int]] = []
        for ms, most in steps:
            clock.advance(ms)
            before = now_ms(client) + clock()
            got = rates.take("acme", {"all": limit}, most=most).requests
            after = now_ms(client) + clock()
            surely = sum(earliest >= after - 1000 for earliest, _ in taken)
            perhaps = sum(latest >= before - 1000 for _, latest in taken)
            assert min(most, limit - perhaps) <= got <= min(most, limit - surely)
            taken += [(before, after)] * got


def now_ms(client: redis.Redis) -> int:
    """Redis' clock."""
    answer: Any = client.time()
    return int(answer[0]) * 1000 + int(answer[1]) // 1000
