"""How often callers may ask, what they hear of it, and how seldom Redis is asked."""

from collections.abc import Mapping

import pytest
import redis
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from access.caller import Caller
from access.scope import Scope
from api.http.rates import RateLimiter
from jobs.allowance import Allowance
from jobs.errors import TooOften, Unavailable
from store import keys
from store.rates import Left, RateStore, Taken
from store.tenants import TenantStore
from tests.support.clock import Clock
from tests.support.factories import make_settings
from tests.support.http import problem
from tests.support.keys import Doors
from tests.support.redis_server import RedisServer

ACME = Caller(tenant="acme", key_id="key_1")


class Counted(RateStore):
    """Gives out of a limit of its own what is asked for, and counts how often it is asked."""

    def __init__(self, left: int, *, next_ms: int = 250) -> None:
        self.left, self.next_ms, self.asked = left, next_ms, 0

    def take(self, tenant: str, limits: Mapping[str, int], *, most: int) -> Taken:
        self.asked += 1
        got = min(most, self.left)
        self.left -= got
        return Taken(requests=got, left={of: Left(requests=self.left, next_ms=self.next_ms) for of in limits})


class Told(TenantStore):
    """What the operator says of organisations, and how often that was asked."""

    def __init__(self) -> None:
        self.allowed, self.asked = Allowance(rate=1_000), 0

    def allowance(self, tenant: str, default: Allowance) -> Allowance:
        self.asked += 1
        return self.allowed


def limiter(rates: RateStore, clock: Clock, tenants: TenantStore | None = None) -> RateLimiter:
    return RateLimiter(make_settings(), rates, tenants or Told(), clock=lambda: clock() / 1000)


def test_a_process_asks_for_a_hundredth_of_a_limit_at_a_time() -> None:
    counted, clock = Counted(1_000), Clock()
    keeper = limiter(counted, clock)
    for count in range(1, 101):
        standing = keeper.admit(ACME)
        assert standing is not None
        assert standing.left == {"all": 1_000 - count}
    assert counted.asked == 10


def test_what_was_taken_is_good_for_a_second() -> None:
    counted, clock = Counted(1_000), Clock()
    keeper = limiter(counted, clock)
    keeper.admit(ACME)
    clock.advance(999)
    keeper.admit(ACME)
    assert counted.asked == 1
    clock.advance(1)
    keeper.admit(ACME)
    assert counted.asked == 2


@given(now_s=st.floats(0, 1e9), next_ms=st.integers(1, 1_001))
def test_whoever_is_refused_comes_again_after_a_second_whatever_the_time(now_s: float, next_ms: int) -> None:
    keeper = RateLimiter(make_settings(), Counted(0, next_ms=next_ms), Told(), clock=lambda: now_s)
    standing = keeper.admit(ACME)
    assert standing is not None
    with pytest.raises(TooOften) as caught:
        standing.check()
    assert caught.value.retry_after_s == 1


def test_nobody_asks_again_before_there_can_be_room() -> None:
    counted, clock = Counted(0), Clock()
    keeper = limiter(counted, clock)
    for _ in range(50):
        standing = keeper.admit(ACME)
        assert standing is not None
        with pytest.raises(TooOften, match="may make 1000 requests a second"):
            standing.check()
    assert counted.asked == 1
    counted.left = 5
    clock.advance(250)
    standing = keeper.admit(ACME)
    assert standing is not None
    standing.check()


def test_what_the_operator_says_is_asked_once_in_five_seconds_and_then_holds() -> None:
    counted, clock, told = Counted(10_000), Clock(), Told()
    keeper = limiter(counted, clock, told)
    for _ in range(10):
        keeper.admit(ACME)
    assert told.asked == 1
    told.allowed = Allowance(rate=0)
    clock.advance(5_000)
    assert keeper.admit(ACME) is None


def test_a_key_has_its_own_limit_beside_its_organisations() -> None:
    keeper = limiter(Counted(7), Clock())
    standing = keeper.admit(Caller(tenant="acme", key_id="key_1", rate=5))
    assert standing is not None
    assert standing.policy == '"organisation";q=1000;w=1, "key";q=5;w=1'
    assert standing.now == '"organisation";r=6;t=1, "key";r=6;t=1'


def test_where_nobody_is_asked_for_a_key_nothing_is_counted() -> None:
    assert limiter(Counted(0), Clock()).admit(Caller()) is None


def refused(client: FlaskClient, *, within: int = 50) -> int:
    """How many calls get in before one is refused, and that what it hears is true."""
    for count in range(within):
        answer = client.get("/v1/queue")
        if answer.status_code == 429:
            problem(answer, 429, "too-many-requests")
            assert answer.headers["Retry-After"] == "1"
            assert ";r=0;t=1" in answer.headers["RateLimit"]
            return count
        assert answer.status_code == 200
    raise AssertionError("nothing was refused")


def test_an_answer_says_what_may_follow_and_too_much_is_429(redis_client: redis.Redis) -> None:
    client = Doors(redis_client, max_tenant_rate=8).client()
    first = client.get("/v1/queue")
    assert first.headers["RateLimit-Policy"] == '"organisation";q=8;w=1'
    assert first.headers["RateLimit"] == '"organisation";r=7;t=1'
    # However slow the machine is: eight within a second, and as many again in each that passes.
    assert refused(client, within=10_000) >= 7


def test_all_of_an_organisations_keys_share_its_limit_and_no_others_do(redis_client: redis.Redis) -> None:
    doors = Doors(redis_client)
    one, another, foreign = doors.client(), doors.client(), doors.client("zeta")
    # What is counted now counts for an hour.
    redis_client.lpush(keys.RATE("acme", "all"), *[4_000_000_000] * 2_000)
    assert (refused(one), refused(another)) == (0, 0)
    assert foreign.get("/v1/queue").status_code == 200


def test_a_key_that_asks_too_often_takes_nothing_from_the_others(redis_client: redis.Redis) -> None:
    doors = Doors(redis_client)
    made, token = doors.key(rate=3)
    redis_client.lpush(keys.RATE("acme", made.id), *[4_000_000_000] * 3)
    refused(doors.showing(token.text))
    assert redis_client.llen(keys.RATE("acme", "all")) == 0
    assert doors.client().get("/v1/queue").status_code == 200


def test_without_redis_nobody_comes_in_uncounted() -> None:
    server = RedisServer()
    try:
        rates = RateStore(server.start().client())
        keeper = limiter(rates, clock := Clock())
        assert keeper.admit(ACME) is not None
        server.stop()
        clock.advance(1_000)
        with pytest.raises(Unavailable):
            keeper.admit(ACME)
    finally:
        server.close()


@pytest.mark.parametrize("rate", [-1, 100_001, "many", 1.5])
def test_what_is_no_rate_is_invalid(redis_client: redis.Redis, rate: object) -> None:
    client = Doors(redis_client).client("acme", Scope.ADMIN)
    problem(client.post("/v1/keys", json={"scopes": ["jobs:read"], "rate": rate}), 422)
    made = client.post("/v1/keys", json={"scopes": ["jobs:read"], "rate": 5}).get_json()
    assert made["rate"] == 5
    assert client.get(f"/v1/keys/{made['id']}").get_json()["rate"] == 5
