"""What a model answers to the texts that it was measured on: what its later traffic is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from watch.traffic import Seen, Traffic, summed

if TYPE_CHECKING:
    from model.predictor import Predictor

#: Texts that are predicted at once.
_SLICE = 512


def reference_of(predictor: Predictor, texts: Sequence[str]) -> Traffic:
    """What the model answers to `texts`, each a review."""
    seen = Seen()
    for first in range(0, len(texts), _SLICE):
        for review in predictor.predict(texts[first : first + _SLICE]):
            seen.add(review.language, review.sentences)
    return summed(seen.counts())
