"""`Prefer: wait=n`, as RFC 7240 spells it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.waiting import MAX_WAIT_S, wait_seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ([], None),
        (["wait=5"], 5),
        (["Wait=5"], 5),
        (["wait = 5"], 5),
        (['wait="5"'], 5),
        (["respond-async, wait=5"], 5),
        (["respond-async", "wait=5"], 5),
        (["wait=5; strictly"], 5),
        (["handling=lenient;x=y, wait=7, wait=9"], 7),
        (["wait=7", "wait=9"], 7),
        (["wait=0"], 0),
        (["wait=007"], 7),
        (["wait=31"], MAX_WAIT_S),
        (["wait=" + "9" * 5_000], MAX_WAIT_S),
        (["wait"], None),
        (["wait="], None),
        (["wait=-1"], None),
        (["wait=1.5"], None),
        (["wait=soon"], None),
        (["wait=٣"], None),
        (["waiting=5"], None),
        (["return=minimal"], None),
        ([",,;=,"], None),
    ],
)
def test_the_wish_is_read(headers: list[str], seconds: int | None) -> None:
    assert wait_seconds(headers) == seconds


@given(st.lists(st.text()))
def test_no_header_is_an_error(headers: list[str]) -> None:
    seconds = wait_seconds(headers)
    assert seconds is None or 0 <= seconds <= MAX_WAIT_S
