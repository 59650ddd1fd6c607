"""How fast networks are on this machine: the same sentences through each, in turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from model.inputs.encoding import Encoded
from model.runtime.engine import Load, NetworkEngine
from model.runtime.judgement import Floats

#: Rounds; each engine counts with its best one, for what else runs on the machine only slows down.
ROUNDS = 3
#: No further round begins after as many seconds.
PATIENCE_S = 2.0
#: Rows that one round has about. Of a method with many rows a sentence that is few sentences.
ROWS = 64
_FEWEST = 4


def some_of(sentences: Sequence[str], rows_per_sentence: int) -> Sequence[str]:
    """As many of the sentences as one round takes."""
    return sentences[: max(_FEWEST, ROWS // rows_per_sentence)]


def answers(engine: NetworkEngine, sentences: Sequence[str]) -> Floats:
    """Its logits (rows, outputs)."""
    return _judged(engine, engine.encode(sentences))


def answers_and_rates(
    engines: Sequence[NetworkEngine],
    sentences: Sequence[str],
    *,
    clock: Callable[[], float] = time.perf_counter,
    patience_s: float = PATIENCE_S,
) -> tuple[list[Floats], list[float]]:
    """The logits of each engine, and sentences a second. All have the same tokenizer."""
    encoded = engines[0].encode(sentences)
    # Twice, since what is compiled while it runs is compiled at the second call.
    logits = [[_judged(engine, encoded) for _ in range(2)][-1] for engine in engines]
    best = [float("inf")] * len(engines)
    until = clock() + patience_s
    for number in range(ROUNDS):
        if number and clock() > until:
            break
        for place, engine in enumerate(engines):
            began = clock()
            _judged(engine, encoded)
            best[place] = min(best[place], clock() - began)
    return logits, [len(sentences) / max(took, 1e-9) for took in best]


def _judged(engine: NetworkEngine, encoded: Encoded) -> Floats:
    return engine.logits(encoded, Load(token_budget=engine.default_budget, streams=engine.cores))[0]
