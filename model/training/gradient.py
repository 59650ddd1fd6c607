"""The gradient of one step: of all its sentences together, in as many passes as memory allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from model.errors import DataError, OutOfMemory
from model.inputs.batching import plan
from model.inputs.encoding import Encoded, Encoder, Ids
from model.runtime.backends import choose_dtype, memory_errors
from model.runtime.judgement import Floats
from model.training.objective import loss

#: How attention is computed on a CPU: the fused kernel is made for long rows, and its way back takes a third of a step
#: on sentences of some 20 tokens, more than all linear layers.
ATTENTION = SDPBackend.MATH


def choose_precision(precision: str, device: str) -> str:
    """What products are computed in: float32 or bfloat16. Raises BackendUnavailable for what a GPU only emulates."""
    if precision != "auto":
        return choose_dtype(precision, device)
    return "bfloat16" if choose_dtype(None, device) == "bfloat16" else "float32"


@contextmanager
def recomputing(network: Any, wanted: bool) -> Iterator[None]:
    """Meanwhile, if wanted, layers are computed once more on the way back. Raises DataError if the network cannot."""
    if not wanted:
        yield
        return
    if not getattr(network, "supports_gradient_checkpointing", False):
        raise DataError(f"{type(network).__name__} has no gradient checkpointing")
    # As transformers calls it from 5.23 on, and did before.
    kind = "activation" if hasattr(network, "activation_checkpointing_enable") else "gradient"
    getattr(network, f"{kind}_checkpointing_enable")({"use_reentrant": False})
    try:
        yield
    finally:
        getattr(network, f"{kind}_checkpointing_disable")()


class Gradient:
    """Forward and backward passes of a network over rows of token ids, at most `budget` padded tokens at a time."""

    def __init__(
        self,
        network: Any,
        encoder: Encoder,
        *,
        weights: torch.Tensor,
        smoothing: float,
        typed: bool,
        budget: int,
        precision: str,
        device: str,
        announce: Callable[[str], None],
    ) -> None:
        self._network, self._encoder, self._weights, self._smoothing = network, encoder, weights, smoothing
        self._typed, self._precision, self._device, self._announce = typed, precision, device, announce
        self.budget = budget

    def add(self, encoded: Encoded, rows: Sequence[int], lengths: Sequence[int], truth: Ids | Floats) -> float:
        """Add the gradient of the mean loss over `rows`, however they are cut into passes; returns that loss.

        Without room for a pass the budget is halved, for all that follows as well. Raises OutOfMemory when a single
        row does not fit.
        """
        while True:
            try:
                with memory_errors():
                    return self._passes(encoded, rows, lengths, truth)
            except OutOfMemory:
                if self.budget <= min(lengths[row] for row in rows):
                    raise
            self._network.zero_grad(set_to_none=True)
            self.budget //= 2
            self._announce(f"out of memory: from here on at most {self.budget} tokens at a time")

    def _passes(self, encoded: Encoded, rows: Sequence[int], lengths: Sequence[int], truth: Ids | Floats) -> float:
        lost = 0.0
        with sdpa_kernel(ATTENTION) if self._device == "cpu" else nullcontext():
            for places in plan([lengths[row] for row in rows], self.budget):
                batch = [rows[place] for place in places]
                low = self._precision == "bfloat16"
                with torch.autocast(self._device.partition(":")[0], dtype=torch.bfloat16, enabled=low):
                    logits = self._forward(encoded, batch, max(lengths[row] for row in batch))
                    part = loss(logits, torch.from_numpy(truth[batch]).to(self._device), self._weights, self._smoothing)
                part = part * (len(batch) / len(rows))
                part.backward()  # type: ignore[no-untyped-call]
                lost += part.item()
        return lost

    def _forward(self, encoded: Encoded, batch: list[int], width: int) -> torch.Tensor:
        ids, mask, types = self._encoder.rows(encoded, batch, width)
        inputs = {"input_ids": ids, "attention_mask": mask} | ({"token_type_ids": types} if self._typed else {})
        tensors = {name: torch.from_numpy(array).to(self._device) for name, array in inputs.items()}
        logits: torch.Tensor = self._network(**tensors).logits
        return logits
