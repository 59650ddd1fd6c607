"""When a retraining's time is: versions are named by it, and what was said before is learned."""

from hypothesis import given
from hypothesis import strategies as st

from worker.retrain.cli import next_second


@given(now_ms=st.integers(0, 10**13), oversleeps_ms=st.integers(-5, 2000))
def test_what_was_said_right_before_the_call_is_learned(now_ms: int, oversleeps_ms: int) -> None:
    clock = [now_ms]

    def sleep(seconds: float) -> None:
        # Some systems wake a little early.
        clock[0] += max(1, round(seconds * 1000) + oversleeps_ms)

    at_ms = next_second(lambda: clock[0], sleep)
    assert now_ms < at_ms <= clock[0], "it is after what was said, and over: nothing more is said before it"
    assert (at_ms % 1000, at_ms - now_ms <= 1000) == (0, True)
