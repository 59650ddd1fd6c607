"""The envelope and the body of a Celery message, as bytes in Redis have them. Nothing is run on reading."""

import base64
import bz2
import lzma
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import orjson
from kombu import serialization
from kombu.exceptions import ContentDisallowed, DecodeError
from kombu.utils import json as kombu_json

#: kombu's names for the serializers that are read. Whatever runs code on reading, such as pickle, is not.
ACCEPTED = frozenset(serialization.prepare_accept_content(["json"]))
_UNPACKERS: Mapping[str, Callable[[], Any]] = {
    "application/x-gzip": zlib.decompressobj,
    "application/x-bz2": bz2.BZ2Decompressor,
    # As much memory as the densest of its presets asks for; the archive says how much it wants.
    "application/x-lzma": partial(lzma.LZMADecompressor, memlimit=1 << 27),
}
#: kombu writes these into headers too.
_SHORT_NAMES = {
    "gzip": "application/x-gzip", "zlib": "application/x-gzip", "bzip2": "application/x-bz2",
    "bzip": "application/x-bz2", "lzma": "application/x-lzma", "xz": "application/x-lzma",
}  # fmt: skip


def envelope_of(raw: bytes) -> dict[str, Any]:
    """The message without its body's being read. Raises ValueError, which says why not."""
    try:
        envelope = orjson.loads(raw)
        if b'"__type__"' in raw:
            # What kombu has a spelling of its own for: an id that is a UUID, a stamp that is a time.
            with suppress(ValueError, TypeError, KeyError, AttributeError, RecursionError):
                envelope = kombu_json.loads(raw)
    except orjson.JSONDecodeError:
        try:
            # Python's JSON has what the standard's has not: NaN, half an emoji, numbers of any size.
            envelope = kombu_json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise ValueError("it is no JSON") from error
    if not isinstance(envelope, dict):
        raise ValueError("it is no object")
    if not isinstance(envelope.get("headers"), dict | None) or not isinstance(envelope.get("properties"), dict):
        raise ValueError("its headers are no object")
    return envelope


def body_of(envelope: Mapping[str, Any], *, most_bytes: int) -> Any:
    """What is in the body, which may have up to `most_bytes` unpacked. Raises ContentDisallowed and DecodeError."""
    packed, properties = (envelope.get("headers") or {}).get("compression"), envelope["properties"]
    try:
        body = envelope.get("body", b"")
        if properties.get("body_encoding") == "base64":
            body = base64.b64decode(body)
        if packed is not None:
            body = _unpacked(body if isinstance(body, bytes) else body.encode(), packed, most_bytes)
        kind, encoding = envelope.get("content-type"), envelope.get("content-encoding")
        if (kind, encoding) == ("application/json", "utf-8") and b'"__type__"' not in _bytes(body):
            try:
                return orjson.loads(body)
            except orjson.JSONDecodeError:
                pass
        return serialization.loads(body, kind, encoding, accept=ACCEPTED)
    except (ContentDisallowed, DecodeError):
        raise
    # Whatever a codec finds wrong with its bytes: there are as many exceptions as codecs.
    except Exception as error:
        raise DecodeError(f"The body cannot be read: {type(error).__name__}: {error}") from None


def with_body(envelope: Mapping[str, Any], headers: Mapping[str, Any], body: Any) -> bytes:
    """The same message with other headers and another body, as JSON that is not compressed."""
    found: str = kombu_json.dumps(
        {
            **envelope,
            "headers": {name: value for name, value in headers.items() if name != "compression"},
            "properties": {**envelope["properties"], "body_encoding": "base64"},
            "content-type": "application/json",
            "content-encoding": "utf-8",
            "body": base64.b64encode(kombu_json.dumps(body).encode()).decode(),
        }
    )
    return found.encode()


def _bytes(body: bytes | str) -> bytes:
    return body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")


def _unpacked(body: bytes, packed: object, most_bytes: int) -> bytes:
    """The body unpacked: kombu's own way has no limit, and some kilobytes may unpack to gigabytes."""
    name = _SHORT_NAMES.get(str(packed), str(packed))
    if name not in _UNPACKERS:
        raise DecodeError(f"The body is compressed as {name}, which is not read here: use zlib, bzip2 or lzma.")
    found: bytes = _UNPACKERS[name]().decompress(body, most_bytes + 1)
    if len(found) > most_bytes:
        raise DecodeError(f"The body is too large: unpacked it has more than {most_bytes} bytes.")
    return found
