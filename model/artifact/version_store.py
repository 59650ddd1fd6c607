"""What keeps versions of models, wherever it lies: what is asked of each."""

from __future__ import annotations

import hashlib
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from model.artifact.manifest import MANIFEST, REFERENCE, UNUSABLE, Manifest, read_manifest
from model.artifact.version_address import VersionAddress
from model.errors import AlteredFile, ArtifactError, MissingFile
from model.version_name import NAME

#: Bytes that are read or written at once.
PIECE = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredVersion:
    """What a store says of a version without giving it."""

    address: VersionAddress
    pushed_at: datetime
    #: Of all its files together.
    bytes: int


class VersionStore(ABC):
    """Every call raises HubAway when the store does not answer, or refuses."""

    #: Of the store itself, as it was given.
    address: str

    @abstractmethod
    def push(self, directory: Path, announce: Callable[[str], None] = lambda line: None) -> VersionAddress:
        """Put a model there, each file once, however often it is tried; returns its address.

        What it is made of is there with it. Raises ArtifactError and its kinds when it is not the model that was saved.
        """

    @abstractmethod
    def versions(self) -> list[StoredVersion]:
        """All that are there whole, by name, the newest of each last."""

    @abstractmethod
    def pieces(self, address: VersionAddress, name: str, start: int = 0) -> Iterator[bytes]:
        """A file of a version, from byte `start` on. Raises MissingFile when it is not there."""

    def left_out(self, address: VersionAddress, manifest: Manifest) -> Sequence[str]:
        """Files that lie there, too, and are not the version's, for its manifest does not list them."""
        return ()

    def manifest(self, address: VersionAddress) -> tuple[Manifest, bytes]:
        """A version's manifest, and as it is there. Raises MissingFile when there is no such version, AlteredFile when
        it is another one, ArtifactError when it cannot be used."""
        content = self._manifest(address)
        if content is None:
            raise MissingFile(f"{self.address} has no {address.name}@{address.digest}")
        if hashlib.sha256(content).hexdigest() != address.digest:
            raise AlteredFile(f"{address}: its {MANIFEST} is not the one that was pushed")
        return parsed(content, str(address)), content

    def _manifest(self, address: VersionAddress) -> bytes | None:
        """As it is there; None without one."""
        try:
            return b"".join(self.pieces(address, MANIFEST))
        except MissingFile:
            return None


def parsed(content: bytes, of: str) -> Manifest:
    """A manifest that was read. Raises ArtifactError when it is none, or names what is no file of a model."""
    try:
        manifest = Manifest.from_dict(json.loads(content))
    except UNUSABLE as error:
        raise ArtifactError(f"{of}: its {MANIFEST} cannot be used: {error!r}") from error
    if wrong := [name for name in manifest.files if Path(name).name != name or name.startswith(".") or "\\" in name]:
        raise ArtifactError(f"{of}: its {MANIFEST} names {wrong[0]!r}, which is no file of a model")
    return manifest


def to_be_pushed(directory: Path) -> tuple[Manifest, str]:
    """The manifest of a model that may become a version, and its digest, every file checked. Raises as
    `VersionStore.push`."""
    manifest, digest = read_manifest(directory)
    if not (directory / MANIFEST).is_file():
        raise MissingFile(f"{directory} has no {MANIFEST}, whose digest is a version's address")
    if not re.fullmatch(NAME, manifest.name, re.ASCII):
        raise ArtifactError(f"the model's name, {manifest.name!r}, cannot be part of an address")
    return manifest, digest


def files_of(directory: Path, manifest: Manifest) -> list[str]:
    """The names of a version's files beside its manifest; `reference.json` is one of them, listed or not."""
    there = [REFERENCE] if (directory / REFERENCE).is_file() else []
    return list(dict.fromkeys([*manifest.files, *there]))


def first_line(error: BaseException) -> str:
    """What an error of somebody else's says, in one line."""
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
