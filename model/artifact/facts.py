"""What can be told of a model directory without loading its network."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from model.artifact.manifest import MANIFEST, METRICS, REFERENCE, WEIGHTS, Manifest, read_manifest
from model.artifact.variants import FILES
from model.errors import ArtifactError


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelFacts:
    """A model directory whose files are those that were saved."""

    path: Path
    manifest: Manifest
    #: SHA-256 over the manifest, and so over every file.
    digest: str
    #: Of all its files together.
    bytes: int
    #: Files that hold its weights, each another way to run it.
    variants: tuple[str, ...]
    #: `model.evaluation.report` on its dev data; None where nobody measured it.
    report: Mapping[str, Any] | None
    #: Whether it has a reference that its traffic is compared with.
    reference: bool

    @property
    def scores(self) -> dict[str, float]:
        """Micro-F1 of aspects, alone (`acd`) and with their polarity (`acsa`); empty where nobody measured it."""
        report = self.report or {}
        return {name: float(report[name]["f1"]) for name in ("acd", "acsa") if "f1" in report.get(name, {})}

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        manifest = self.manifest
        return {
            "path": str(self.path),
            "name": manifest.name,
            "version": manifest.version,
            "digest": self.digest,
            "method": manifest.method.name,
            "kind": manifest.kind,
            "members": {}
            if manifest.composition is None
            else {each.name: each.digest for each in manifest.composition.members},
            "languages": manifest.languages,
            "aspects": manifest.method.scheme.aspects,
            "polarities": manifest.method.scheme.polarities,
            "max_tokens": manifest.max_tokens,
            "temperature": manifest.temperature,
            "confidence_low": manifest.confidence_low,
            "scores": self.scores,
            "bytes": self.bytes,
            "variants": self.variants,
            "measured": {name: each.to_dict() for name, each in sorted(manifest.variants.items())},
            "reference": self.reference,
        }


def facts_of(directory: Path) -> ModelFacts:
    """Of one model; every file is checked. Raises ArtifactError, and its kinds that name the file at fault."""
    manifest, digest = read_manifest(directory)
    return ModelFacts(
        path=directory,
        manifest=manifest,
        digest=digest,
        bytes=sum(path.stat().st_size for path in directory.iterdir() if path.is_file()),
        variants=tuple(name for name in (WEIGHTS, *chain(*FILES.values())) if name in manifest.files),
        report=_report(directory / METRICS),
        reference=(directory / REFERENCE).is_file(),
    )


def models_in(folder: Path) -> Sequence[Path]:
    """The directories in a folder that mean to be models, by name; the folder itself if it is one."""
    if (folder / MANIFEST).is_file():
        return [folder]
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in found if (path / MANIFEST).is_file() or (path / WEIGHTS).is_file())


def differences(one: ModelFacts, other: ModelFacts) -> dict[str, tuple[Any, Any]]:
    """What the two say differently of themselves, by name, and which files differ, by digest; None: there is none."""
    told, others = one.to_dict(), other.to_dict()
    found = {name: (told[name], others[name]) for name in told if name != "path" and told[name] != others[name]}
    files = sorted({*one.manifest.files, *other.manifest.files})
    pairs = {name: (one.manifest.files.get(name), other.manifest.files.get(name)) for name in files}
    return found | {f"file {name}": pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _report(path: Path) -> Mapping[str, Any] | None:
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ArtifactError(f"{path} cannot be read: {error}") from error
    return found if isinstance(found, dict) else None
