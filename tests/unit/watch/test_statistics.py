"""The index and the test, against SciPy's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, chi2_contingency

from watch.statistics import chance, chi2_tail, population_stability

COUNTS = st.lists(st.integers(50, 5_000), min_size=2, max_size=8)


@given(st.floats(0.01, 500), st.integers(1, 60))
def test_the_tail_is_scipys(statistic: float, freedom: int) -> None:
    assert chi2_tail(statistic, freedom) == pytest.approx(chi2.sf(statistic, freedom), rel=1e-6, abs=1e-14)


@given(st.data())
def test_the_chance_of_large_counts_is_scipys(data: st.DataObject) -> None:
    ours = data.draw(COUNTS)
    theirs = data.draw(st.lists(st.integers(50, 5_000), min_size=len(ours), max_size=len(ours)))
    names = [f"c{number}" for number in range(len(ours))]
    found = chance(dict(zip(names, ours, strict=True)), dict(zip(names, theirs, strict=True)), size=sum(ours))
    assert found == pytest.approx(chi2_contingency([ours, theirs], correction=False).pvalue, rel=1e-6, abs=1e-12)


def test_the_index_is_nothing_for_the_same_and_much_for_the_opposite() -> None:
    one, other = {"a": 90, "b": 10}, {"a": 10, "b": 90}
    assert population_stability(one, {"a": 9, "b": 1}) == pytest.approx(0)
    assert population_stability(one, other) == pytest.approx(2 * 0.8 * 2.1972, rel=1e-3)
    assert population_stability({}, one) == 0


def test_what_never_was_there_before_is_no_error() -> None:
    assert population_stability({"new": 100}, {"old": 100}) > 1
    assert chance({"new": 100}, {"old": 100}, size=100) < 1e-20
    assert chance({}, {"a": 1}, size=0) == 1
    assert chance({"a": 1}, {"a": 1}, size=1) == 1
