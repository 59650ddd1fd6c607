"""A folder or bucket that keeps versions of models: `NAME/DIGEST/` has the files of each.

A version's manifest is written last: whatever has none is not there, and nobody minds what a broken push left of it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from model.artifact.manifest import MANIFEST, REFERENCE, UNUSABLE, Manifest, read_manifest
from model.artifact.version_address import VersionAddress
from model.errors import AlteredFile, ArtifactError, BackendUnavailable, HubAway, InvalidArgument, MissingFile
from model.version_name import DIGEST, NAME

#: Bytes that are read or written at once.
PIECE = 1 << 20
_SCHEMES = ("s3://", "gs://", "file:///")
_STORED = re.compile(rf"(?P<name>{NAME})/(?P<digest>{DIGEST})/{re.escape(MANIFEST)}", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredVersion:
    """What a store says of a version without giving it."""

    address: VersionAddress
    pushed_at: datetime
    #: Of all its files together.
    bytes: int


class ModelStore:
    """Every call raises HubAway when the store does not answer, or refuses."""

    def __init__(self, address: str) -> None:
        """`address`: a folder, or what pyarrow takes, such as `s3://bucket/models?endpoint_override=127.0.0.1:9000`.

        Who asks is what the cloud's own variables, files or the machine say: an address is shown and logged. Raises
        InvalidArgument, BackendUnavailable without pyarrow.
        """
        if "://" in address and (not address.startswith(_SCHEMES) or "@" in urlsplit(address).netloc):
            raise InvalidArgument(
                "a store of models is a folder or s3://bucket/folder, without a login: that is the environment's, "
                "such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            )
        try:
            from pyarrow import ArrowException, fs
        except ModuleNotFoundError:
            raise BackendUnavailable("a store of models needs pyarrow: pip install '.[parquet]'") from None
        system: Any
        if "://" in address:
            try:
                system, root = fs.FileSystem.from_uri(address)
            except (ArrowException, ValueError, OSError) as error:
                raise InvalidArgument(f"{address} is no store of models: {_line(error)}") from error
        else:
            system, root = fs.LocalFileSystem(), str(Path(address).resolve())
        if not root.strip("/"):
            raise InvalidArgument(f"{address} is no store of models: it names no folder or bucket")
        self.address = address
        self._local = isinstance(system, fs.LocalFileSystem)
        self._fs, self._selector = fs.SubTreeFileSystem(root, system), fs.FileSelector

    def push(self, directory: Path, announce: Callable[[str], None] = lambda line: None) -> VersionAddress:
        """Put a model there, each file once, however often it is tried; returns its address.

        What it is made of is there before it, as versions of their own. Raises ArtifactError and its kinds when it is
        not the model that was saved.
        """
        manifest, digest = read_manifest(directory)
        if not (directory / MANIFEST).is_file():
            raise MissingFile(f"{directory} has no {MANIFEST}, whose digest is a version's address")
        if not re.fullmatch(NAME, manifest.name, re.ASCII):
            raise ArtifactError(f"the model's name, {manifest.name!r}, cannot be part of an address")
        for member in manifest.composition.members if manifest.composition else ():
            announce(f"made of {member.name}:")
            self.push(member.directory(directory), announce)
        address = VersionAddress(store=self.address, name=manifest.name, digest=digest)
        content = (directory / MANIFEST).read_bytes()
        if self._manifest(address) == content:
            announce("it is there already")
            return address
        names = dict.fromkeys([*manifest.files, *([REFERENCE] if (directory / REFERENCE).is_file() else [])])
        there = self._sizes(address)
        for number, name in enumerate(names, 1):
            size = (directory / name).stat().st_size
            # What was broken off is shorter.
            if there.get(name) != size:
                announce(f"{number} of {len(names)}: {name}, {size / 1e6:.1f} MB")
                self._write(address, name, _pieces_of(directory / name))
        self._write(address, MANIFEST, [content])
        return address

    def versions(self) -> list[StoredVersion]:
        """All that are there whole, by name, the newest of each last."""
        with self._asked():
            found = self._fs.get_file_info(self._selector("", recursive=True, allow_not_found=True))
        sizes: dict[str, int] = {}
        for each in found:
            folder = each.path.rpartition("/")[0]
            sizes[folder] = sizes.get(folder, 0) + (each.size or 0)
        versions = [
            StoredVersion(
                address=VersionAddress(store=self.address, name=named["name"], digest=named["digest"]),
                pushed_at=each.mtime,
                bytes=sizes[each.path.rpartition("/")[0]],
            )
            for each in found
            if each.is_file and (named := _STORED.fullmatch(each.path))
        ]
        return sorted(versions, key=lambda version: (version.address.name, version.pushed_at))

    def manifest(self, address: VersionAddress) -> tuple[Manifest, bytes]:
        """A version's manifest, and as it is there. Raises MissingFile when there is no such version, AlteredFile when
        it is another one, ArtifactError when it cannot be used."""
        content = self._manifest(address)
        if content is None:
            raise MissingFile(f"{self.address} has no {address.name}@{address.digest}")
        if hashlib.sha256(content).hexdigest() != address.digest:
            raise AlteredFile(f"{address}: its {MANIFEST} is not the one that was pushed")
        try:
            return Manifest.from_dict(json.loads(content)), content
        except UNUSABLE as error:
            raise ArtifactError(f"{address}: its {MANIFEST} cannot be used: {error!r}") from error

    def pieces(self, address: VersionAddress, name: str, start: int = 0) -> Iterator[bytes]:
        """A file of a version, from byte `start` on. Raises MissingFile when it is not there."""
        path = _path(address, name)
        try:
            with self._asked(), self._fs.open_input_file(path) as file:
                file.seek(min(start, file.size()))
                while piece := file.read(PIECE):
                    yield piece
        except FileNotFoundError:
            raise MissingFile(f"{self.address} has no {path}") from None

    def _manifest(self, address: VersionAddress) -> bytes | None:
        try:
            return b"".join(self.pieces(address, MANIFEST))
        except MissingFile:
            return None

    def _sizes(self, address: VersionAddress) -> dict[str, int]:
        with self._asked():
            found = self._fs.get_file_info(self._selector(_path(address, ""), allow_not_found=True))
        return {each.base_name: each.size for each in found if each.is_file}

    def _write(self, address: VersionAddress, name: str, pieces: Iterable[bytes]) -> None:
        with self._asked():
            if self._local:
                self._fs.create_dir(_path(address, ""), recursive=True)
            with self._fs.open_output_stream(_path(address, name)) as file:
                for piece in pieces:
                    file.write(piece)

    @contextmanager
    def _asked(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as error:
            raise HubAway(f"{self.address} does not answer, or refuses: {_line(error)}") from error


def _pieces_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _path(address: VersionAddress, name: str) -> str:
    return f"{address.name}/{address.digest}/{name}".rstrip("/")


def _line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
