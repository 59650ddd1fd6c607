"""Bodies that come compressed (`Content-Encoding`, RFC 9110, section 8.4)."""

import zlib
from collections.abc import Iterable, Iterator

from flask import request

from api.http.problems import CodingError, UnknownCoding

#: zlib's window for gzip, and how much is unpacked at once, in bytes.
_GZIP_WINDOW, _PIECE = 31, 65_536
_GZIP = ("gzip", "x-gzip")


def is_coded() -> bool:
    """Whether the request's body is compressed. Raises UnknownCoding for what is not gzip."""
    coding = request.headers.get("Content-Encoding", "").strip().lower()
    if coding not in ("", "identity", *_GZIP):
        raise UnknownCoding(f"A body may be compressed with gzip, not {coding[:80]}.")
    return coding in _GZIP


def unzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """What a gzip stream of one or more members has, in pieces, of which none is large. Raises CodingError."""
    member, ended = zlib.decompressobj(wbits=_GZIP_WINDOW), False
    for piece in pieces:
        rest, plain = piece, b""
        # Some may be left to come without more to read.
        while rest or (plain and not ended):
            if ended:
                member = zlib.decompressobj(wbits=_GZIP_WINDOW)
            try:
                plain = member.decompress(rest, _PIECE)
            except zlib.error:
                raise CodingError from None
            if plain:
                yield plain
            ended = member.eof
            rest = member.unused_data if ended else member.unconsumed_tail
    if not ended:
        raise CodingError
