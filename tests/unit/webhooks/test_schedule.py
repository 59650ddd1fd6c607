"""When a failed delivery is tried again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhooks.schedule import FLOOR_S, JITTER, OVERLOADED, STEPS_S, next_delay_s

STEPS = st.integers(0, len(STEPS_S) - 1)


def middle(low: float, high: float) -> float:
    return (low + high) / 2


def test_a_delivery_is_tried_ten_times_over_three_days() -> None:
    waits = [next_delay_s(STEPS_S, step, "500", uniform=middle) for step in range(len(STEPS_S) + 1)]
    assert waits == [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400, None]


@given(STEPS)
def test_jitter_stays_within_a_fifth(step: int) -> None:
    delay = next_delay_s(STEPS_S, step, "500")
    assert delay is not None
    assert STEPS_S[step] * (1 - JITTER) <= delay <= STEPS_S[step] * (1 + JITTER)


@pytest.mark.parametrize(
    ("wish_s", "delay_s"), [(0, 300), (299, 300), (300, 300), (420.5, 420.5), (600, 600), (601, 600), (6e5, 600)]
)
def test_retry_after_is_honoured_between_once_and_twice_the_step(wish_s: float, delay_s: float) -> None:
    assert next_delay_s(STEPS_S, 1, "503", wish_s) == delay_s


@pytest.mark.parametrize("failure", sorted(OVERLOADED))
def test_an_overloaded_receiver_has_a_minute(failure: str) -> None:
    assert next_delay_s(STEPS_S, 0, failure) == FLOOR_S
    assert next_delay_s(STEPS_S, 0, failure, 7.0) == FLOOR_S


@given(STEPS, st.sampled_from(["500", "429", "timeout", "reset"]), st.none() | st.floats(0, 7 * 86_400))
def test_no_attempt_comes_sooner_than_planned_less_jitter_nor_later_than_twice_that(
    step: int, failure: str, wish_s: float | None
) -> None:
    delay = next_delay_s(STEPS_S, step, failure, wish_s)
    assert delay is not None
    assert STEPS_S[step] * (1 - JITTER) <= delay <= max(2 * STEPS_S[step], FLOOR_S)
