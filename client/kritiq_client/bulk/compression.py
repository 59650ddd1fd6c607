"""Compressed files. What reads a file of reviews reads it more than once, so they are unpacked beside it first."""

import bz2
import gzip
import lzma
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import PurePath
from typing import IO, BinaryIO

from kritiq_client.bulk.records import BadInput

#: What macOS puts beside the files of an archive.
_BESIDE = "__MACOSX/"


def _only_file(archive: BinaryIO) -> IO[bytes] | None:
    """What is in a ZIP that has one file; None of others, workbooks and broken ones among them, whose reader says what
    is wrong. Raises BadInput, BadZipFile."""
    if not zipfile.is_zipfile(archive):
        return None
    with zipfile.ZipFile(archive) as found:
        files = [each for each in found.infolist() if not (each.is_dir() or each.filename.startswith(_BESIDE))]
        if len(files) != 1:
            return None
        try:
            return found.open(files[0])
        except NotImplementedError:
            raise
        except RuntimeError:
            raise BadInput(f"The archive's {files[0].filename} has a password: unpack it first.") from None


#: First bytes -> what it is called, and what reads it.
FORMATS: Mapping[bytes, tuple[str, Callable[[BinaryIO], IO[bytes] | BufferedIOBase | None]]] = {
    b"\x1f\x8b": ("gzip", lambda file: gzip.GzipFile(fileobj=file)),
    b"BZh": ("bzip2", bz2.BZ2File),
    b"\xfd7zXZ": ("xz", lzma.LZMAFile),
    b"PK\x03\x04": ("ZIP", _only_file),
}
#: What such files are called, behind the name of what is in them.
ENDINGS = (".gz", ".gzip", ".bz2", ".xz", ".zip")


@contextmanager
def unpacked(file: BinaryIO) -> Iterator[BinaryIO]:
    """`file`, or what is in it when it is compressed, or a ZIP with one file. Raises BadInput when that is broken."""
    file.seek(0)
    head = file.read(6)
    file.seek(0)
    found = next((each for mark, each in FORMATS.items() if head.startswith(mark)), None)
    if found is None:
        yield file
        return
    name, opened = found
    with tempfile.TemporaryFile() as plain:
        try:
            packed = opened(file)
            if packed is not None:
                with packed:
                    shutil.copyfileobj(packed, plain)
                plain.seek(0)
            else:
                file.seek(0)
        except (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, NotImplementedError) as error:
            raise BadInput(f"The {name} file cannot be unpacked: {str(error).rstrip('.')}.") from None
        yield file if packed is None else plain


def unpacked_name(name: str) -> str:
    """What a file would be called if it were not compressed."""
    return name.removesuffix(PurePath(name).suffix) if PurePath(name).suffix.lower() in ENDINGS else name
