"""Write a model directory's manifest, with the digests that say what was saved."""

from __future__ import annotations

import json
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
    """Write kritiq.json as it is given."""
    text = json.dumps(manifest.to_dict(), ensure_ascii=False, indent=2)
    (directory / MANIFEST).write_text(text + "\n", encoding="utf-8")
