"""What fails in each round of a loop fills no log."""

import logging

import pytest

from telemetry.trouble import AGAIN_S, MOST_REASONS, STEADY_S, Trouble
from tests.support.clock import Clock

log = logging.getLogger(__name__)
AWAY, FULL = ConnectionError("Redis is away"), ConnectionError("Redis is full")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def trouble(clock: Clock, caplog: pytest.LogCaptureFixture) -> Trouble:
    caplog.set_level(logging.INFO)
    return Trouble(log, "cannot claim", clock=lambda: clock() / 1000)


def rounds(trouble: Trouble, clock: Clock, error: Exception, seconds: float, each_s: float = 0.5) -> None:
    for _ in range(int(seconds / each_s)):
        trouble.met(error)
        clock.advance(round(1000 * each_s))


def test_a_failure_is_said_when_it_begins_at_intervals_and_when_it_is_over(
    trouble: Trouble, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    rounds(trouble, clock, AWAY, 2 * AGAIN_S + 1)
    trouble.over()
    trouble.over()
    assert caplog.messages == [
        "cannot claim: Redis is away",
        "cannot claim: Redis is away (for 30 s, 61 times)",
        "cannot claim: Redis is away (for 60 s, 121 times)",
        "cannot claim: no longer, after 61 s and 122 times",
    ]


def test_another_reason_is_said_at_once(trouble: Trouble, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    rounds(trouble, clock, AWAY, 2)
    rounds(trouble, clock, FULL, 2)
    rounds(trouble, clock, AWAY, 2)
    assert caplog.messages == ["cannot claim: Redis is away", "cannot claim: Redis is full (for 2 s, 5 times)"]


def test_what_fails_and_goes_well_by_turns_says_each_once(
    trouble: Trouble, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(40):
        rounds(trouble, clock, AWAY, 0.5)
        trouble.over()
    assert caplog.messages == ["cannot claim: Redis is away", "cannot claim: no longer, after 0 s and 1 times"]
    clock.advance(round(1000 * AGAIN_S))
    trouble.met(AWAY)
    assert caplog.messages[2:] == ["cannot claim: Redis is away"]


def test_what_has_gone_well_for_a_while_fails_anew(
    trouble: Trouble, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    rounds(trouble, clock, AWAY, 1)
    trouble.over()
    clock.advance(round(1000 * STEADY_S))
    rounds(trouble, clock, AWAY, 1)
    assert caplog.messages.count("cannot claim: Redis is away") == 2


def test_reasons_that_are_never_the_same_fill_no_log_either(
    trouble: Trouble, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(1000):
        trouble.met(ConnectionError(f"port {number}"))
    assert len(caplog.messages) == MOST_REASONS
    clock.advance(round(1000 * AGAIN_S))
    trouble.met(ConnectionError("port 1000"))
    assert len(caplog.messages) == MOST_REASONS + 1
