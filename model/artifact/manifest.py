"""The model directory: what it must hold, and the digests that say it is what was saved.

    config.json, model.safetensors   the network, as transformers writes them
    tokenizer.json                   the tokenizer
    kritiq.json                      the manifest: name, method, scheme, templates, ..., digests of the others
    README.md, metrics.json          the model card, and its scores for programs

A directory that is made of other models (`model.composition`) has no network and no tokenizer: its manifest names them.
A linear one (`model.artifact.linear`) has terms.json in place of the tokenizer.

A plain transformers directory without a manifest is served by the reference method, NLI-B with German templates.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from model.artifact.file_checks import check_files, check_weights, file_digest
from model.artifact.members import check_member
from model.artifact.variants import Variant, told, variants_of
from model.composition import Composition, Member
from model.errors import AlteredFile, ArtifactError, MissingFile
from model.info import ModelInfo
from model.inputs.auxiliary import Method, german_templates
from model.inputs.positions import positions
from model.scheme import REFERENCE_SCHEME

MANIFEST = "kritiq.json"
CONFIG, WEIGHTS, TOKENIZER = "config.json", "model.safetensors", "tokenizer.json"
#: In place of a tokenizer, what a linear model counts.
TERMS = "terms.json"
CARD, METRICS = "README.md", "metrics.json"
#: What the model answered to the texts that it was measured on. The manifest need not name it: it changes no answer.
REFERENCE = "reference.json"
FORMAT = 1
#: What comes of a manifest's JSON, read into `Manifest.from_dict`, that is none.
UNUSABLE = (AttributeError, KeyError, TypeError, ValueError, OverflowError, RecursionError)

NETWORK, LINEAR = "network", "linear"

#: What the old service cut its pairs to.
REFERENCE_MAX_TOKENS = 493


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What kritiq.json says of a model."""

    name: str
    version: str
    method: Method = field(default_factory=Method)
    #: ISO 639-1 codes of the languages that the model was made for.
    languages: tuple[str, ...] = ("de",)
    #: Logits are divided by it before they become confidences.
    temperature: float = 1.0
    #: Opinions held with less are not sure enough to be relied on; None where nobody measured it, or none is enough.
    confidence_low: float | None = None
    #: Longest row the network reads, special tokens included.
    max_tokens: int = 128
    #: Whether the network gets token types, for encoders that have them.
    token_types: bool = False
    #: File name to SHA-256 in hexadecimal, of every other file of the directory.
    files: Mapping[str, str] = field(default_factory=dict)
    #: Of those files, which others than `model.safetensors` run the network, and what each needs and is.
    variants: Mapping[str, Variant] = field(default_factory=dict)
    #: Whether it has no network, but a weight for each term: see `model.artifact.linear`.
    linear: bool = False
    #: The models that it is made of; None for one with a network, or weights, of its own.
    composition: Composition | None = None
    #: Of a retrained model: what it came from, what it learned, and how it was held against its base.
    provenance: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        low = 0.0 if self.confidence_low is None else self.confidence_low
        if not (math.isfinite(self.temperature) and self.temperature > 0):
            raise ValueError(f"a temperature is a number greater than 0, not {self.temperature}")
        if not 0 <= low <= 1:
            raise ValueError(f"confidence_low is a number from 0 to 1, not {low}")
        if self.max_tokens < 1:
            raise ValueError(f"max_tokens is 1 or more, not {self.max_tokens}")
        if self.linear and (self.composition is not None or self.method.name != "single"):
            raise ValueError("a linear model is of the method `single`, and made of no others")

    @property
    def kind(self) -> str:
        """`network`, `linear`, or how it is made of others."""
        if self.composition is not None:
            return self.composition.kind
        return LINEAR if self.linear else NETWORK

    @property
    def keeps_old_labels(self) -> bool:
        """Whether it is a checkpoint of the old service, whose labels are promised to be the old ones: it learned on
        rows of that length, whole and as they were sent."""
        return self.method.name == "NLI-B" and self.max_tokens == REFERENCE_MAX_TOKENS

    def info(self, digest: str) -> ModelInfo:
        """What answers name the model by, whose manifest has this digest."""
        return ModelInfo(
            name=self.name,
            version=self.version,
            digest=digest,
            method=self.method.name,
            languages=self.languages,
            scheme=self.method.scheme,
            max_tokens=self.max_tokens,
        )

    def to_dict(self) -> dict[str, Any]:
        composition = self.composition
        return {
            "format": FORMAT,
            "name": self.name,
            "version": self.version,
            **({"kind": LINEAR} if self.linear else {}),
            **({} if composition is None else {"composition": composition.to_dict()}),
            **self.method.to_dict(),
            "languages": list(self.languages),
            "temperature": self.temperature,
            "confidence_low": self.confidence_low,
            "max_tokens": self.max_tokens,
            "token_types": self.token_types,
            "files": dict(sorted(self.files.items())),
            **told(self.variants),
        } | ({} if self.provenance is None else {"provenance": dict(self.provenance)})

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Manifest:
        """Raises KeyError, TypeError or ValueError when the data is no manifest of this format."""
        if data["format"] != FORMAT:
            raise ValueError(f"format {data['format']!r} is not {FORMAT}")
        composition = data.get("composition")
        if (kind := data.get("kind", NETWORK)) not in (NETWORK, LINEAR):
            raise ValueError(f"no kind of model {kind!r}; there are {NETWORK} and {LINEAR}, and those made of others")
        return cls(
            name=str(data["name"]),
            version=str(data["version"]),
            method=Method.from_dict(data),
            languages=tuple(data["languages"]),
            temperature=float(data["temperature"]),
            # Directories of before it have none.
            confidence_low=None if (low := data.get("confidence_low")) is None else float(low),
            max_tokens=int(data["max_tokens"]),
            token_types=bool(data["token_types"]),
            files=MappingProxyType(dict(data["files"])),
            variants=variants_of(data),
            linear=kind == LINEAR,
            composition=None
            if composition is None
            else Composition.from_dict(composition, len(data["scheme"]["aspects"])),
            provenance=None if (came := data.get("provenance")) is None else MappingProxyType(dict(came)),
        )


def reference_manifest(name: str) -> Manifest:
    """How the old service used its checkpoint: 45 German pairs of at most 493 tokens, token types not passed."""
    return Manifest(
        name=name,
        version="0",
        method=Method(name="NLI-B", scheme=REFERENCE_SCHEME, templates=german_templates("NLI-B")),
        max_tokens=REFERENCE_MAX_TOKENS,
    )


def read_manifest(directory: Path) -> tuple[Manifest, str]:
    """The manifest and the digest of the whole model, every file checked, those of the models that it is made of too.

    Raises MissingFile, AlteredFile or UnsafeFile naming the file, ArtifactError when the manifest cannot be read.
    """
    if not directory.is_dir():
        raise MissingFile(f"there is no model directory {directory}")
    if (directory / MANIFEST).is_file() and not (directory / CONFIG).exists() and not (directory / WEIGHTS).exists():
        manifest, digest = written_manifest(directory)
        if manifest.composition is not None:
            # What its traffic is compared with is its users': `kritiq reference` writes another one.
            check_files(directory, {name: each for name, each in manifest.files.items() if name != REFERENCE})
            for member in manifest.composition.members:
                _check_member(member, member.directory(directory), manifest)
            return manifest, digest
    if not (directory / CONFIG).is_file():
        raise MissingFile(f"{directory / CONFIG} is missing")
    check_weights(directory / WEIGHTS)
    if not (directory / MANIFEST).is_file():
        if not any((directory / name).is_file() for name in (TOKENIZER, "vocab.txt")):
            raise MissingFile(f"{directory} has neither {TOKENIZER} nor vocab.txt")
        files = {path.name: file_digest(path) for path in directory.iterdir() if path.is_file()}
        manifest = reference_manifest(directory.name)
        most = positions(_config(directory)) or manifest.max_tokens
        manifest = replace(manifest, max_tokens=min(manifest.max_tokens, most), files=files)
        return manifest, _digest(json.dumps(sorted(files.items())).encode())
    manifest, digest = written_manifest(directory)
    for name in (CONFIG, WEIGHTS, TERMS if manifest.linear else TOKENIZER):
        if name not in manifest.files:
            raise ArtifactError(f"{directory / MANIFEST} has no digest of {name}")
    check_files(directory, {name: each for name, each in manifest.files.items() if name != REFERENCE})
    return manifest, digest


def _check_member(member: Member, directory: Path, whole: Manifest) -> None:
    """Raises as `read_manifest`, AlteredFile for another version, ArtifactError for one that cannot be a member."""
    # First its own words: whoever is made of others is not read on, so that none is made of itself.
    manifest, digest = written_manifest(directory)
    check_member(manifest.name, manifest.method, whole.method.scheme, composed=manifest.composition is not None)
    if manifest.name != member.name:
        raise AlteredFile(f"{directory} is {manifest.name}, not {member.name}, which {whole.name} is made of")
    if digest != member.digest:
        raise AlteredFile(
            f"{directory} is not the version that {whole.name} is made of: its digest is {digest[:12]}…, not "
            f"{member.digest[:12]}…; `kritiq models compose` makes {whole.name} of this one"
        )
    read_manifest(directory)


def written_manifest(directory: Path) -> tuple[Manifest, str]:
    """What kritiq.json says, and its digest; no other file is looked at. Raises MissingFile, ArtifactError."""
    if not (directory / MANIFEST).is_file():
        raise MissingFile(f"{directory / MANIFEST} is missing")
    content = (directory / MANIFEST).read_bytes()
    try:
        return Manifest.from_dict(json.loads(content)), _digest(content)
    except UNUSABLE as error:
        raise ArtifactError(f"{directory / MANIFEST} cannot be used: {error!r}") from error


def _config(directory: Path) -> dict[str, Any]:
    try:
        config = json.loads((directory / CONFIG).read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ArtifactError(f"{directory / CONFIG} cannot be read: {error}") from error
    return config if isinstance(config, dict) else {}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
