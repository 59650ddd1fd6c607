"""What computes for a predictor: sentences to token rows, token rows to logits; one network, or several together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from model.info import Counters, Running
from model.inputs.batching import plan
from model.inputs.encoding import Encoded, RowEncoder
from model.runtime.backends import Backend
from model.runtime.judgement import Floats
from model.runtime.streams import Between, each_on_a_stream
from model.runtime.whole_inputs import Judged, telling


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """How much goes through a network at once."""

    #: Padded tokens of a batch.
    token_budget: int
    #: Batches that are judged at a time.
    streams: int


class Engine(Protocol):
    """Safe on several threads at once."""

    device: str
    dtype: str
    default_budget: int
    #: Cores that batches may be spread over; 1 where the device takes one batch at a time.
    cores: int

    @property
    def runs(self) -> tuple[Running, ...]:
        """How each of its networks runs."""

    def fits(self, text: str) -> bool:
        """Whether all of a sentence is read."""

    def encode(self, sentences: Sequence[str]) -> Encoded:
        """Sentences to token rows."""

    def row_lengths(self, encoded: Encoded) -> list[int]:
        """Tokens of every row, sentence by sentence, before padding; of several networks, the first one's."""

    def logits(
        self, encoded: Encoded, load: Load, between: Between = None, judged: Judged = None
    ) -> tuple[Floats, Counters]:
        """Logits (rows, outputs) in the order of the sentences, and what they cost. See `Predictor.judge`."""


class NetworkEngine:
    """One network with its tokenizer, or a linear model with its terms."""

    def __init__(
        self,
        encoder: RowEncoder,
        backend: Backend,
        *,
        outputs: int,
        token_types: bool = False,
        running: Running | None = None,
    ) -> None:
        """`outputs`: logits a row. `token_types`: whether the network gets them. `running`: None if nobody asks."""
        self.encoder, self.backend, self.running = encoder, backend, running
        self.device, self.dtype = backend.device, backend.dtype
        self.default_budget, self.cores = backend.default_budget, backend.cores
        self._outputs, self._token_types = outputs, token_types

    @property
    def runs(self) -> tuple[Running, ...]:
        return () if self.running is None else (self.running,)

    def fits(self, text: str) -> bool:
        return self.encoder.fits(text)

    def encode(self, sentences: Sequence[str]) -> Encoded:
        return self.encoder(sentences)

    def row_lengths(self, encoded: Encoded) -> list[int]:
        return self.encoder.row_lengths(encoded)

    def logits(
        self, encoded: Encoded, load: Load, between: Between = None, judged: Judged = None
    ) -> tuple[Floats, Counters]:
        """See `Engine`; whatever batches the rows went in, the answers are in their order."""
        lengths = self.row_lengths(encoded)
        found = np.empty((len(lengths), self._outputs), dtype=np.float32)
        backend = self.backend
        batches = plan(lengths, load.token_budget, load.streams)
        streams = max(1, min(load.streams, len(batches)))
        cores = max(1, backend.cores // streams)

        def run(batch: list[int]) -> None:
            ids, mask, types = self.encoder.rows(encoded, batch, lengths[batch[0]])
            found[batch] = backend.logits(ids, mask, types if self._token_types else None)

        work = telling(run, judged, inputs=len(encoded), rows=len(lengths)) if judged is not None else run
        each_on_a_stream(batches, work, streams=streams, between=between, begin=lambda: backend.use_cores(cores))
        padded = sum(lengths[batch[0]] * len(batch) for batch in batches)
        return found, Counters(tokens=encoded.tokens, padded_tokens=padded, batches=len(batches))
