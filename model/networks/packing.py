"""A byte for each number of the encoder's matrices: how `kritiq-small` is stored.

Row i of a matrix means `weight[i] * scale[i]`. The head, biases and norms stay as they are. A packed network answers
like any other but unpacks on each call, so a loaded one is unpacked once.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


class PackedLinear(nn.Module):
    """A linear layer."""

    weight: Tensor
    scale: Tensor

    def __init__(self, rows: int, columns: int) -> None:
        super().__init__()
        self.register_buffer("weight", torch.zeros(rows, columns, dtype=torch.int8))
        self.register_buffer("scale", torch.ones(rows, 1))
        self.bias = nn.Parameter(torch.zeros(rows))

    def forward(self, states: Tensor) -> Tensor:
        return functional.linear(states, self.weight.to(states.dtype) * self.scale, self.bias)


class PackedEmbedding(nn.Module):
    """An embedding."""

    weight: Tensor
    scale: Tensor

    def __init__(self, rows: int, columns: int) -> None:
        super().__init__()
        self.register_buffer("weight", torch.zeros(rows, columns, dtype=torch.int8))
        self.register_buffer("scale", torch.ones(rows, 1))

    def forward(self, ids: Tensor) -> Tensor:
        return self.weight[ids].to(self.scale.dtype) * self.scale[ids]


@torch.no_grad()
def pack(network: nn.Module) -> None:
    """Put packed layers, as near to the old ones as bytes can be, in place of all linear layers and embeddings."""
    for parent, name, layer in _layers(network, (nn.Linear, nn.Embedding)):
        rows, columns = layer.weight.shape
        packed = PackedLinear(rows, columns) if isinstance(layer, nn.Linear) else PackedEmbedding(rows, columns)
        # In the float16 that the scales are stored in, so that what is rounded here is what is read again.
        packed.scale = (layer.weight.abs().amax(1, keepdim=True) / 127).clamp_min(1e-7).half().float()
        packed.weight = (layer.weight / packed.scale).round().clamp(-127, 127).to(torch.int8)
        if isinstance(packed, PackedLinear):
            packed.bias.copy_(layer.bias)
        setattr(parent, name, packed)


@torch.no_grad()
def unpack(network: nn.Module) -> None:
    """The other way round: float layers in place of packed ones."""
    for parent, name, layer in _layers(network, (PackedLinear, PackedEmbedding)):
        rows, columns = layer.weight.shape
        whole = nn.Linear(columns, rows) if isinstance(layer, PackedLinear) else nn.Embedding(rows, columns)
        whole.weight.copy_(layer.weight.float() * layer.scale.float())
        if isinstance(whole, nn.Linear):
            whole.bias.copy_(layer.bias)
        setattr(parent, name, whole)


def _layers(network: nn.Module, kinds: tuple[type[nn.Module], ...]) -> list[tuple[nn.Module, str, Any]]:
    return [
        (parent, name, child)
        for parent in network.modules()
        for name, child in parent.named_children()
        if isinstance(child, kinds)
    ]
