"""Versions of models on this machine: downloaded once, whoever asks, checked, and no more of them than a limit."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path

from filelock import FileLock, Timeout

from model.artifact.cache_folder import LIMIT_BYTES
from model.artifact.file_checks import file_digest
from model.artifact.hub_address import HubAddress
from model.artifact.hub_store import HubStore
from model.artifact.manifest import MANIFEST, REFERENCE, written_manifest
from model.artifact.stores import store_at
from model.artifact.version_address import VersionAddress
from model.artifact.version_store import VersionStore
from model.errors import AlteredFile, ArtifactError, DiskAway, MissingFile
from model.version_name import VERSION_NAME


class ModelCache:
    """A folder with a model directory for each version, `NAME@DIGEST`; what is not whole yet begins with a dot."""

    def __init__(
        self,
        folder: Path,
        *,
        limit_bytes: int = LIMIT_BYTES,
        announce: Callable[[str], None] = lambda line: None,
    ) -> None:
        self._folder, self._limit, self._announce = folder, limit_bytes, announce

    def get(self, address: VersionAddress) -> Path:
        """The version's directory, downloaded if it is not here; of several processes one downloads, others wait.

        What it is made of is here then, too, as versions of their own beside it.
        What a broken download has is kept, and gone on with. Nothing is asked of the store for what is here, and a
        folder that cannot be written serves it as well. Raises MissingFile when the store has no such version, HubAway
        when it does not say, AlteredFile when it gives something else, DiskAway when it cannot be kept here now, and
        as `ModelStore`.
        """
        whole = self._one(address)
        members = [self._one(member) for member in _members(address, whole)]
        with suppress(OSError):
            self._tidy({whole, *members})
        return whole

    def has(self, address: VersionAddress) -> bool:
        """Whether the version is here, and what it is made of."""
        whole = self._place(address)
        try:
            return whole.is_dir() and all(self._place(member).is_dir() for member in _members(address, whole))
        except ArtifactError:
            return False

    def kept(self, address: VersionAddress) -> bool:
        """Whether something is here as that version, in whatever state."""
        return self._place(address).is_dir()

    def at(self, commit: HubAddress) -> VersionAddress | None:
        """The version that a commit on a hub is; None when it is none, as others' models are.

        Whoever has asked once asks no more. Raises as `HubCommit.whole`, and as `HubStore`.
        """
        known = self._folder / "commits" / f"{commit.repository.replace('/', '--')}@{commit.commit}"
        with suppress(OSError):
            if VERSION_NAME.fullmatch(recorded := known.read_text(encoding="utf-8")):
                name, _, digest = recorded.partition("@")
                return VersionAddress(store=str(commit), name=name, digest=digest)
        version = HubStore(str(commit)).whole()
        if version is not None:
            with suppress(OSError):
                known.parent.mkdir(parents=True, exist_ok=True)
                known.write_text(f"{version.name}@{version.digest}", encoding="utf-8")
        return version

    def _one(self, address: VersionAddress) -> Path:
        whole = self._place(address)
        with self._storing():
            try:
                with self._lock(whole.name):
                    self._have(address, whole)
            except OSError:
                # Where no lock can be written nobody takes it away either.
                if not whole.is_dir():
                    raise
        # Not needed for this version to be used, as tidying is not.
        with suppress(OSError):
            os.utime(whole)
        return whole

    def forget(self, address: VersionAddress) -> None:
        """Remove a version from here, and what it is made of."""
        members = list[VersionAddress]()
        with suppress(ArtifactError):
            members = _members(address, self._place(address))
        for each in (*members, address):
            place = self._place(each)
            with self._storing(), self._lock(place.name):
                shutil.rmtree(place, ignore_errors=True)

    def _place(self, address: VersionAddress) -> Path:
        return self._folder / f"{address.name}@{address.digest}"

    def _have(self, address: VersionAddress, whole: Path) -> None:
        if not whole.is_dir():
            self._download(store_at(address.store), address, self._part(whole.name))
            self._part(whole.name).rename(whole)

    def _download(self, store: VersionStore, address: VersionAddress, into: Path) -> None:
        manifest, content = store.manifest(address)
        files = manifest.files
        if others := store.left_out(address, manifest):
            self._announce(f"not in its {MANIFEST}, and left where it is: {', '.join(others)}")
        into.mkdir(parents=True, exist_ok=True)
        for name, digest in files.items():
            if name != REFERENCE and not (into / name).is_file():
                self._file(store, address, name, digest, into)
        try:
            # Its users' own, see `kritiq reference`: it changes no answer, and the manifest need not know it.
            self._copy(store, address, REFERENCE, into / REFERENCE, anew=True)
        except MissingFile:
            (into / REFERENCE).unlink(missing_ok=True)
        (into / MANIFEST).write_bytes(content)

    def _file(self, store: VersionStore, address: VersionAddress, name: str, digest: str, into: Path) -> None:
        """A file of the version, under its name only when it is the one that was pushed."""
        partial = into / f".{name}.partial"
        begun = partial.exists()
        self._copy(store, address, name, partial)
        found = file_digest(partial)
        if begun and found != digest:
            # What was here of it may have been torn.
            self._copy(store, address, name, partial, anew=True)
            found = file_digest(partial)
        if found != digest:
            partial.unlink()
            raise AlteredFile(f"{address}: {name} is not the file that was pushed")
        partial.rename(into / name)

    def _copy(self, store: VersionStore, address: VersionAddress, name: str, to: Path, anew: bool = False) -> None:
        start = 0 if anew or not to.exists() else to.stat().st_size
        pieces = store.pieces(address, name, start)
        first = next(pieces, b"")  # what is not there leaves no file
        self._announce(f"{name}, from byte {start:,} on" if start else name)
        with to.open("ab" if start else "wb") as target:
            for piece in chain((first,), pieces):
                target.write(piece)

    def _tidy(self, keep: Set[Path]) -> None:
        """Remove what was used longest ago, until no more is here than the limit; what is being downloaded stays."""
        found = [each for each in self._folder.iterdir() if each.is_dir() and "@" in each.name]
        sizes = {each: _size(each) for each in found}
        over = sum(sizes.values()) - self._limit
        for each in sorted(found, key=_used):
            if over <= 0:
                return
            if each not in keep:
                try:
                    with self._lock(each.name.removeprefix("."), wait=False):
                        shutil.rmtree(each, ignore_errors=True)
                        over -= sizes[each]
                except Timeout:
                    continue

    def _part(self, name: str) -> Path:
        return self._folder / f".{name}"

    @contextmanager
    def _lock(self, name: str, wait: bool = True) -> Iterator[None]:
        locks = self._folder / "locks"
        locks.mkdir(parents=True, exist_ok=True)
        lock = FileLock(locks / f"{name}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if not wait:
                raise
            self._announce(f"another process downloads {name}: waiting for it")
            lock.acquire()
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def _storing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise DiskAway(f"models cannot be kept in {self._folder}: {error.strerror or error}") from error


def _members(address: VersionAddress, directory: Path) -> list[VersionAddress]:
    """The versions that one is made of, which are where it is from. Raises ArtifactError."""
    manifest, _ = written_manifest(directory)
    members = manifest.composition.members if manifest.composition else ()
    return [VersionAddress(store=address.store, name=each.name, digest=each.digest) for each in members]


def _size(folder: Path) -> int:
    """Of its files together; what another process removes meanwhile has none."""
    found = 0
    with suppress(FileNotFoundError):
        for file in folder.iterdir():
            found += file.stat().st_size
    return found


def _used(folder: Path) -> float:
    """When it was used last; long ago if it is gone."""
    with suppress(FileNotFoundError):
        return folder.stat().st_mtime
    return 0.0
