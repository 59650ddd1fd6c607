"""The batching plan: nothing lost, nothing twice, nothing over budget."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.batching import plan

LENGTHS = st.lists(st.integers(1, 600), max_size=200)


@given(LENGTHS, st.integers(1, 5000))
def test_every_row_travels_once(lengths: list[int], budget: int) -> None:
    assert sorted(index for batch in plan(lengths, budget) for index in batch) == list(range(len(lengths)))


@given(LENGTHS, st.integers(1, 5000))
def test_padded_size_stays_within_the_budget(lengths: list[int], budget: int) -> None:
    for batch in plan(lengths, budget):
        longest = max(lengths[index] for index in batch)
        assert len(batch) == 1 or longest * len(batch) <= budget


@given(LENGTHS, st.integers(1, 5000))
def test_batches_are_full_and_sorted(lengths: list[int], budget: int) -> None:
    batches = plan(lengths, budget)
    flat = [lengths[index] for batch in batches for index in batch]
    assert flat == sorted(lengths, reverse=True)
    for batch in batches[:-1]:
        assert lengths[batch[0]] * (len(batch) + 1) > budget


def test_no_budget_is_no_plan() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        plan([3], 0)


def test_nothing_to_plan() -> None:
    assert plan([], 100) == []
