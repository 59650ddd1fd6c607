"""What a training run is of, as digests: two runs with the same ones would give the same model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import torch

from model.artifact.manifest import Manifest
from model.data.dataset import Example
from model.training.distillation import Taught


def digests(
    network: Any,
    manifest: Manifest,
    examples: Sequence[Example],
    dev: Sequence[Example],
    config: Mapping[str, Any],
    taught: Taught | None = None,
) -> dict[str, str]:
    """What a run starts from, by what it is called in a message, each as SHA-256.

    The encoder is the network before its first step, newly made heads included.
    """
    return {
        "configuration": _digest(config),
        "method, templates or scheme": _digest(manifest.to_dict()),
        "training data": examples_digest(examples),
        "dev data": examples_digest(dev),
        "encoder": weights_digest(network),
        "teacher or its sentences": _digest([taught.teacher, taught.texts] if taught else None),
    }


def examples_digest(examples: Sequence[Example]) -> str:
    """SHA-256 of labelled sentences, in their order."""
    return _digest([[each.text, sorted(each.aspects.items())] for each in examples])


def weights_digest(network: Any) -> str:
    """SHA-256 of all weights of a network, with their names."""
    found = hashlib.sha256()
    for name, tensor in network.state_dict().items():
        found.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        found.update(tensor.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().data)
    return found.hexdigest()


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
