"""The model directory: what it must hold, and the digests that say it is what was saved.

    config.json, model.safetensors   the network, as transformers writes them
    tokenizer.json                   the tokenizer
    kritiq.json                      the manifest: name, method, scheme, templates, ..., digests of the others
    README.md, metrics.json          the model card, and its scores for programs

A plain transformers directory without a manifest is served by the reference method, NLI-B with German templates.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from model.errors import AlteredFile, ArtifactError, MissingFile, UnsafeFile
from model.info import ModelInfo
from model.inputs.auxiliary import Method, Templates, german_templates
from model.inputs.positions import positions
from model.scheme import REFERENCE_SCHEME, Scheme

MANIFEST = "kritiq.json"
CONFIG, WEIGHTS, TOKENIZER = "config.json", "model.safetensors", "tokenizer.json"
CARD, METRICS = "README.md", "metrics.json"
#: What the model answered to the texts that it was measured on. The manifest need not name it: it changes no answer.
REFERENCE = "reference.json"
FORMAT = 1

#: What the old service cut its pairs to.
REFERENCE_MAX_TOKENS = 493

#: Where others keep weights as pickles.
PICKLES = ("pytorch_model.bin", "model.bin", "model.pt", "model.pth", "model.pkl")


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
        method = self.method
        return {
            "format": FORMAT,
            "name": self.name,
            "version": self.version,
            "method": method.name,
            "scheme": {"aspects": list(method.scheme.aspects), "polarities": list(method.scheme.polarities)},
            "templates": {
                "pattern": method.templates.pattern,
                "aspects": dict(method.templates.aspects),
                "polarities": dict(method.templates.polarities),
            },
            "languages": list(self.languages),
            "temperature": self.temperature,
            "confidence_low": self.confidence_low,
            "max_tokens": self.max_tokens,
            "token_types": self.token_types,
            "files": dict(sorted(self.files.items())),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Manifest:
        """Raises KeyError, TypeError or ValueError when the data is no manifest of this format."""
        if data["format"] != FORMAT:
            raise ValueError(f"format {data['format']!r} is not {FORMAT}")
        templates = data["templates"]
        return cls(
            name=str(data["name"]),
            version=str(data["version"]),
            method=Method(
                name=data["method"],
                scheme=Scheme(aspects=tuple(data["scheme"]["aspects"]), polarities=tuple(data["scheme"]["polarities"])),
                templates=Templates(
                    pattern=templates["pattern"],
                    aspects=MappingProxyType(dict(templates["aspects"])),
                    polarities=MappingProxyType(dict(templates["polarities"])),
                ),
            ),
            languages=tuple(data["languages"]),
            temperature=float(data["temperature"]),
            # Directories of before it have none.
            confidence_low=None if (low := data.get("confidence_low")) is None else float(low),
            max_tokens=int(data["max_tokens"]),
            token_types=bool(data["token_types"]),
            files=MappingProxyType(dict(data["files"])),
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
    """The manifest and the digest of the whole model, every file checked.

    Raises MissingFile, AlteredFile or UnsafeFile naming the file, ArtifactError when the manifest cannot be read.
    """
    if not directory.is_dir():
        raise MissingFile(f"there is no model directory {directory}")
    for name in (CONFIG, WEIGHTS):
        if not (directory / name).is_file():
            pickled = [pickle for pickle in PICKLES if (directory / pickle).exists()]
            if name == WEIGHTS and pickled:
                raise UnsafeFile(
                    f"{directory / pickled[0]} is a pickle, which can run code when read; "
                    "turn it into safetensors with `kritiq convert-checkpoint`"
                )
            raise MissingFile(f"{directory / name} is missing")
    _refuse_pickle(directory / WEIGHTS)
    if not (directory / MANIFEST).is_file():
        if not any((directory / name).is_file() for name in (TOKENIZER, "vocab.txt")):
            raise MissingFile(f"{directory} has neither {TOKENIZER} nor vocab.txt")
        files = {path.name: file_digest(path) for path in directory.iterdir() if path.is_file()}
        manifest = reference_manifest(directory.name)
        most = positions(_config(directory)) or manifest.max_tokens
        manifest = replace(manifest, max_tokens=min(manifest.max_tokens, most), files=files)
        return manifest, _digest(json.dumps(sorted(files.items())).encode())
    content = (directory / MANIFEST).read_bytes()
    try:
        manifest = Manifest.from_dict(json.loads(content))
    except (KeyError, TypeError, ValueError) as error:
        raise ArtifactError(f"{directory / MANIFEST} cannot be used: {error!r}") from error
    for name in (CONFIG, WEIGHTS, TOKENIZER):
        if name not in manifest.files:
            raise ArtifactError(f"{directory / MANIFEST} has no digest of {name}")
    # What its traffic is compared with is its users': `kritiq reference` writes another one.
    for name, expected in ((name, each) for name, each in manifest.files.items() if name != REFERENCE):
        path = directory / name
        if path.parent != directory or not path.is_file():
            raise MissingFile(f"{path} is missing")
        if file_digest(path) != expected:
            raise AlteredFile(f"{path} is not the file that was saved: its SHA-256 differs from the one in {MANIFEST}")
    return manifest, _digest(content)


def _config(directory: Path) -> dict[str, Any]:
    try:
        config = json.loads((directory / CONFIG).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ArtifactError(f"{directory / CONFIG} cannot be read: {error}") from error
    return config if isinstance(config, dict) else {}


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


def file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _refuse_pickle(path: Path) -> None:
    """Safetensors begin with the length of a JSON header; pickles with 0x80, torch's archives with PK."""
    with path.open("rb") as file:
        head = file.read(9)
    if (head[:1] == b"\x80" and head[8:9] != b"{") or head[:2] == b"PK":
        raise UnsafeFile(f"{path} is a pickle, which can run code when read; safetensors are expected")
    if head[8:9] != b"{":
        raise AlteredFile(f"{path} holds no safetensors")
