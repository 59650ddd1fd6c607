"""What a rollout may be begun with, whoever says it."""

from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.rollout import BOUNDS, STEPS, Bounds
from jobs.rollout_plan import RolloutPlan

BOUNDED = st.builds(
    Bounds,
    min_reviews=st.integers(1, 10**6),
    min_agreement=st.none() | st.floats(0, 1, exclude_max=True),
    max_failures=st.none() | st.floats(0, 1, exclude_min=True),
    max_slowdown=st.none() | st.floats(0, 1000, exclude_min=True),
    max_drift=st.none() | st.floats(0, 100, exclude_min=True),
)
PLANS = st.builds(
    RolloutPlan, steps=st.sets(st.integers(1, 99), min_size=1).map(lambda steps: tuple(sorted(steps))), bounds=BOUNDED
)


@given(plan=PLANS)
def test_what_is_sent_is_read_as_it_was(plan: RolloutPlan) -> None:
    assert RolloutPlan.sent(plan.to_dict()) == plan


def test_true_is_the_usual_one_and_false_or_null_none() -> None:
    assert RolloutPlan.sent(True) == RolloutPlan.sent({}) == RolloutPlan(steps=STEPS, bounds=BOUNDS)
    assert RolloutPlan.sent(False) is RolloutPlan.sent(None) is None


@pytest.mark.parametrize(
    "wrong",
    [
        "true", 1, [], {"steps": []}, {"steps": 5}, {"steps": [5, 5]}, {"steps": [25, 5]}, {"steps": [0]},
        {"steps": [100]}, {"steps": [2.5]}, {"steps": [True]}, {"steps": ["5"]}, {"version": "fake/2"},
        *({"min_reviews": number} for number in (None, 0, 2.5, True, "9", 10**30)),
        *({name: number} for name in asdict(BOUNDS) for number in (float("nan"), float("inf"), -0.1, True, "0.5")),
        {"min_agreement": 1}, {"max_failures": 0}, {"max_failures": 1.5}, {"max_slowdown": 0}, {"max_drift": 0},
    ],
)  # fmt: skip
def test_one_that_makes_no_sense_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"should|a rollout has no"):
        RolloutPlan.sent(wrong)
