"""What a network of ours answers."""

from typing import NamedTuple

from torch import Tensor


class Answer(NamedTuple):
    """As transformers' outputs are read."""

    logits: Tensor
