"""When all of a request has come, however it is cut, and until when the rest is waited for."""

import itertools

import hypothesis.strategies as st
import pytest
from hypothesis import given

from api.server.arriving import BODY_RATE, HEAD_S, MOST_HEAD, Arriving

GET = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\nhello world"
CHUNKED = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"


def arriving(*parts: bytes, most_body: int = 1_000_000) -> Arriving:
    request = Arriving(100.0, most_body=most_body)
    for part in parts:
        request.feed(part)
    return request


@given(request=st.sampled_from([GET, POST, CHUNKED]), cuts=st.lists(st.integers(0, 100)))
def test_a_request_is_whole_with_its_last_byte_however_it_is_cut(request: bytes, cuts: list[int]) -> None:
    places = sorted({0, len(request) - 1, *(cut % (len(request) - 1) for cut in cuts)})
    parts = [request[a:b] for a, b in itertools.pairwise(places)]
    found = arriving(*parts)
    assert not found.complete
    found.feed(request[-1:])
    assert found.complete
    assert bytes(found.take()) == request
    assert len(found) == 0


@pytest.mark.parametrize(
    "request_",
    [
        b"A" * (MOST_HEAD + 1),
        b"POST / HTTP/1.1\r\nContent-Length: 2000\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"x" * 1_001,
    ],
    ids=["endless head", "long body", "long chunks"],
)
def test_what_will_be_refused_is_not_waited_for(request_: bytes) -> None:
    assert arriving(request_, most_body=1_000).complete


def test_a_client_that_waits_to_be_told_to_go_on_is_known() -> None:
    head = b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
    found = arriving(head)
    assert found.expects
    assert not found.complete


def test_the_slower_a_body_comes_the_sooner_waiting_ends() -> None:
    assert arriving(b"GET").until == 100 + HEAD_S
    head = b"POST / HTTP/1.1\r\nContent-Length: 900000\r\n\r\n"
    assert arriving(head).until == 100 + 2 * HEAD_S
    assert arriving(head, b"x" * BODY_RATE * 5).until == 100 + 2 * HEAD_S + 5
