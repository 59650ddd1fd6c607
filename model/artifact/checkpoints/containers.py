"""What `torch.save` writes, taken apart: the zip archive, default from torch 1.6 on, or the older file.

Gives the described object and the bytes of every storage; the bytes are read only when asked for.
"""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from model.artifact.checkpoints.tensors import references, width_of
from model.artifact.checkpoints.unpickling import BrokenPickle, Made, read_pickle
from model.errors import ArtifactError, UnsafeFile

#: The number that the older format begins with.
MAGIC = 0x1950A86A20F9469CFC6C

#: A pickle without its tensors is small; a larger one is something else.
MOST_PICKLE_BYTES = 256 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """The object of a file, and where its tensors lie."""

    #: Bytes of the file: a model is no larger.
    size: int
    #: `zip` or `legacy`.
    form: str
    content: Any
    #: Storage key -> the bytes. Raises ArtifactError for a key that is not there.
    storage: Callable[[str], bytes]


def open_saved(path: Path) -> Saved:
    """Read the structure of a file that torch.save wrote. Raises ArtifactError, UnsafeFile for what no model has."""
    try:
        if zipfile.is_zipfile(path):
            return _archive(path)
        with path.open("rb") as file:
            return _legacy(path, file)
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise ArtifactError(f"cannot be read: {error}") from error


def _archive(path: Path) -> Saved:
    with zipfile.ZipFile(path) as archive:
        names = {info.filename: info for info in archive.infolist()}
        pickles = [name for name in names if name.endswith("/data.pkl")]
        if len(pickles) != 1:
            raise ArtifactError("is a zip archive, and none that torch.save wrote: it has no data.pkl")
        root = pickles[0].removesuffix("data.pkl")
        if f"{root}constants.pkl" in names:
            raise ArtifactError("is a TorchScript archive; the model itself (torch.save) is needed")
        if names.get(f"{root}byteorder") and archive.read(f"{root}byteorder") != b"little":
            raise ArtifactError("was written on a big-endian machine, which is not read")
        if names[pickles[0]].file_size > MOST_PICKLE_BYTES:
            raise UnsafeFile(f"has a pickle of {names[pickles[0]].file_size >> 20} MiB")
        with archive.open(pickles[0]) as stream:
            content = read_pickle(stream)  # type: ignore[arg-type]  # it reads and reads lines, no more is needed

    def storage(key: str) -> bytes:
        with zipfile.ZipFile(path) as archive:
            for folder in ("data", "tensors"):  # torch 1.6 on; torch 1.4 and 1.5
                info = names.get(f"{root}{folder}/{key}")
                if info is not None:
                    # Tensors are stored as they are; what unpacks to more than the file holds is a bomb.
                    if info.file_size > path.stat().st_size:
                        raise UnsafeFile(f"unpacks {info.filename} to {info.file_size} bytes")
                    return archive.read(info)
        raise ArtifactError(f"lacks the tensor data {key!r}")

    return Saved(size=path.stat().st_size, form="zip", content=content, storage=storage)


def _legacy(path: Path, file: BinaryIO) -> Saved:
    if file.read(9)[8:] == b"{":  # behind the length of the header
        raise ArtifactError(
            "is a safetensors file, not one that torch.save wrote: a folder that has it needs no conversion"
        )
    file.seek(0)
    try:
        first = read_pickle(file)
    except BrokenPickle:
        first = None
    if first != MAGIC:
        raise ArtifactError("is not a file that torch.save wrote")
    version, system, content, keys = (read_pickle(file) for _ in range(4))
    if version != 1001 or not isinstance(system, dict) or not isinstance(keys, list):
        raise ArtifactError(f"has the unknown layout {version!r}")
    if system.get("little_endian") is not True or sys.byteorder != "little":
        raise ArtifactError("was written on a big-endian machine, which is not read")
    start = file.tell()
    # How long a storage is in bytes depends on its numbers, which only the tensors know: sizes first.
    widths = _widths(content)
    places: dict[str, tuple[int, int]] = {}
    for key in map(str, keys):
        file.seek(start)
        numbers = int.from_bytes(file.read(8), "little")
        length = numbers * widths.get(key, 0)
        if key not in widths or start + 8 + length > path.stat().st_size:
            raise ArtifactError("is cut off, or its tensor data do not fit its tensors")
        places[key] = (start + 8, length)
        start += 8 + length

    def storage(key: str) -> bytes:
        if key not in places:
            raise ArtifactError(f"lacks the tensor data {key!r}")
        offset, length = places[key]
        with path.open("rb") as again:
            again.seek(offset)
            return again.read(length)

    return Saved(size=path.stat().st_size, form="legacy", content=content, storage=storage)


def _widths(content: Any) -> dict[str, int]:
    """Storage key to bytes per number, for every storage that the object refers to."""
    return {reference.key: width_of(reference) for reference in references(content)}


def described(content: Any) -> str:
    """What a file holds, for a message."""
    return content.kind.dotted if isinstance(content, Made) else type(content).__name__
