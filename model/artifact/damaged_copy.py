"""A version's copy on this machine that is not what was downloaded: it goes, so that whoever asks next downloads it."""

from __future__ import annotations

from pathlib import Path

from model.artifact.cache_folder import default_folder
from model.artifact.hub_address import HubAddress
from model.artifact.model_cache import ModelCache
from model.artifact.version_address import VersionAddress
from model.errors import AlteredFile, ArtifactError, MissingFile

#: What is said of a copy whose files are not those of its version.
DAMAGED = (AlteredFile, MissingFile)


def drop_copy(address: str) -> bool:
    """Remove what is kept here of the version at `address`, and of what it is made of.

    False, and nothing is removed, for what is no copy: a directory, or no version. Raises DiskAway when it stays.
    """
    cache = ModelCache(default_folder())
    version = None if Path(address).is_dir() else _version(address, cache)
    if version is None or not cache.kept(version):
        return False
    cache.forget(version)
    return True


def _version(address: str, cache: ModelCache) -> VersionAddress | None:
    commit = HubAddress.parse(address)
    if commit is None or commit.commit is None:
        return VersionAddress.parse(address)
    try:
        return cache.at(commit)
    except ArtifactError:
        return None
