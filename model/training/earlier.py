"""A model of this repository that its recipe goes on from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from model.artifact import loading
from model.artifact.manifest import WEIGHTS, read_manifest
from model.artifact.own_networks import fill
from model.errors import DataError
from model.inputs.auxiliary import Method


def earlier(start: Path, name: str, network_class: Any) -> tuple[Any, Any, Method]:
    """Its network as it is stored, tokenizer and method: weights and vocabulary stay, whatever the corpus is by now.

    `network_class`: of transformers, with its `config_class`. Raises ArtifactError, and DataError when it is no `name`.
    """
    config = loading.read_config(start)
    if config.get("model_type") != network_class.config_class.model_type:
        raise DataError(f"{start} is no {name}, from which this recipe could go on")
    network = network_class(network_class.config_class.from_dict(config))
    fill(network, start / WEIGHTS)
    return network, loading.load_tokenizer(start), read_manifest(start)[0].method


def described(model: Path) -> str:
    """Its name, version and digest. Raises ArtifactError."""
    manifest, digest = read_manifest(model)
    return f"{manifest.name} {manifest.version} ({digest[:12]})"
