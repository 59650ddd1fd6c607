"""A linear model: counted terms, weighted by how rare they are (TF-IDF), times a matrix. No network, and no torch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.inputs.encoding import Ids
from model.runtime.backends import GPU_BUDGET, allowed_cores, memory_errors
from model.runtime.judgement import Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class LinearWeights:
    """What was learned, all float32: terms are words first, then letters."""

    #: (terms, outputs), and (outputs).
    weights: Floats
    bias: Floats
    #: How rare each term is: (terms).
    rarity: Floats
    #: How many of the terms are words.
    words: int

    def __post_init__(self) -> None:
        terms, outputs = self.weights.shape
        if self.bias.shape != (outputs,) or self.rarity.shape != (terms,) or not 0 <= self.words <= terms:
            raise ValueError(
                f"weights {self.weights.shape}, bias {self.bias.shape} and rarity {self.rarity.shape} of "
                f"{self.words} words are not of one model"
            )
        if not all(np.isfinite(each).all() for each in (self.weights, self.bias, self.rarity)):
            raise ValueError("some weights are not numbers to count with")


class LinearBackend:
    """Rows of terms and counts to logits: see `TermEncoder.rows`. On the processor, whatever networks run on."""

    device, dtype = "cpu", "float32"
    #: In words. A product takes microseconds a sentence: what is judged together need not be made smaller for it, nor
    #: for a network beside it.
    default_budget = GPU_BUDGET

    def __init__(self, learned: LinearWeights) -> None:
        self._learned = learned
        self.cores = allowed_cores()

    def use_cores(self, count: int) -> None:
        pass

    def logits(self, ids: Ids, mask: Ids, types: Ids | None) -> Floats:
        """`mask` is how often each term occurs."""
        learned = self._learned
        with memory_errors():
            found = np.tile(learned.bias, (len(ids), 1))
            for row, (terms, counts) in enumerate(zip(ids, mask, strict=True)):
                known = terms[counts > 0]
                values = (1.0 + np.log(counts[counts > 0])) * learned.rarity[known]
                of_words = known < learned.words
                for part in (of_words, ~of_words):
                    # Words and letters have a length of 1 each, as two vectorizers side by side have.
                    values[part] /= max(float(np.sqrt((values[part] ** 2).sum())), np.finfo(np.float32).tiny)
                # No product of a library, whose threads would wait for each other over so little.
                found[row] += (values.astype(np.float32)[:, None] * learned.weights[known]).sum(0)
        return found
