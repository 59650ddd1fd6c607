"""Times as text: what is written is read again, and what RFC 3339 does not allow is no time."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.timestamp import milliseconds, moment, rfc3339

OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.integers(0, 253_402_300_799_999))
def test_what_is_written_is_read_again(ms: int) -> None:
    assert milliseconds(rfc3339(ms) or "") == ms


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=OFFSETS))
def test_a_time_keeps_its_offset(at: datetime) -> None:
    found = moment(at.isoformat())
    assert (found, found.utcoffset()) == (at, at.utcoffset())


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31)))
def test_a_time_without_an_offset_is_none(at: datetime) -> None:
    with pytest.raises(ValueError, match="with an offset"):
        moment(at.isoformat())


@given(st.text() | st.from_regex(r"[0-9TtZz:+. -]{0,30}"))
def test_whatever_text_is_a_time_or_a_value_error(text: str) -> None:
    with suppress(ValueError):
        assert moment(text).astimezone(UTC).tzinfo is UTC


def test_digits_beyond_microseconds_are_let_go() -> None:
    assert moment("2026-11-14t09:30:00.1234567890z") == datetime(2026, 11, 14, 9, 30, 0, 123_456, tzinfo=UTC)
