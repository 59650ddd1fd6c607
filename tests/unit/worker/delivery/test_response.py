"""Retry-After, as hostile receivers write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.delivery.response import MAX_RETRY_AFTER_S, parse_retry_after

#: 14 Nov 2026 09:30:00 UTC, in Unix seconds.
NOW_S = 1_794_648_600.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 120\t", 120),
        ("604800", 604_800),
        ("Sat, 14 Nov 2026 09:31:00 GMT", 60),
        ("Saturday, 14-Nov-26 09:31:00 GMT", 60),
        ("Sat Nov 14 09:31:00 2026", 60),
        ("Sat, 14 Nov 2026 09:31:00 -0000", 60),
    ],
)
def test_a_retry_after_is_read_as_seconds(value: str, seconds: float) -> None:
    assert parse_retry_after(value, NOW_S) == seconds


@pytest.mark.parametrize(
    "value",
    [
        "",
        "-1",
        "+5",
        "1.5",
        "1e9",
        "NaN",
        "nan",
        "inf",
        "Infinity",
        "0x10",
        "604801",
        "999999999",
        "9" * 5000,
        "١٢",
        "soon",
        "120, 60",
        "Sat, 14 Nov 2026 09:29:00 GMT",
        "Fri, 14 Nov 2036 09:30:00 GMT",
        "Sat, 99 Nov 2026 09:30:00 GMT",
        "Sat, 14 Nov 99999 09:30:00 GMT",
        "Sat, 14 Nov 2026 09:30:00 +999999",
    ],
)
def test_an_absurd_retry_after_is_ignored(value: str) -> None:
    assert parse_retry_after(value, NOW_S) is None


dateish = st.text('0123456789 ,:+-GMTSatNovFriJan\t()"', max_size=70)


@given(st.one_of(st.text(), dateish, st.floats().map(str), st.integers().map(str)))
def test_any_text_gives_a_bounded_wait_or_none(value: str) -> None:
    wait_s = parse_retry_after(value, NOW_S)
    assert wait_s is None or 0 <= wait_s <= MAX_RETRY_AFTER_S


@given(st.integers(0, MAX_RETRY_AFTER_S))
def test_whole_seconds_are_taken_as_they_are(seconds: int) -> None:
    assert parse_retry_after(str(seconds), NOW_S) == seconds
