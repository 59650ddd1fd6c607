"""What a client can read, by `Accept` and `Accept-Encoding` with their q-values (RFC 9110, section 12.5)."""

import zlib
from collections.abc import Iterator, Sequence

from flask import request
from werkzeug.datastructures import MIMEAccept

from api.http.pauses import Pause
from api.http.problems import NotAcceptable

#: What NDJSON is called, here and elsewhere.
NDJSONS = ("application/x-ndjson", "application/ndjson", "application/jsonl")
#: zlib's window for gzip; a level that keeps up with a stream.
_GZIP_WINDOW, _LEVEL = 31, 5


def accepted(offers: Sequence[str], missing: str = "") -> str:
    """The one of the media types `offers` that the client likes best; of several the first.

    Parameters are passed over (`application/json; charset=utf-8`): each form comes with its own only. `missing` says
    what else there could be, and why it is not. Raises NotAcceptable.
    """
    if not request.accept_mimetypes:
        return offers[0]
    liked = MIMEAccept((media.partition(";")[0].strip(), quality) for media, quality in request.accept_mimetypes)
    found = liked.best_match(offers)
    if found is None:
        raise NotAcceptable(f"There is {', '.join(offers)}.{missing and ' ' + missing}")
    return found


def gzip_wanted() -> bool:
    """Whether the client asks for gzip, and for nothing else rather."""
    wanted = request.accept_encodings
    return wanted["gzip"] > 0 and wanted["gzip"] >= wanted["identity"]


def gzipped(parts: Iterator[bytes]) -> Iterator[bytes]:
    """`parts` as one gzip stream; what has come so far can be read at once."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
    for part in parts:
        if isinstance(part, Pause):
            yield part
            continue
        yield packer.compress(part) + packer.flush(zlib.Z_SYNC_FLUSH)
    yield packer.flush()
