"""Say more of a model directory than was known when it was saved."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from model.artifact.card import with_sure_line
from model.artifact.file_checks import file_digest
from model.artifact.manifest import CARD, MANIFEST, Manifest, read_manifest, write_manifest
from model.errors import ArtifactError, MissingFile


def with_confidence_low(directory: Path, confidence_low: float | None, line: str) -> Manifest:
    """Write what opinions have to be held with into the manifest, and `line` into the card where there is one.

    None: nothing is enough. Files that the manifest does not name stay unnamed. Raises ArtifactError and its kinds.
    """
    manifest, _ = read_manifest(directory)
    if not (directory / MANIFEST).is_file():
        raise MissingFile(f"{directory} has no {MANIFEST} that could say it")
    files = dict(manifest.files)
    try:
        if CARD in files:
            card = directory / CARD
            card.write_text(with_sure_line(card.read_text(encoding="utf-8"), line), encoding="utf-8")
            files[CARD] = file_digest(card)
        said = replace(manifest, confidence_low=confidence_low, files=files)
        write_manifest(directory, said)
    except OSError as error:
        raise ArtifactError(f"{directory} cannot be written: {error.strerror or error}") from error
    return said
