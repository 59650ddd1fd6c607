"""A repository on a model hub that keeps versions of models: each is a commit, whose `kritiq.json` says what it is.

What a version is made of lies in its commit, too, in `members/NAME@DIGEST/`. Who asks is whom HF_TOKEN names, or
`hf auth login`; which hub is asked, HF_ENDPOINT says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path

from model.artifact.hub_address import HUB, HubAddress
from model.artifact.hub_commit import MEMBERS, HubCommit, info_of, sizes_of
from model.artifact.hub_errors import told_by_the_hub
from model.artifact.manifest import MANIFEST, REFERENCE, Manifest
from model.artifact.version_address import VersionAddress
from model.artifact.version_store import StoredVersion, VersionStore, files_of, parsed, to_be_pushed
from model.errors import ArtifactError, BackendUnavailable, HubAway, InvalidArgument
from telemetry.counted import counted

#: Files of a hub's repository that are fetched: never a pickle, never code.
HUB_FILES = ("*.json", "*.safetensors", "*.txt", "*.onnx", "*.model", "README.md")


class HubStore(VersionStore):
    """See `VersionStore`. A version's store is its commit, `hub:owner/name@commit`; the repository has them all."""

    def __init__(self, address: str) -> None:
        """Raises InvalidArgument, BackendUnavailable without huggingface_hub."""
        try:
            from huggingface_hub import HfApi
            from huggingface_hub.errors import HFValidationError
            from huggingface_hub.utils import validate_repo_id
        except ModuleNotFoundError:
            raise BackendUnavailable("a model hub needs huggingface_hub: pip install '.[model]'") from None
        found = HubAddress.parse(address)
        try:
            validate_repo_id(found.repository if found else "/")
        except HFValidationError:
            found = None
        if found is None:
            raise InvalidArgument(
                f"{address!r} should be {HUB}owner/name, or {HUB}owner/name@ and the 40 digits of a commit: all else "
                "may change"
            )
        self._at, self.address, self._api = found, address, HfApi()
        self._commit = HubCommit(found, self._api)

    def whole(self) -> VersionAddress | None:
        """See `HubCommit.whole`."""
        self._of_commit()
        return self._commit.whole

    def push(self, directory: Path, announce: Callable[[str], None] = lambda line: None) -> VersionAddress:
        """See `VersionStore.push`. Raises MissingFile when the hub has no such repository: who may see it is decided
        by whoever makes it."""
        from huggingface_hub import CommitOperationAdd, CommitOperationDelete

        if self._at.commit:
            raise InvalidArgument(f"{self.address} is a commit, which nobody changes: push to the repository")
        manifest, digest = to_be_pushed(directory)
        files = _to_send(directory, manifest)
        head = info_of(self._api, self._at)
        before = HubCommit(self._at.at(head.sha), self._api)
        if _same(before, files):
            announce("it is there already")
            return VersionAddress(store=str(before.address), name=manifest.name, digest=digest)
        announce(f"{counted(len(files), 'file')}, {sum(path.stat().st_size for path in files.values()) / 1e6:.1f} MB")
        with told_by_the_hub(self.address), _without_bars():
            made = self._api.create_commit(
                self._at.repository,
                [
                    *(CommitOperationAdd(path_in_repo=name, path_or_fileobj=path) for name, path in files.items()),
                    *(CommitOperationDelete(path_in_repo=name) for name in _replaced(before) if name not in files),
                ],
                commit_message=f"{manifest.name} {manifest.version}",
                commit_description=f"{MANIFEST} {digest}",
                parent_commit=head.sha,
            )
        there = self._at.at(made.oid)
        if missing := files.keys() - sizes_of(info_of(self._api, there)).keys():
            raise ArtifactError(f"{there} left out {min(missing)}: does the repository's .gitignore name it?")
        return VersionAddress(store=str(there), name=manifest.name, digest=digest)

    def versions(self) -> list[StoredVersion]:
        """See `VersionStore.versions`: of each the first commit that has it whole."""
        found = dict[str, StoredVersion]()
        for there, at in self._commits():
            try:
                version = _version(there, at)
            except HubAway:
                raise
            except ArtifactError:
                # Whatever it is, it is none of ours.
                continue
            if version is not None:
                found.setdefault(version.address.digest, version)
        return sorted(found.values(), key=lambda version: (version.address.name, version.pushed_at))

    def pieces(self, address: VersionAddress, name: str, start: int = 0) -> Iterator[bytes]:
        """See `VersionStore.pieces`."""
        _check_kind(name, str(address))
        yield from self._commit.pieces(self._folder(address) + name, start)

    def left_out(self, address: VersionAddress, manifest: Manifest) -> Sequence[str]:
        """See `VersionStore.left_out`."""
        if address != self.whole():
            return ()
        ours = {MANIFEST, REFERENCE, ".gitattributes", *manifest.files}
        return [name for name in sorted(self._commit.sizes) if name not in ours and not name.startswith(f"{MEMBERS}/")]

    def _manifest(self, address: VersionAddress) -> bytes | None:
        return self._commit.read(self._folder(address) + MANIFEST)

    def _folder(self, address: VersionAddress) -> str:
        """Where the version lies in the commit, or what it is made of."""
        return "" if address == self.whole() else f"{MEMBERS}/{address.name}@{address.digest}/"

    def _of_commit(self) -> None:
        """Raises InvalidArgument."""
        if not self._at.commit:
            raise InvalidArgument(f"{self.address} should end in @ and the 40 digits of a commit: all else may change")

    def _commits(self) -> list[tuple[HubCommit, datetime]]:
        """Of the repository, with when they were made, the oldest first; the one alone that the address names."""
        with told_by_the_hub(self.address):
            listed = self._api.list_repo_commits(self._at.repository, revision=self._at.commit)
        if self._at.commit:
            listed = listed[:1]
        return [(HubCommit(self._at.at(each.commit_id), self._api), each.created_at) for each in reversed(listed)]


def _version(there: HubCommit, at: datetime) -> StoredVersion | None:
    """The version that a commit is, made at that time; None when it is none, or not whole. Raises ArtifactError."""
    if (address := there.whole) is None:
        return None
    manifest = parsed(there.read(MANIFEST) or b"", str(there.address))
    members = manifest.composition.members if manifest.composition else ()
    asked = {*manifest.files, *(f"{MEMBERS}/{each.name}@{each.digest}/{MANIFEST}" for each in members)} - {REFERENCE}
    if not asked <= there.sizes.keys():
        return None
    ours = {MANIFEST, REFERENCE, *manifest.files}
    size = sum(size for name, size in there.sizes.items() if name in ours or name.startswith(f"{MEMBERS}/"))
    return StoredVersion(address=address, pushed_at=at, bytes=size)


def _to_send(directory: Path, manifest: Manifest) -> dict[str, Path]:
    """All files of a version and of what it is made of, by where they lie in its commit. Raises ArtifactError."""
    folders = {"": (directory, manifest)}
    for member in manifest.composition.members if manifest.composition else ():
        place = member.directory(directory)
        folders[f"{MEMBERS}/{member.name}@{member.digest}/"] = place, to_be_pushed(place)[0]
    files = dict[str, Path]()
    for folder, (place, of) in folders.items():
        for name in [*files_of(place, of), MANIFEST]:
            _check_kind(name, str(place))
            files[folder + name] = place / name
    return files


def _same(there: HubCommit, files: Mapping[str, Path]) -> bool:
    """Whether a commit is what would be pushed."""
    if any(there.sizes.get(name) != path.stat().st_size for name, path in files.items()):
        return False
    return there.read(MANIFEST) == files[MANIFEST].read_bytes()


def _replaced(before: HubCommit) -> list[str]:
    """Files of the version that a commit is; what is no version's stays."""
    try:
        listed = parsed(before.read(MANIFEST) or b"", str(before.address)).files
    except HubAway:
        raise
    except ArtifactError:
        return []
    return [name for name in before.sizes if name in listed or name.startswith(f"{MEMBERS}/")]


def _check_kind(name: str, of: str) -> None:
    """Raises ArtifactError for a file that no hub's model may have."""
    if not any(fnmatchcase(name, pattern) for pattern in HUB_FILES):
        raise ArtifactError(f"{of}: its {MANIFEST} lists {name}, and of a hub only {', '.join(HUB_FILES)} are taken")


@contextmanager
def _without_bars() -> Iterator[None]:
    """Keep the library's progress bars off the terminal, and put them back as they were."""
    from huggingface_hub.utils import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    shown = not are_progress_bars_disabled()
    disable_progress_bars()
    try:
        yield
    finally:
        if shown:
            enable_progress_bars()
