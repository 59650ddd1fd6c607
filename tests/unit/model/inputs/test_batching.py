"""The batching plan: nothing lost, nothing twice, nothing over budget."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.inputs.batching import LEAST_SHARE, plan

LENGTHS = st.lists(st.integers(0, 600), max_size=200)


@given(LENGTHS, st.integers(1, 5000), st.integers(1, 9))
def test_every_row_travels_once(lengths: list[int], budget: int, streams: int) -> None:
    assert sorted(index for batch in plan(lengths, budget, streams) for index in batch) == list(range(len(lengths)))


@given(LENGTHS, st.integers(1, 5000), st.integers(1, 9))
def test_padded_size_stays_within_the_budget(lengths: list[int], budget: int, streams: int) -> None:
    for batch in plan(lengths, budget, streams):
        longest = max(lengths[index] for index in batch)
        assert len(batch) == 1 or longest * len(batch) <= budget


@given(LENGTHS, st.integers(1, 5000))
def test_batches_are_full_and_sorted(lengths: list[int], budget: int) -> None:
    batches = plan(lengths, budget)
    flat = [lengths[index] for batch in batches for index in batch]
    assert flat == sorted(lengths, reverse=True)
    for batch in batches[:-1]:
        assert max(1, lengths[batch[0]]) * (len(batch) + 1) > budget


def test_streams_have_about_as_much_to_do() -> None:
    assert [len(batch) for batch in plan([10] * 250, 1000, streams=2)] == [66, 66, 66, 52]
    assert [len(batch) for batch in plan([10] * 250, 1000)] == [100, 100, 50]


@given(LENGTHS, st.integers(1, 5000), st.integers(2, 9))
def test_streams_never_make_crumbs(lengths: list[int], budget: int, streams: int) -> None:
    batches = plan(lengths, budget, streams)
    for batch in batches[:-1]:
        assert max(1, lengths[batch[0]]) * (len(batch) + 1) > min(budget, LEAST_SHARE)


def test_no_budget_is_no_plan() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        plan([3], 0)


def test_no_rows_make_no_batches() -> None:
    assert plan([], 100) == []
