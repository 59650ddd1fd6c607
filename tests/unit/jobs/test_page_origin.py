"""Origins of pages: what the API's document calls one is one, so that nobody is refused who keeps to it."""

from ipaddress import ip_address
from urllib.parse import urlsplit

import hypothesis.strategies as st
from hypothesis import given

from jobs.page_origin import MAX_ORIGIN, ORIGIN, is_origin


@given(text=st.from_regex(ORIGIN, fullmatch=True))
def test_whatever_the_document_calls_an_origin_can_be_read(text: str) -> None:
    parts = urlsplit(text)
    assert parts.port != 0
    assert parts.hostname
    assert "[" not in text or ip_address(parts.hostname).version == 6


def test_an_origin_is_no_longer_than_a_name_may_be() -> None:
    name = "a" * 253
    assert is_origin(f"https://{name}:65535")
    assert len(f"https://{name}:65535") == MAX_ORIGIN
    assert not is_origin(f"https://{name}a:65535")
