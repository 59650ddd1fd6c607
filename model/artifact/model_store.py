"""A folder or bucket that keeps versions of models: `NAME/DIGEST/` has the files of each.

A version's manifest is written last: whatever has none is not there, and nobody minds what a broken push left of it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from model.artifact.manifest import MANIFEST
from model.artifact.version_address import VersionAddress
from model.artifact.version_store import PIECE, StoredVersion, VersionStore, files_of, first_line, to_be_pushed
from model.errors import BackendUnavailable, HubAway, InvalidArgument, MissingFile
from model.version_name import DIGEST, NAME

_SCHEMES = ("s3://", "gs://", "file:///")
_STORED = re.compile(rf"(?P<name>{NAME})/(?P<digest>{DIGEST})/{re.escape(MANIFEST)}", re.ASCII)


class ModelStore(VersionStore):
    """See `VersionStore`. What a version is made of lies beside it, as versions of their own."""

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
                raise InvalidArgument(f"{address} is no store of models: {first_line(error)}") from error
        else:
            system, root = fs.LocalFileSystem(), str(Path(address).resolve())
        if not root.strip("/"):
            raise InvalidArgument(f"{address} is no store of models: it names no folder or bucket")
        self.address = address
        self._local = isinstance(system, fs.LocalFileSystem)
        self._fs, self._selector = fs.SubTreeFileSystem(root, system), fs.FileSelector

    def push(self, directory: Path, announce: Callable[[str], None] = lambda line: None) -> VersionAddress:
        """See `VersionStore.push`."""
        manifest, digest = to_be_pushed(directory)
        for member in manifest.composition.members if manifest.composition else ():
            announce(f"made of {member.name}:")
            self.push(member.directory(directory), announce)
        address = VersionAddress(store=self.address, name=manifest.name, digest=digest)
        content = (directory / MANIFEST).read_bytes()
        begun, names, there = self._manifest(address), files_of(directory, manifest), self._sizes(address)
        mended = begun != content
        for number, name in enumerate(names, 1):
            with _readable(directory / name) as path:
                size = path.stat().st_size
            # What was broken off is shorter. What has been a version may have become anything since.
            altered = begun is not None and name in manifest.files and name in there
            if there.get(name) != size or (altered and self._digest(address, name) != manifest.files[name]):
                announce(f"{number} of {len(names)}: {name}, {size / 1e6:.1f} MB")
                self._write(address, name, _pieces_of(directory / name))
                mended = True
        if mended:
            self._write(address, MANIFEST, [content])
        else:
            announce("it is there already")
        return address

    def versions(self) -> list[StoredVersion]:
        """See `VersionStore.versions`."""
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

    def pieces(self, address: VersionAddress, name: str, start: int = 0) -> Iterator[bytes]:
        """See `VersionStore.pieces`."""
        path = _path(address, name)
        try:
            with self._asked(missing=True), self._fs.open_input_file(path) as file:
                file.seek(min(start, file.size()))
                while piece := file.read(PIECE):
                    yield piece
        except FileNotFoundError:
            raise MissingFile(f"{self.address} has no {path}") from None

    def _sizes(self, address: VersionAddress) -> dict[str, int]:
        with self._asked():
            found = self._fs.get_file_info(self._selector(_path(address, ""), allow_not_found=True))
        return {each.base_name: each.size for each in found if each.is_file}

    def _digest(self, address: VersionAddress, name: str) -> str:
        """SHA-256 of what lies there."""
        found = hashlib.sha256()
        for piece in self.pieces(address, name):
            found.update(piece)
        return found.hexdigest()

    def _write(self, address: VersionAddress, name: str, pieces: Iterable[bytes]) -> None:
        with self._asked():
            if self._local:
                self._fs.create_dir(_path(address, ""), recursive=True)
            with self._fs.open_output_stream(_path(address, name)) as file:
                for piece in pieces:
                    file.write(piece)

    @contextmanager
    def _asked(self, *, missing: bool = False) -> Iterator[None]:
        """Raises HubAway whatever goes wrong there; FileNotFoundError where what is asked for may be `missing`."""
        try:
            yield
        except OSError as error:
            if missing and isinstance(error, FileNotFoundError):
                raise
            raise HubAway(f"{self.address} does not answer, or refuses: {first_line(error)}") from error


@contextmanager
def _readable(path: Path) -> Iterator[Path]:
    """A file of the model that is pushed. Raises MissingFile when it cannot be read, which is not the store's fault."""
    try:
        yield path
    except OSError as error:
        raise MissingFile(f"{path} cannot be read: {error.strerror or error}") from error


def _pieces_of(path: Path) -> Iterator[bytes]:
    with _readable(path), path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _path(address: VersionAddress, name: str) -> str:
    return f"{address.name}/{address.digest}/{name}".rstrip("/")
