"""How a network is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

PRECISIONS = ("auto", "float32", "bfloat16")
#: Settings that do nothing without another one.
NEEDS: Mapping[str, str] = MappingProxyType({"slow_factor": "slow", "layer_decay": "slow", "lora_alpha": "lora_rank"})


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingConfig:
    """How to train. `kritiq train` has an option for each of these."""

    epochs: int = 10
    #: Sentences of one step, each of which counts alike, however many passes the step takes.
    batch_sentences: int = 16
    #: Padded tokens of one forward pass at most, whatever memory holds: halved when it does not.
    batch_tokens: int = 2048
    learning_rate: float = 3e-5
    weight_decay: float = 0.01
    #: Share of the steps in which the learning rate rises; afterwards it falls to zero in a line.
    warmup: float = 0.06
    label_smoothing: float = 0.0
    #: 0 weighs all rows alike, 1 all polarities alike.
    class_weight: float = 0.0
    #: Largest decay of the running mean of the weights that is evaluated and kept; 0 keeps the weights themselves.
    averaging: float = 0.0
    #: Epochs without a better dev score before training stops; 0 never stops early.
    patience: int = 3
    clip: float = 2.0
    seed: int = 1
    #: Names of parameters that do not learn begin so.
    freeze: tuple[str, ...] = ()
    #: Names of parameters that learn slower begin so, and how much slower: a factor of the learning rate.
    slow: tuple[str, ...] = ()
    slow_factor: float = 0.3
    #: How much slower still each of their numbered layers learns than the one above it, as a factor.
    layer_decay: float = 1.0
    #: What products are computed in, while weights stay float32; auto: bfloat16 on a GPU that multiplies it.
    precision: str = "auto"
    #: Compute each layer once more on the way back instead of keeping what it found: less memory, more time.
    gradient_checkpointing: bool = False
    #: Share of the words of a training sentence that are left out, each time others.
    word_dropout: float = 0.0
    #: Share of training sentences to which another one is joined, each epoch others, so that clauses are told apart.
    joined: float = 0.0
    #: Share of training sentences that are typed otherwise, each epoch others: see `model.training.augmentation`.
    typed: float = 0.0
    #: Rank of the matrices that the encoder learns beside each of its linear layers instead of these (LoRA); 0: none.
    lora_rank: int = 0
    #: What they add is scaled by this, divided by their rank.
    lora_alpha: int = 16
