"""The network of `kritiq-small`: a BERT encoder under the aspects' attention of `kritiq-mini`.

The encoder is that of multilingual-e5-small; what the head reads of a piece is its state after the last layer and after
`also`. B is a batch, T its longest sentence, H the encoder's size, C the classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from model.networks import packing
from model.networks.answer import Answer
from model.networks.mini import AspectHead, MiniSizes
from model.scheme import ASPECTS, POLARITIES


@dataclass(kw_only=True)
class SmallSizes:
    """Sizes of the network, as config.json keeps them; those of the head are named as in `MiniSizes`."""

    vocab_size: int = 1000
    encoder_size: int = 384
    encoder_layers: int = 12
    encoder_heads: int = 12
    encoder_wide: int = 1536
    #: The layer whose states the head reads beside the last ones.
    also: int = 9
    layer_norm_eps: float = 1e-12
    encoder_dropout: float = 0.1
    max_positions: int = 160
    hidden_size: int = 256
    attention_heads: int = 4
    context_dropout: float = 0.1
    looks: int = 2
    aspects: int = len(ASPECTS)
    polarities: int = len(POLARITIES)
    dropout: float = 0.3
    piece_dropout: float = 0.1
    pad_token_id: int | None = 0
    #: Whether the matrices are stored in bytes; see `model.networks.packing`.
    packed: bool = False

    def head(self) -> MiniSizes:
        """The sizes of the head alone."""
        return MiniSizes(
            hidden_size=self.hidden_size,
            attention_heads=self.attention_heads,
            max_positions=self.max_positions,
            context_dropout=self.context_dropout,
            looks=self.looks,
            aspects=self.aspects,
            polarities=self.polarities,
            dropout=self.dropout,
            piece_dropout=self.piece_dropout,
        )


class Layer(nn.Module):
    """One layer of BERT: attention, then two linear layers, a layer norm after each."""

    def __init__(self, config: SmallSizes) -> None:
        super().__init__()
        size = config.encoder_size
        self.heads = config.encoder_heads
        self.query, self.key, self.value = nn.Linear(size, size), nn.Linear(size, size), nn.Linear(size, size)
        self.join = nn.Linear(size, size)
        self.norm1 = nn.LayerNorm(size, eps=config.layer_norm_eps)
        self.widen = nn.Linear(size, config.encoder_wide)
        self.narrow = nn.Linear(config.encoder_wide, size)
        self.norm2 = nn.LayerNorm(size, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.encoder_dropout)

    def forward(self, states: Tensor, away: Tensor) -> Tensor:
        """States (B, T, H) to states; `away` (B, 1, 1, T) is added to the attention."""
        rows, length, size = states.shape

        def split(part: Tensor) -> Tensor:
            return part.reshape(rows, length, self.heads, size // self.heads).transpose(1, 2)

        seen = functional.scaled_dot_product_attention(
            split(self.query(states)), split(self.key(states)), split(self.value(states)), attn_mask=away
        )
        states = self.norm1(states + self.dropout(self.join(seen.transpose(1, 2).reshape(rows, length, size))))
        wide = functional.gelu(self.widen(states))
        done: Tensor = self.norm2(states + self.dropout(self.narrow(wide)))
        return done


class SmallEncoder(nn.Module):
    """Token ids to the states of every piece."""

    def __init__(self, config: SmallSizes) -> None:
        super().__init__()
        self.also = config.also
        self.words = nn.Embedding(config.vocab_size, config.encoder_size)
        self.positions = nn.Parameter(torch.zeros(config.max_positions, config.encoder_size))
        self.norm = nn.LayerNorm(config.encoder_size, eps=config.layer_norm_eps)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.encoder_layers))

    def lower(self, input_ids: Tensor, mask: Tensor, until: int) -> Tensor:
        """Ids (B, T) to the states (B, T, H) after the first `until` layers."""
        states: Tensor = self.norm(self.words(input_ids) + self.positions[: input_ids.shape[1]])
        away = _away(mask, states)
        for layer in self.layers[:until]:
            states = layer(states, away)
        return states

    def upper(self, states: Tensor, mask: Tensor, since: int) -> Tensor:
        """States after the first `since` layers to features (B, T, 2 x H): those of the last layer and of `also`."""
        away = _away(mask, states)
        kept = states
        for number, layer in enumerate(self.layers[since:], since + 1):
            states = layer(states, away)
            if number == self.also:
                kept = states
        return torch.cat([states, kept], dim=-1)

    def forward(self, input_ids: Tensor, mask: Tensor) -> Tensor:
        return self.upper(self.lower(input_ids, mask, 0), mask, 0)


def _away(mask: Tensor, states: Tensor) -> Tensor:
    """The mask (B, T) as what is added to attentions (B, 1, 1, T)."""
    return ((1.0 - mask.to(states.dtype)) * -1e4)[:, None, None, :]


class SmallLayers:
    """What `Small` is made of, for it and for its likeness among transformers' models."""

    encoder: SmallEncoder
    head: AspectHead
    sizes: SmallSizes
    #: See `model.runtime.graph`: nothing here depends on how many sentences there are, or how long.
    recordable = True

    def make_layers(self, config: SmallSizes) -> None:
        """Called once, by the constructor."""
        self.sizes = config
        self.encoder = SmallEncoder(config)
        self.head = AspectHead(config.head(), 2 * config.encoder_size)
        if config.packed:
            packing.pack(self.encoder)

    def pack(self) -> None:
        """Store the encoder's matrices in bytes from now on."""
        packing.pack(self.encoder)
        self.sizes.packed = True

    def unpack(self) -> None:
        """Have the encoder's matrices in full again, without what `pack` rounded off."""
        packing.unpack(self.encoder)
        self.sizes.packed = False

    def read(self, input_ids: Tensor, attention_mask: Tensor | None) -> Tensor:
        """Ids and mask (B, T) to logits (B, C)."""
        present = torch.ones_like(input_ids) if attention_mask is None else attention_mask
        return self.judged(self.encoder(input_ids, present), present)

    def judged(self, features: Tensor, present: Tensor) -> Tensor:
        """Features (B, T, 2 x H) and mask (B, T) to logits (B, C)."""
        logits: Tensor = self.head(features, present.unsqueeze(-1).to(features.dtype))
        return logits


class Small(SmallLayers, nn.Module):
    """`kritiq-small`: ids and mask in, logits (B, A x P) out, aspect by aspect."""

    def __init__(self, config: SmallSizes) -> None:
        super().__init__()
        self.make_layers(config)

    def forward(self, input_ids: Tensor, attention_mask: Tensor | None = None, **_: Any) -> Answer:
        return Answer(self.read(input_ids, attention_mask))
