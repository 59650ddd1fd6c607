"""Kritiq's own networks, loaded by torch and safetensors alone: transformers takes seconds to import, and 120 MB."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from model.errors import ArtifactError


def own_network(config: Mapping[str, Any]) -> Any:
    """A network of the kind and the sizes that a config.json names, with weights that mean nothing; None: another's."""
    make = _KINDS.get(str(config.get("model_type")))
    # Not on torch's meta device, which would cost less memory at first: that imports torch._dynamo, 100 MB for good.
    return None if make is None else make(config)


def fill(network: Any, weights: Path) -> None:
    """Give a network its weights, in float32. Raises ArtifactError when some are missing or of another shape."""
    from safetensors import safe_open

    wanted = network.state_dict()
    state, wrong = {}, []
    with safe_open(weights, framework="pt") as found:
        there = set(found.keys())
        for name, old in wanted.items():
            tensor = found.get_tensor(name) if name in there else None
            if tensor is None or tensor.shape != old.shape:
                wrong.append(name)
            else:
                # Copies: what lies in the file's pages would change, or be gone, with the file.
                state[name] = tensor.to(old.dtype, copy=True)
    if wrong:
        raise ArtifactError(f"{weights} lacks weights of the network: {', '.join(sorted(wrong)[:5])}")
    network.load_state_dict(state, assign=True)


def _mini(config: Mapping[str, Any]) -> Any:
    from model.networks.mini import Mini, MiniSizes

    return Mini(MiniSizes(**_known(MiniSizes, config)))


def _small(config: Mapping[str, Any]) -> Any:
    from model.networks.small import Small, SmallSizes

    return Small(SmallSizes(**_known(SmallSizes, config)))


def _known(sizes: Any, config: Mapping[str, Any]) -> dict[str, Any]:
    """Of a config.json, what says how large the network is."""
    return {field.name: config[field.name] for field in fields(sizes) if field.name in config}


_KINDS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {"kritiq-mini": _mini, "kritiq-small": _small}
