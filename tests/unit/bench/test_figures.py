"""The arithmetic of the benchmarks says what its docstrings say."""

import pytest

from bench.figures import in_turns, percentile, ratio_of, rounded, significant


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1), (0.5, 50), (0.501, 51), (0.99, 99), (1.0, 100)])
def test_a_percentile_is_a_value_that_was_measured(share: float, expected: float) -> None:
    assert percentile([float(value) for value in range(100, 0, -1)], share) == expected


def test_there_is_no_percentile_of_nothing() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_runs_are_taken_in_turns() -> None:
    calls: list[str] = []

    def run(name: str) -> float:
        calls.append(name)
        return float(len(calls))

    found = in_turns({"a": lambda: run("a"), "b": lambda: run("b")}, 3)
    assert calls == ["a", "b"] * 3
    assert found == {"a": [1.0, 3.0, 5.0], "b": [2.0, 4.0, 6.0]}


def test_a_ratio_compares_neighbours_and_survives_one_bad_round() -> None:
    assert ratio_of({"ours": [90.0, 9.0, 900.0], "theirs": [100.0, 10.0, 100.0]}, "ours", "theirs") == 0.9


def test_figures_claim_four_digits() -> None:
    assert significant(12_345.6) == 12_350
    assert rounded([0.0123456]) == [0.01235]
