"""Compressed files. What reads a file of reviews reads it more than once, so they are unpacked beside it first."""

import bz2
import gzip
import lzma
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import PurePath
from typing import IO, BinaryIO

from kritiq_client.bulk.records import BadInput

#: Most bytes that a file may unpack to: more than any list of reviews has, and less than what fills a disk.
MOST_BYTES = 2**34
#: Bytes that are unpacked at once.
_PIECE = 2**20
#: What macOS puts beside the files of an archive.
_BESIDE = "__MACOSX/"
#: What broken ones raise; `struct.error` and ValueError are those of a ZIP's directory.
_BROKEN = (
    EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, NotImplementedError, struct.error, ValueError,
)  # fmt: skip


def _only_file(archive: BinaryIO) -> IO[bytes] | None:
    """What is in a ZIP that has one file; None of others, workbooks and broken ones among them, whose reader says what
    is wrong. Raises BadInput without the archive's name, BadZipFile."""
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
            raise BadInput(f"has a password, of {files[0].filename}: unpack it first.") from None


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
def unpacked(file: BinaryIO, name: str, most: int = MOST_BYTES) -> Iterator[BinaryIO]:
    """`file`, or what is in it when it is compressed, or a ZIP with one file.

    Raises BadInput, with the file's `name`, when that is broken or has more than `most` bytes.
    """
    file.seek(0)
    head = file.read(6)
    file.seek(0)
    found = next((each for mark, each in FORMATS.items() if head.startswith(mark)), None)
    if found is None:
        yield file
        return
    form, opened = found
    with tempfile.TemporaryFile() as plain:
        try:
            packed = opened(file)
            if packed is not None:
                with packed:
                    _copy(packed, plain, most)
                plain.seek(0)
            else:
                file.seek(0)
        except BadInput as error:
            raise BadInput(f"{name} {error}") from None
        except _BROKEN as error:
            why = str(error).rstrip(".") or type(error).__name__
            raise BadInput(f"{name} is a {form} file that cannot be unpacked: {why}.") from None
        yield file if packed is None else plain


def _copy(packed: IO[bytes] | BufferedIOBase, plain: IO[bytes], most: int) -> None:
    size = 0
    while piece := packed.read(_PIECE):
        size += len(piece)
        if size > most:
            raise BadInput(f"unpacks to more than {most // 2**30} GiB: unpack it first, and divide it.")
        plain.write(piece)


def unpacked_name(name: str) -> str:
    """What a file would be called if it were not compressed."""
    return name.removesuffix(PurePath(name).suffix) if PurePath(name).suffix.lower() in ENDINGS else name
