"""The network of `kritiq-mini`: n-gram convolutions over word-piece embeddings, read by one attention per aspect.

The lower layers are those of the multilingual Universal Sentence Encoder v3 (Yang et al. 2019, arXiv 1907.04307): each
piece with its neighbours in windows of 2, 3 and 5. Above them every aspect looks for its own pieces in the sentence and
judges what it found. B is a batch, T its longest sentence, A the aspects, P the polarities, C the classes A x P.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from model.networks.answer import Answer
from model.scheme import ASPECTS, POLARITIES


@dataclass(kw_only=True)
class MiniSizes:
    """Sizes of the network, as config.json keeps them."""

    vocab_size: int = 1000
    embedding_size: int = 512
    branch_size: int = 256
    #: How many pieces each branch sees at once.
    orders: tuple[int, ...] | list[int] = (2, 3, 5)
    hidden_size: int = 256
    attention_heads: int = 4
    #: Longest sentence in pieces.
    max_positions: int = 192
    context_dropout: float = 0.1
    #: How many attentions each aspect has.
    looks: int = 2
    aspects: int = len(ASPECTS)
    polarities: int = len(POLARITIES)
    #: Heads trained side by side from different starts, whose probabilities are averaged.
    members: int = 1
    dropout: float = 0.3
    #: Share of pieces hidden from the head in training.
    piece_dropout: float = 0.1
    pad_token_id: int | None = 0


class Branch(nn.Module):
    """Pieces with their neighbours: two residual convolutions over windows of `order` pieces."""

    def __init__(self, config: MiniSizes, order: int) -> None:
        super().__init__()
        size = config.branch_size
        self.order = order
        self.project = nn.Linear(config.embedding_size, size)
        self.norm = nn.LayerNorm(size, eps=1e-12)
        self.convolve1 = nn.Linear(order * size, size)
        self.convolve2 = nn.Linear(order * size, size)

    def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:
        pieces = self.norm(self.project(embedded)) * mask  # (B, T, S)
        pairs = (functional.relu(self.convolve1(self.windows(pieces))) + pieces) * mask
        triples: Tensor = functional.relu(self.convolve2(self.windows(pairs))) + pairs
        return triples

    def windows(self, pieces: Tensor) -> Tensor:
        """Each piece beside its neighbours, zeros beyond the ends: (B, T, S) to (B, T, order x S)."""
        left = (self.order - 1) // 2
        padded = functional.pad(pieces, (0, 0, left, self.order - 1 - left))
        length = pieces.shape[1]
        return torch.cat([padded[:, shift : shift + length] for shift in range(self.order)], dim=-1)


class Trunk(nn.Module):
    """Token ids to features: the embedding of each piece and its branches, under one layer norm."""

    def __init__(self, config: MiniSizes) -> None:
        super().__init__()
        # One byte a number: the table is most of the model. Row i means embedding[i] * scale[i] + offset[i].
        self.register_buffer("embedding", torch.zeros(config.vocab_size, config.embedding_size, dtype=torch.uint8))
        self.register_buffer("scale", torch.ones(config.vocab_size, 1))
        self.register_buffer("offset", torch.zeros(config.vocab_size, 1))
        self.branches = nn.ModuleList(Branch(config, order) for order in config.orders)
        self.size = config.embedding_size + len(config.orders) * config.branch_size
        self.norm = nn.LayerNorm(self.size, eps=1e-12)

    embedding: Tensor
    scale: Tensor
    offset: Tensor

    def forward(self, input_ids: Tensor, mask: Tensor) -> Tensor:
        scale = self.scale[input_ids]
        embedded = (self.embedding[input_ids].to(scale.dtype) * scale + self.offset[input_ids]) * mask  # (B, T, E)
        features = [embedded, *(branch(embedded, mask) for branch in self.branches)]
        normed: Tensor = self.norm(torch.cat(features, dim=-1))  # (B, T, F)
        return normed


class Context(nn.Module):
    """One transformer layer (pre-norm), so that a piece knows its clause: "aber" and "nicht" reach far."""

    def __init__(self, config: MiniSizes) -> None:
        super().__init__()
        size = config.hidden_size
        self.heads = config.attention_heads
        self.positions = nn.Parameter(torch.randn(config.max_positions, size) * 0.02)
        self.norm1, self.norm2, self.norm3 = nn.LayerNorm(size), nn.LayerNorm(size), nn.LayerNorm(size)
        self.attend = nn.Linear(size, 3 * size)
        self.join = nn.Linear(size, size)
        self.widen = nn.Linear(size, 2 * size)
        self.narrow = nn.Linear(2 * size, size)
        self.dropout = nn.Dropout(config.context_dropout)

    def forward(self, hidden: Tensor, mask: Tensor) -> Tensor:
        rows, length, size = hidden.shape
        hidden = hidden + self.positions[:length]
        split = self.attend(self.norm1(hidden)).reshape(rows, length, 3, self.heads, size // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4).unbind(0)  # each (B, heads, T, H / heads)
        away = ((1.0 - mask) * -1e4).transpose(1, 2).unsqueeze(1)  # (B, 1, 1, T)
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=away)
        hidden = hidden + self.dropout(self.join(seen.transpose(1, 2).flatten(2)))  # (B, T, H)
        wide = self.dropout(functional.gelu(self.widen(self.norm2(hidden))))
        known: Tensor = self.norm3(hidden + self.dropout(self.narrow(wide)))
        return known


class AspectHead(nn.Module):
    """Features to logits: every aspect attends to the sentence with some looks of its own, then judges."""

    def __init__(self, config: MiniSizes, features: int) -> None:
        super().__init__()
        size = config.hidden_size
        self.config = config
        self.project = nn.Linear(features, size)
        self.norm = nn.LayerNorm(size)
        self.context = Context(config)
        self.key = nn.Linear(size, size)
        self.looks = nn.Parameter(torch.randn(config.aspects * config.looks, size) * 0.05)
        self.read = nn.Linear(size * config.looks, size)
        self.aspect = nn.Parameter(torch.zeros(config.aspects, size))
        self.judge = nn.Parameter(torch.randn(config.aspects, size, config.polarities) * 0.05)
        self.bias = nn.Parameter(torch.zeros(config.aspects, config.polarities))
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, features: Tensor, mask: Tensor) -> Tensor:
        config = self.config
        if self.training and config.piece_dropout:
            kept = torch.rand(features.shape[:2], device=features.device) >= config.piece_dropout
            features = features * kept.unsqueeze(-1)
        hidden = self.norm(functional.gelu(self.project(self.dropout(features))))  # (B, T, H)
        hidden = self.dropout(self.context(hidden, mask))
        away = (1.0 - mask) * -1e4  # (B, T, 1)
        seen = self.key(hidden) @ self.looks.T * (4.0 / config.hidden_size**0.5) + away  # (B, T, A x looks)
        found = seen.softmax(1).transpose(1, 2) @ hidden  # (B, A x looks, H)
        found = found.reshape(-1, config.aspects, config.looks * config.hidden_size)
        read = functional.gelu(self.read(self.dropout(found)) + self.aspect)  # (B, A, H)
        judged = torch.einsum("bah,ahp->bap", self.dropout(read), self.judge) + self.bias  # (B, A, P)
        return judged.flatten(1)  # (B, C)


class MiniLayers:
    """What `Mini` is made of, for it and for its likeness among transformers' models."""

    sizes: MiniSizes
    trunk: Trunk
    heads: nn.ModuleList
    #: Of nn.Module.
    training: bool
    #: See `model.runtime.graph`: nothing here depends on how many sentences there are, or how long.
    recordable = True

    def make_layers(self, config: MiniSizes) -> None:
        """Called once, by the constructor."""
        self.sizes = config
        self.trunk = Trunk(config)
        self.heads = nn.ModuleList(AspectHead(config, self.trunk.size) for _ in range(config.members))

    def judged(self, input_ids: Tensor, attention_mask: Tensor | None) -> Tensor:
        """Ids and mask (B, T) to logits (B, C); in training mode to those of every member, (M, B, C)."""
        present = torch.ones_like(input_ids) if attention_mask is None else attention_mask
        mask = present.unsqueeze(-1).to(self.trunk.scale.dtype)  # (B, T, 1)
        features = self.trunk(input_ids, mask)
        each = torch.stack([head(features, mask) for head in self.heads])  # (M, B, C)
        return each if self.training else self.agreed(each)

    def agreed(self, each: Tensor) -> Tensor:
        """The members' mean probability per polarity, as logits: (M, B, C) to (B, C)."""
        shape = (*each.shape[:2], self.sizes.aspects, self.sizes.polarities)
        return each.reshape(shape).softmax(-1).mean(0).clamp_min(1e-9).log().flatten(1)


class Mini(MiniLayers, nn.Module):
    """`kritiq-mini`: ids and mask in, logits (B, A x P) out, aspect by aspect."""

    def __init__(self, config: MiniSizes) -> None:
        super().__init__()
        self.make_layers(config)

    def forward(self, input_ids: Tensor, attention_mask: Tensor | None = None, **_: Any) -> Answer:
        return Answer(self.judged(input_ids, attention_mask))
