"""How many deliveries an endpoint is sent at once: `next_pace` of store/lua/lib/pace.lua, as a pure function."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import lua

pytestmark = pytest.mark.integration

LEAST, MOST = 4, 64
#: The script gives whole thousandths, since Redis has no fractions in answers.
CODE = (
    (resources.files(lua.__name__) / "lib/pace.lua").read_text(encoding="utf-8")
    + """
local a = {}
for i = 1, #ARGV do a[i] = tonumber(ARGV[i]) end
local width, fastest, narrowed = next_pace(a[1], a[2], a[3], a[4] == 1, a[5], a[6], a[7], a[8], a[9], a[10])
return { tostring(width), tostring(fastest), tostring(narrowed), FIRST_WIDTH }
"""
)


@dataclass(frozen=True, kw_only=True)
class Pace:
    """What an endpoint's health remembers; times are milliseconds."""

    width: float = 4.0
    fastest: float = 10.0
    narrowed: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Attempt:
    good: bool = True
    ms: float = 10.0
    began: float = 1_000.0
    now: float = 1_010.0
    busy: int = 63


Next = Callable[[Pace, Attempt], Pace]


@pytest.fixture
def after(redis_client: redis.Redis) -> Next:
    script = redis_client.register_script(CODE)

    def step(pace: Pace, attempt: Attempt) -> Pace:
        answer: Any = script(
            args=[pace.width, pace.fastest, pace.narrowed, int(attempt.good), attempt.ms, attempt.began, attempt.now,
                  attempt.busy, LEAST, MOST]
        )  # fmt: skip
        width, fastest, narrowed = map(float, answer[:3])
        return Pace(width=width, fastest=fastest, narrowed=narrowed)

    return step


paces = st.builds(
    Pace,
    width=st.floats(LEAST, MOST), fastest=st.floats(1, 15_000), narrowed=st.sampled_from([0.0, 500.0, 5_000.0]),
)  # fmt: skip
attempts = st.builds(
    Attempt,
    good=st.booleans(), ms=st.floats(0, 15_000), began=st.floats(0, 20_000), now=st.floats(20_000, 40_000),
    busy=st.integers(0, 64),
)  # fmt: skip
several = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@several
@given(paces, attempts)
def test_it_keeps_its_bounds(after: Next, pace: Pace, attempt: Attempt) -> None:
    assert LEAST <= after(pace, attempt).width <= MOST


@several
@given(paces, attempts)
def test_it_grows_by_one_at_most_and_shrinks_by_half(after: Next, pace: Pace, attempt: Attempt) -> None:
    width = after(pace, attempt).width
    assert width <= pace.width + 1.001
    assert width >= min(pace.width, max(LEAST, pace.width / 2)) - 0.001


@several
@given(paces, attempts)
def test_a_failure_never_makes_room(after: Next, pace: Pace, attempt: Attempt) -> None:
    assert after(pace, replace(attempt, good=False)).width <= pace.width + 0.001


@several
@given(paces, attempts)
def test_what_was_under_way_together_narrows_once(after: Next, pace: Pace, attempt: Attempt) -> None:
    once = after(pace, replace(attempt, good=False))
    again = after(once, replace(attempt, good=False, now=attempt.now + 1))
    if once.narrowed == attempt.now and attempt.began < attempt.now:
        assert again == once


@several
@given(paces, attempts)
def test_room_that_is_not_used_does_not_grow(after: Next, pace: Pace, attempt: Attempt) -> None:
    assert after(pace, replace(attempt, busy=0)).width <= pace.width + 0.001


@several
@given(paces)
def test_an_answer_as_fast_as_ever_makes_room(after: Next, pace: Pace) -> None:
    assert after(pace, Attempt(ms=pace.fastest)).width > pace.width or pace.width > MOST - 0.001


def test_before_the_first_trouble_it_doubles_in_a_round_and_afterwards_it_grows_by_one(after: Next) -> None:
    def round_of(pace: Pace) -> Pace:
        for _ in range(int(pace.width)):
            pace = after(pace, Attempt(began=9_000))
        return pace

    assert round_of(Pace(width=8)).width == 16
    assert round_of(Pace(width=8, narrowed=500)).width == pytest.approx(9, abs=0.1)


def test_a_slow_answer_halves_it(after: Next) -> None:
    pace = Pace(width=32, fastest=10)
    assert after(pace, Attempt(ms=59)).width > 32
    assert after(pace, Attempt(ms=61)).width == 16
    assert after(replace(pace, fastest=100), Attempt(ms=299)).width > 32
    assert after(replace(pace, fastest=100), Attempt(ms=301)).width == 16


def test_a_receiver_that_has_become_slower_for_good_is_taken_as_it_is(after: Next) -> None:
    pace, now = Pace(width=32), 1_000.0
    for _ in range(4_000):
        now += 200
        pace = after(pace, Attempt(ms=100, began=now - 100, now=now))
    assert pace.fastest > 50
    assert pace.width > 16


@pytest.mark.parametrize("capacity", [8, 16, 32])
def test_it_finds_what_a_receiver_can_do_at_once(after: Next, capacity: int) -> None:
    """One that works on `capacity` at once and lets the others queue: each then takes longer in proportion."""
    pace, now, widths = Pace(fastest=50.0), 0.0, []
    for _ in range(60):
        at_once = int(pace.width)
        ms = 50.0 * max(1.0, at_once / capacity)
        now += ms
        for number in range(at_once):
            pace = after(pace, Attempt(ms=ms, began=now - ms + 0.1, now=now, busy=at_once - 1 - number))
        widths.append(pace.width)
    assert capacity / 2 <= min(widths[20:])
    assert max(widths[20:]) <= min(MOST, 5 * capacity)
