"""Low-rank adapters (LoRA, Hu et al. 2021) while a network is trained, by peft.

The encoder learns a small matrix product beside each of its linear layers and stays as it is otherwise. Afterwards they
are one again.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import torch

from model.errors import DataError


class Adapters:
    """Adapters in the encoder of a network, which is changed in place. The head learns as ever."""

    def __init__(self, network: Any, *, rank: int, alpha: int) -> None:
        """`rank`: of the matrices; what they add is scaled by alpha / rank. They begin at zero, by torch's seed.

        Raises DataError where peft is not installed, and for a network whose encoder is no part of its own.
        """
        if find_spec("peft") is None:
            raise DataError("--lora-rank needs peft: pip install '.[lora]'")
        from peft import LoraConfig
        from peft.tuners.lora import LoraModel

        part = getattr(network, "base_model_prefix", "")
        if not isinstance(getattr(network, part or "-", None), torch.nn.Module):
            raise DataError(f"--lora-rank is for encoders of transformers, and a {type(network).__name__} has none")
        encoder = f"{part}."
        layers = [
            name
            for name, module in network.named_modules()
            if name.startswith(encoder) and isinstance(module, torch.nn.Linear)
        ]
        # A product of matrices of a higher rank has none: it would only take memory and time.
        highest = max((min(network.get_submodule(name).weight.shape) for name in layers), default=0)
        if rank > highest:
            raise DataError(f"--lora-rank {rank} is more than the rank of any layer of this encoder, {highest}")
        chosen = LoraConfig(r=rank, lora_alpha=alpha, target_modules=layers)
        self._tuner = LoraModel(network, chosen, "default")
        learn = [name for name, _ in network.named_parameters()]
        #: Names of the parameters that do not learn.
        self.frozen = tuple(name for name in learn if name.startswith(encoder) and ".lora_" not in name)

    def merge(self) -> None:
        """Add what was learned to the layers themselves, and take the adapters out."""
        self._tuner.merge_and_unload()
