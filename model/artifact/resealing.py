"""Say more of a model directory than was known when it was saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from model.artifact.card import LIMITS, with_sure_line
from model.artifact.file_checks import file_digest
from model.artifact.manifest import CARD, MANIFEST, Manifest, read_manifest
from model.artifact.sealing import write_manifest
from model.errors import ArtifactError, MissingFile


def with_confidence_low(directory: Path, confidence_low: float | None, line: str) -> Manifest:
    """Write what opinions have to be held with into the manifest, and `line` into the card where there is one.

    None: nothing is enough. Raises ArtifactError and its kinds.
    """
    return _resealed(directory, {"confidence_low": confidence_low}, lambda card: with_sure_line(card, line))


def with_provenance(directory: Path, provenance: Mapping[str, Any], lines: Sequence[str]) -> Manifest:
    """Write where a model came from into its manifest, and `lines` into its card, before what it is not for.

    Raises ArtifactError and its kinds.
    """

    def told(card: str) -> str:
        head, limits, rest = card.partition(LIMITS)
        return "\n".join([head.rstrip(), "", *lines, "", limits]) + rest

    return _resealed(directory, {"provenance": provenance}, told)


def _resealed(directory: Path, said: Mapping[str, Any], tell: Callable[[str], str]) -> Manifest:
    """The manifest with what is `said`, and the card as `tell` makes it. Files that it does not name stay unnamed."""
    manifest, _ = read_manifest(directory)
    if not (directory / MANIFEST).is_file():
        raise MissingFile(f"{directory} has no {MANIFEST} that could say it")
    files = dict(manifest.files)
    try:
        if CARD in files:
            card = directory / CARD
            card.write_text(tell(card.read_text(encoding="utf-8")), encoding="utf-8")
            files[CARD] = file_digest(card)
        resealed = replace(manifest, files=files, **said)
        write_manifest(directory, resealed)
    except OSError as error:
        raise ArtifactError(f"{directory} cannot be written: {error.strerror or error}") from error
    return resealed
