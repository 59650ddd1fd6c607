"""Sentences as the old service cut them: by Punkt's German parameters as they are, and by nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from nltk.tokenize.punkt import PunktSentenceTokenizer

from model.text.full_stops import as_learned
from model.text.sentences import BREATH


def spans(text: str, between: Callable[[], None] = lambda: None) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence in code points; `between`: see `model.text.sentences`."""
    for index, span in enumerate(_punkt().span_tokenize(text)):
        if index % BREATH == 0:
            between()
        yield span


@cache
def _punkt() -> PunktSentenceTokenizer:
    return PunktSentenceTokenizer(as_learned("de"))
