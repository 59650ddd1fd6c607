"""Sums of what guests said: over all days, and period by period."""

import itertools
from datetime import date, timedelta

import hypothesis.strategies as st
from hypothesis import given

from jobs.judgements import Step, periods, spans, together

DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))
COUNTS = st.dictionaries(
    st.sampled_from(["food", "service"]),
    st.dictionaries(st.sampled_from(["positive", "negative"]), st.integers(1, 9), min_size=1),
)


def test_weeks_begin_on_mondays_and_the_outer_ones_are_cut() -> None:
    assert list(spans(date(2026, 11, 26), date(2026, 12, 8), Step.WEEK)) == [
        (date(2026, 11, 26), date(2026, 11, 29)),
        (date(2026, 11, 30), date(2026, 12, 6)),
        (date(2026, 12, 7), date(2026, 12, 8)),
    ]


def test_months_end_where_the_calendar_says() -> None:
    found = list(spans(date(2024, 1, 15), date(2024, 3, 1), Step.MONTH))
    assert [last for _, last in found] == [date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 1)]


def test_nothing_lies_between_days_in_the_wrong_order() -> None:
    assert periods({}, date(2026, 2, 1), date(2026, 1, 1), Step.DAY) == []


@given(first=DAYS, length=st.integers(0, 400), step=st.sampled_from(Step))
def test_periods_follow_each_other_without_gap(first: date, length: int, step: Step) -> None:
    last = first + timedelta(days=length)
    found = list(spans(first, last, step))
    assert (found[0][0], found[-1][1]) == (first, last)
    assert all(begin <= end for begin, end in found)
    assert all(after[0] - before[1] == timedelta(days=1) for before, after in itertools.pairwise(found))


@given(days=st.dictionaries(DAYS.map(date.isoformat), COUNTS, max_size=12), step=st.sampled_from(Step))
def test_the_periods_together_are_the_whole(days: dict[str, dict[str, dict[str, int]]], step: Step) -> None:
    found = periods(days, date(2024, 1, 1), date(2026, 12, 31), step)
    parts = together({str(number): period.aspects for number, period in enumerate(found)})
    assert parts == together(days)
