"""Say more of a model directory than was known when it was saved."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from model.artifact.card import IN_BFLOAT16, LIMITS, SURE, rounded_line, with_line
from model.artifact.card import with_variants as card_with_variants
from model.artifact.file_checks import file_digest
from model.artifact.loading import ROUNDED, load_tokenizer
from model.artifact.manifest import CARD, MANIFEST, METRICS, TOKENIZER, Manifest, read_manifest
from model.artifact.sealing import manifest_text, seal, write_files, write_manifest
from model.artifact.variants import Variant
from model.errors import ArtifactError, MissingFile


def with_confidence_low(directory: Path, confidence_low: float | None, line: str) -> Manifest:
    """Write what opinions have to be held with into the manifest, and `line` into the card where there is one.

    None: nothing is enough. Raises ArtifactError and its kinds.
    """
    return _resealed(directory, {"confidence_low": confidence_low}, lambda card: with_line(card, SURE, line))


def with_labels_kept(directory: Path, kept: Mapping[str, float | None]) -> Manifest:
    """Write how many labels bfloat16 keeps into the scores, which `load_backend` goes by, and into the card.

    Raises ArtifactError and its kinds.
    """
    manifest, _ = read_manifest(directory)
    try:
        report = json.loads((directory / METRICS).read_bytes()) if METRICS in manifest.files else {}
        scores = json.dumps(report | {ROUNDED: dict(kept)}, indent=2) + "\n"
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise ArtifactError(f"{directory / METRICS} cannot be read: {error}") from error
    return _resealed(
        directory, {}, lambda card: with_line(card, IN_BFLOAT16, rounded_line(kept)), written={METRICS: scores}
    )


def with_provenance(directory: Path, provenance: Mapping[str, Any], lines: Sequence[str]) -> Manifest:
    """Write where a model came from into its manifest, and `lines` into its card, before what it is not for.

    Raises ArtifactError and its kinds.
    """

    def told(card: str) -> str:
        head, limits, rest = card.partition(LIMITS)
        return "\n".join([head.rstrip(), "", *lines, "", limits]) + rest

    return _resealed(directory, {"provenance": provenance}, told)


def with_variants(
    directory: Path, manifest: Manifest, folder: Path, kept: Mapping[str, Variant], *, replacing: Sequence[str]
) -> Manifest:
    """Put the files of `folder` that are `kept` into the directory, manifest and card; what is `replacing`, and not
    among them, goes.

    A directory without kritiq.json gets one, which says what `manifest` assumes of it: see `read_manifest`. Raises
    ArtifactError and its kinds.
    """
    try:
        if not (directory / MANIFEST).is_file():
            if not (directory / TOKENIZER).is_file():
                load_tokenizer(directory).save(str(directory / TOKENIZER))
            manifest = seal(directory, manifest)
        for name in replacing:
            (directory / name).unlink(missing_ok=True)
            if name in kept:
                (folder / name).replace(directory / name)
        left = {name: digest for name, digest in manifest.files.items() if name not in replacing}
        files = left | {name: file_digest(directory / name) for name in kept}
        variants = {name: each for name, each in manifest.variants.items() if name in left} | dict(kept)
        # What the card says of them is part of the version: the manifest that is read next has to be whole.
        write_manifest(directory, replace(manifest, files=files, variants=variants))
    except OSError as error:
        raise ArtifactError(f"{directory} cannot be written: {error.strerror or error}") from error
    return _resealed(directory, {}, lambda card: card_with_variants(card, variants))


def _resealed(
    directory: Path, changes: Mapping[str, Any], tell: Callable[[str], str], written: Mapping[str, str] | None = None
) -> Manifest:
    """The manifest with its `changes`, the files that are `written`, and the card as `tell` makes it.

    Files that it does not name stay unnamed.
    """
    manifest, _ = read_manifest(directory)
    if not (directory / MANIFEST).is_file():
        raise MissingFile(f"{directory} has no {MANIFEST} that could say it")
    files = dict(manifest.files)
    try:
        contents = dict(written or {})
        if CARD in files:
            contents[CARD] = tell((directory / CARD).read_text(encoding="utf-8"))
        for name, content in contents.items():
            files[name] = hashlib.sha256(content.encode()).hexdigest()
        resealed = replace(manifest, files=files, **changes)
        # Together: a model whose card is new and whose manifest is not would be refused as altered.
        write_files(directory, contents | {MANIFEST: manifest_text(resealed)})
    except OSError as error:
        raise ArtifactError(f"{directory} cannot be written: {error.strerror or error}") from error
    return resealed
