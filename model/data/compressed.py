"""Compressed files of labelled data: the client's reader unpacks them, as it unpacks files of reviews."""

from __future__ import annotations

import io
from pathlib import Path

from model.errors import DataError

#: First bytes of what that reader unpacks; for other files it is not loaded, nor has it to be installed.
MARKS = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"PK\x03\x04")
#: What such files are called, behind the name of what is in them.
ENDINGS = (".gz", ".gzip", ".bz2", ".xz", ".zip")
#: Most bytes that one may unpack to: all of them are held in memory.
MOST_BYTES = 2**30


def unpacked(content: bytes, name: str) -> bytes:
    """What a file has, or what is in it when it is compressed, or a ZIP with one file.

    Raises DataError, with the file's `name`, when that is broken, has more than `MOST_BYTES`, or several files.
    """
    if not content.startswith(MARKS):
        return content
    try:
        from kritiq_client.bulk import compression
        from kritiq_client.bulk.records import BadInput
    except ModuleNotFoundError as error:
        missing = str(error.name).partition(".")[0]
        raise DataError(
            f"{name} is compressed, and {missing}, which unpacks it, is not installed here: unpack it first"
        ) from None
    try:
        with compression.unpacked(io.BytesIO(content), name, most=MOST_BYTES) as plain:
            found = plain.read()
    except BadInput as error:
        raise DataError(str(error).removesuffix(".")) from None
    if found.startswith(b"PK"):
        raise DataError(f"{name} is a workbook, or an archive of several files: save its table as CSV, or unpack it")
    return found


def unpacked_name(path: Path) -> Path:
    """What a file would be called if it were not compressed."""
    return path.with_suffix("") if path.suffix.lower() in ENDINGS else path
