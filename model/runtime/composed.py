"""Several networks as one engine: their log-probabilities, weighted and added up.

Adding logarithms (a product of experts) rather than probabilities: on held-out batches it gained twice as much over the
better of two members (docs/decisions/0039-models-made-of-others.md).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from model.composition import CASCADE, Composition
from model.info import Counters, Running
from model.inputs.encoding import Encoded
from model.runtime.engine import Load, NetworkEngine
from model.runtime.judgement import Floats
from model.runtime.streams import Between
from model.runtime.whole_inputs import Judged


class ComposedEngine:
    """Members of the method `single`, whose logits are those of all aspects and polarities; so are its own."""

    def __init__(self, composition: Composition, members: Sequence[NetworkEngine], *, polarities: int) -> None:
        """`members` in the order of the composition's."""
        self._composition, self._members, self._polarities = composition, tuple(members), polarities
        first = members[0]
        self.device = first.device
        self.dtype = "+".join(dict.fromkeys(each.dtype for each in members))
        self.default_budget = min(each.default_budget for each in members)
        self.cores = min(each.cores for each in members)

    @property
    def runs(self) -> tuple[Running, ...]:
        return tuple(running for each in self._members for running in each.runs)

    def fits(self, text: str) -> bool:
        return all(each.fits(text) for each in self._members)

    def encode(self, sentences: Sequence[str]) -> Encoded:
        """For all members; those with one tokenizer share its work."""
        of: dict[int, Encoded] = {}
        for each in self._members:
            if id(each.encoder) not in of:
                of[id(each.encoder)] = each.encode(sentences)
        first, *others = (of[id(each.encoder)] for each in self._members)
        every = tuple(of.values())
        return replace(
            first,
            truncated=tuple(map(any, zip(*(each.truncated for each in every), strict=True))),
            pieces=tuple(map(sum, zip(*(each.pieces for each in every), strict=True))),
            unknown=tuple(map(sum, zip(*(each.unknown for each in every), strict=True))),
            also=tuple(others),
        )

    def row_lengths(self, encoded: Encoded) -> list[int]:
        return self._members[0].row_lengths(encoded)

    def logits(
        self, encoded: Encoded, load: Load, between: Between = None, judged: Judged = None
    ) -> tuple[Floats, Counters]:
        """See `Engine`. What only the first of a cascade judged is divided by its own temperature, all else by that of
        all. Whether it is unsure of a sentence depends on nothing but that sentence."""
        composition = self._composition
        found, counters = self._asked(0, encoded, load, between, None)
        pooled = found * self._weights(0)
        unsure = np.arange(len(encoded))
        if composition.kind == CASCADE:
            alone = found / np.float32(composition.first_temperature)
            sure = expected_wrong(found) <= composition.unsure
            unsure = np.flatnonzero(~sure)
            pooled[sure] = alone[sure]
            if judged is not None:
                judged(np.flatnonzero(sure).tolist())
        if len(unsure):
            for number, also in enumerate(self._also(encoded, unsure), 1):
                last = number == len(self._members) - 1
                tell = _of(judged, unsure) if last and judged is not None else None
                if between is not None:
                    between()
                more, cost = self._asked(number, also, load, between, tell)
                pooled[unsure] += more * self._weights(number)
                counters += cost
            pooled[unsure] /= np.float32(composition.temperature)
        return pooled.reshape(len(encoded), math.prod(self._shape(encoded)[1:])), counters

    def _asked(
        self, number: int, encoded: Encoded, load: Load, between: Between, judged: Judged
    ) -> tuple[Floats, Counters]:
        """Log-probabilities (sentences, aspects, polarities) of a member."""
        logits, counters = self._members[number].logits(encoded, load, between, judged)
        return log_shares(logits.reshape(self._shape(encoded))), counters

    def _shape(self, encoded: Encoded) -> tuple[int, int, int]:
        return len(encoded), len(self._composition.members[0].weights), self._polarities

    def _also(self, encoded: Encoded, unsure: npt.NDArray[np.int64]) -> Iterator[Encoded]:
        whole = len(unsure) == len(encoded)
        return (each if whole else each.only(unsure.tolist()) for each in encoded.also)

    def _weights(self, number: int) -> Floats:
        return np.array(self._composition.members[number].weights, dtype=np.float32)[:, None]


def log_shares(logits: Floats) -> Floats:
    """Logits to logarithms of probabilities, over the last axis."""
    shifted = logits - logits.max(-1, keepdims=True)
    found: Floats = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return found


def expected_wrong(logits: Floats) -> Floats:
    """How many labels of each sentence are wrong if confidences are right.

    (sentences, aspects, polarities) to (sentences).
    """
    wrong: Floats = (1 - np.exp(log_shares(logits).max(-1))).sum(-1)
    return wrong


def _of(judged: Judged, places: npt.NDArray[np.int64]) -> Judged:
    """`judged`, told of sentences by their number among all instead of among those at `places`."""
    assert judged is not None
    tell = judged
    return lambda inputs: tell([int(places[each]) for each in inputs])
