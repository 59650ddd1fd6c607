"""Write a model directory's manifest, with the digests that say what was saved."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from model.artifact.file_checks import file_digest
from model.artifact.manifest import MANIFEST, REFERENCE, Manifest


def seal(directory: Path, manifest: Manifest) -> Manifest:
    """Write the manifest with a digest of every file now in the directory but the reference; returns it."""
    names = sorted(path for path in directory.iterdir() if path.is_file() and path.name not in (MANIFEST, REFERENCE))
    sealed = replace(manifest, files={path.name: file_digest(path) for path in names})
    write_manifest(directory, sealed)
    return sealed


def write_manifest(directory: Path, manifest: Manifest) -> None:
    """Write kritiq.json as it is given, whole or not at all. Raises OSError."""
    write_files(directory, {MANIFEST: manifest_text(manifest)})


def manifest_text(manifest: Manifest) -> str:
    """What kritiq.json says."""
    return json.dumps(manifest.to_dict(), ensure_ascii=False, indent=2) + "\n"


def write_files(directory: Path, contents: Mapping[str, str]) -> None:
    """Write files of a directory in their order, all or none: a disk that is full leaves those that are there.

    Raises OSError.
    """
    drafts = {name: directory / f".{name}.new" for name in contents}
    try:
        for name, draft in drafts.items():
            draft.write_text(contents[name], encoding="utf-8")
        for name, draft in drafts.items():
            draft.replace(directory / name)
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
