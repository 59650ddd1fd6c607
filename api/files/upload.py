"""The body of `POST /v1/files` as it comes: a form (multipart), or the file alone. Nothing of it is held but a part."""

from collections.abc import Iterator
from typing import Any

from flask import request
from pydantic import ValidationError
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from api.files.schemas import UploadMembers
from api.http.content_coding import is_coded, unzipped
from api.http.negotiation import NDJSONS
from api.http.problems import MOST_POINTER, InvalidRequest, MediaTypeError, words_of
from jobs.file import MOST_LINES, LineCount

#: Media types of a body that is the file itself.
RAW = (*NDJSONS, "application/octet-stream")
FORM = "multipart/form-data"
#: What a part is kept in, in bytes, and how much is read at once.
PART_BYTES, READ_BYTES = 1_048_576, 65_536
#: What may stand around the file in a form, in bytes.
AROUND_BYTES = 65_536
#: Longest value of another member of the form, in bytes.
MOST_VALUE = 1_000
#: Members of a form as OpenAI's library sends them.
_OPENAI = {"expires_after[seconds]": "ttl_s"}
_ANCHOR = "expires_after[anchor]"


class Upload:
    """A file on its way in. What it is called and how long it is kept is known when all of it has come.

    Raises InvalidRequest for what the query says, MediaTypeError, and UnknownCoding.
    """

    def __init__(self, most_bytes: int) -> None:
        if request.mimetype not in (FORM, *RAW):
            media_type = request.mimetype or "untyped"
            raise MediaTypeError(f"The body should be {FORM} with a file, or NDJSON ({RAW[0]}), not {media_type}.")
        is_coded()
        self._most = most_bytes
        request.max_content_length = most_bytes + AROUND_BYTES
        self._given: dict[str, str] = dict(request.args)
        self._filename = self._given.pop("filename", "")
        # The form may say otherwise, which makes nothing of the query right.
        self.told("?")

    def parts(self) -> Iterator[bytes]:
        """What is in the file. Raises InvalidRequest for a form that is none, and werkzeug's 413."""
        pieces = self._of_form() if request.mimetype == FORM else _read()
        held, size, lines = bytearray(), 0, LineCount()
        for piece in pieces:
            size += len(piece)
            if size > self._most:
                raise RequestEntityTooLarge(f"The file has over {self._most} bytes. Make several of it.")
            if lines.add(piece) > MOST_LINES:
                # Here, and not when a batch is made of it: nothing can be done with such a file.
                raise InvalidRequest("#/file", f"should have at most {MOST_LINES} lines: make several files of it")
            held += piece
            while len(held) >= PART_BYTES:
                yield bytes(held[:PART_BYTES])
                del held[:PART_BYTES]
        if not size:
            raise InvalidRequest("#/file", "should have something in it")
        # What is told behind the file is refused before the file is there.
        self.told()
        if held:
            yield bytes(held)

    def told(self, place: str = "#/") -> UploadMembers:
        """What was said of the file, in the query (`?`) or by now. Raises InvalidRequest."""
        given: dict[str, Any] = {_OPENAI.get(name, name): value for name, value in self._given.items()}
        if given.pop(_ANCHOR, "created_at") != "created_at":
            raise InvalidRequest(f"{place}{_ANCHOR}", "should be created_at")
        if len(seconds := given.get("ttl_s", "")) < 10 and seconds.isascii() and seconds.isdigit():
            given["ttl_s"] = int(seconds)
        try:
            return UploadMembers.model_validate({**given, "filename": self._filename})
        except ValidationError as error:
            item = error.errors(include_url=False, include_input=False)[0]
            raise InvalidRequest(f"{place}{item['loc'][0]}"[:MOST_POINTER], words_of(item)) from None

    def _of_form(self) -> Iterator[bytes]:
        """The file's bytes; what else the form says is noted."""
        boundary = request.mimetype_params.get("boundary", "").encode()
        place, value, seen = "", bytearray(), False
        for event in _events(boundary):
            if isinstance(event, Field | File):
                # It may have none.
                place, value = event.name or "", bytearray()
                if place == "file":
                    if seen:
                        raise InvalidRequest("#/file", "should be one")
                    seen, self._filename = True, getattr(event, "filename", "") or self._filename
            elif place == "file":
                yield event.data
            else:
                value += event.data
                if len(value) > MOST_VALUE:
                    raise InvalidRequest(f"#/{place}"[:MOST_POINTER], f"should have at most {MOST_VALUE} bytes")
                if not event.more_data:
                    self._given[place] = value.decode("utf-8", "replace")
        if not seen:
            raise InvalidRequest("#/file", "is missing")


def _events(boundary: bytes) -> Iterator[Field | File | Data]:
    """What the form has, in order. Raises InvalidRequest when it is none, or breaks off."""
    wrong = InvalidRequest("#", "should be a whole form (multipart/form-data), as RFC 7578 has it")
    if not boundary:
        raise wrong
    # Of what is no file's it keeps all, and searches it anew with each piece: no more than may stand around a file.
    decoder = MultipartDecoder(boundary, READ_BYTES + AROUND_BYTES, max_parts=20)
    pieces = _read()
    while True:
        try:
            event = decoder.next_event()
            if isinstance(event, NeedData):
                decoder.receive_data(next(pieces, None))
                continue
        except (ValueError, RequestEntityTooLarge):
            raise wrong from None
        if isinstance(event, Epilogue):
            return
        if isinstance(event, Field | File | Data):
            yield event


def _read() -> Iterator[bytes]:
    """The body as it comes, unpacked. Raises UnknownCoding, CodingError."""
    pieces = iter(lambda: request.stream.read(READ_BYTES), b"")
    return unzipped(pieces) if is_coded() else pieces
