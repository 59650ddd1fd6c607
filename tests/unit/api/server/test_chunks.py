"""Where a body in chunks ends, whatever is in it and however it is cut, and what is not waited for."""

import contextlib
import itertools
from collections.abc import Iterator

import hypothesis.strategies as st
import pytest
from gunicorn import http
from gunicorn.http.body import ChunkedReader
from gunicorn.http.unreader import IterUnreader
from hypothesis import given

from api.server.chunks import MOST_LINE, MOST_TRAILERS, Chunks

HEAD = b"POST / HTTP/1.1\r\n\r\n"
#: What is in a chunk may look like the end of all of them.
PIECES = st.lists(st.sampled_from([b"0\r\n\r\n", b"\r\n", b"{}", b"a" * 17]) | st.binary(min_size=1, max_size=40))
EXTENSIONS = st.sampled_from([b"", b";a=b", b' ; a="b"'])
TRAILERS = st.lists(st.sampled_from([b"Digest: 0\r\n", b"X: \r\n"]))


def body(pieces: list[bytes], extension: bytes, trailers: list[bytes]) -> bytes:
    chunks = b"".join(b"%x%s\r\n%s\r\n" % (len(piece), extension, piece) for piece in pieces)
    return b"%s0%s\r\n%s\r\n" % (chunks, extension, b"".join(trailers))


def fed(body: bytes, cuts: list[int]) -> list[int]:
    """Up to where all had come whenever it was whole."""
    chunks, data, whole = Chunks(len(HEAD)), bytearray(HEAD), []
    for a, b in itertools.pairwise(sorted({0, len(body), *(cut % len(body) for cut in cuts)})):
        data += body[a:b]
        if chunks.whole(data):
            whole.append(b)
    return whole


@given(pieces=PIECES, extension=EXTENSIONS, trailers=TRAILERS, cuts=st.lists(st.integers(0, 400)))
def test_a_body_is_whole_with_its_last_byte(
    pieces: list[bytes], extension: bytes, trailers: list[bytes], cuts: list[int]
) -> None:
    whole = body(pieces, extension, trailers)
    assert fed(whole, cuts) == [len(whole)]
    assert fed(whole, list(range(len(whole)))) == [len(whole)]


@given(pieces=PIECES, trailers=TRAILERS, following=st.binary(max_size=40))
def test_what_follows_is_not_waited_for(pieces: list[bytes], trailers: list[bytes], following: bytes) -> None:
    assert Chunks(0).whole(bytearray(body(pieces, b"", trailers) + following))


@given(
    st.lists(st.sampled_from([b"0", b"5", b"f", b"-", b";", b"\r\n", b"\r", b"\n", b"x", b"0\r\n\r\n"])).map(b"".join)
)
def test_what_is_whole_the_server_waits_for_nothing_of(body: bytes) -> None:
    if not Chunks(0).whole(bytearray(body)):
        return
    asked = False

    def parts() -> Iterator[bytes]:
        nonlocal asked
        yield body
        asked = True

    class Request:
        limit_request_field_size, max_buffer_headers, trailers = MOST_LINE, MOST_TRAILERS, None

        def parse_headers(self, data: bytes, *, from_trailer: bool) -> list[tuple[str, str]]:
            return []

    with contextlib.suppress(http.errors.ParseException, OSError):
        ChunkedReader(Request(), IterUnreader(parts())).read(1_000)
    assert not asked


@pytest.mark.parametrize(
    "wrong",
    [b"xyz\r\n", b"-1\r\n", b"\r\n", b" 5\r\n", b"0x5\r\n", b"1_0\r\n", b"2\r\n{}0\r\n",
     b"5;" + b"a" * MOST_LINE, b"0\r\n" + b"a" * (MOST_TRAILERS + 1)],
)  # fmt: skip
def test_what_is_wrong_is_not_waited_for(wrong: bytes) -> None:
    assert Chunks(0).whole(bytearray(wrong))
