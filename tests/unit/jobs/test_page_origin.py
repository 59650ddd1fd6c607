"""Origins of pages: what the API's document calls one is one, so that nobody is refused who keeps to it."""

from ipaddress import ip_address
from urllib.parse import urlsplit

import hypothesis.strategies as st
from hypothesis import given

from jobs.page_origin import ORIGIN


@given(text=st.from_regex(ORIGIN, fullmatch=True))
def test_whatever_the_document_calls_an_origin_can_be_read(text: str) -> None:
    parts = urlsplit(text)
    assert parts.port != 0
    assert parts.hostname
    assert "[" not in text or ip_address(parts.hostname).version == 6
