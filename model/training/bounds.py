"""Between what the numbers of a training may lie, whoever says them: an option, a file, a sweep's range."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """From `low` to `high`, both among them unless they are open."""

    low: float
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False

    def hold(self, number: float) -> bool:
        """Whether the number lies between them."""
        above = self.low < number if self.low_open else self.low <= number
        return above and (number < self.high if self.high_open else number <= self.high)

    def __str__(self) -> str:
        least = f"above {self.low:g}" if self.low_open else f"{self.low:g} or more"
        if self.high == math.inf:
            return least
        return f"{least}, and {'below' if self.high_open else 'at most'} {self.high:g}"


_COUNT, _SHARE = Bounds(1), Bounds(0, 1)
_BELOW_ONE = Bounds(0, 1, high_open=True)
_ABOVE_ZERO, _FROM_ZERO = Bounds(0, low_open=True), Bounds(0)

#: Of each number of `TrainingConfig`.
BOUNDS: Mapping[str, Bounds] = {
    "epochs": _COUNT,
    "batch_sentences": _COUNT,
    "batch_tokens": _COUNT,
    "learning_rate": _ABOVE_ZERO,
    "weight_decay": _FROM_ZERO,
    "warmup": _SHARE,
    "label_smoothing": _BELOW_ONE,
    "class_weight": _SHARE,
    "averaging": _BELOW_ONE,
    "patience": _FROM_ZERO,
    "clip": _ABOVE_ZERO,
    # What torch takes for one.
    "seed": Bounds(0, 2**32 - 1),
    "slow_factor": _FROM_ZERO,
    "layer_decay": _FROM_ZERO,
    "word_dropout": _SHARE,
    "joined": _SHARE,
    "typed": _SHARE,
    "lora_rank": _FROM_ZERO,
    "lora_alpha": _COUNT,
}
