"""Forms, as the old service's clients send a review beside JSON."""

from io import BytesIO
from urllib.parse import unquote_to_bytes

from flask import request

from api.http.context import raw_body
from api.http.problems import MediaTypeError
from api.http.strict_json import BadJson

URLENCODED, MULTIPART = FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
#: What a Content-Type calls an encoding -> the one that is read. By Latin-1 everybody means Windows-1252: it has more.
_ENCODINGS = {
    "": "utf-8", "utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "utf-8", "iso-8859-1": "cp1252", "latin1": "cp1252",
    "iso-8859-15": "iso-8859-15", "windows-1252": "cp1252", "cp1252": "cp1252",
}  # fmt: skip
_LOST = "\ufffd"


def form_body() -> dict[str, str]:
    """The request's form; of members with one name the first.

    Raises BadJson for what is not in its encoding, MediaTypeError for an encoding that is not read, and what `raw_body`
    raises.
    """
    named = request.mimetype_params.get("charset", "").lower()
    encoding = _ENCODINGS.get(named)
    if encoding is None:
        raise MediaTypeError(f"The form should be in UTF-8, ISO-8859-1, ISO-8859-15 or Windows-1252, not {named[:40]}.")
    body = raw_body()
    members = _fields(body, encoding) if request.mimetype == URLENCODED else _parts(body)
    if any("\0" in value for value in members.values()):
        raise BadJson("A string contains NUL.")
    return members


def _fields(body: bytes, encoding: str) -> dict[str, str]:
    members = dict[str, str]()
    try:
        for pair in body.split(b"&"):
            name, value = (unquote_to_bytes(part.replace(b"+", b" ")) for part in pair.partition(b"=")[::2])
            members.setdefault(name.decode(encoding), value.decode(encoding))
    except UnicodeDecodeError:
        raise BadJson(
            f"The form is not {encoding.upper()}; `charset` in its Content-Type may say what it is."
        ) from None
    return members


def _parts(body: bytes) -> dict[str, str]:
    """Werkzeug reads all of them as UTF-8, and puts this in place of what is not."""
    reader = request.make_form_data_parser()
    # Of the body as it is unpacked, which `request.form` knows nothing of.
    _, form, _ = reader.parse(BytesIO(body), request.mimetype, len(body), request.mimetype_params)
    members = form.to_dict()
    if sum(value.count(_LOST) for value in members.values()) > body.count(_LOST.encode()):
        raise BadJson("The form is not UTF-8.")
    return members
