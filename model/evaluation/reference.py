"""What a model answers to the texts that it was measured on: what its later traffic is compared with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from model.predictions import ReviewPrediction
from watch.traffic import SeenSentence, Traffic, count, summed

if TYPE_CHECKING:
    from model.predictor import Predictor

#: Texts that are predicted at once.
_SLICE = 512


def seen(review: ReviewPrediction) -> Iterator[SeenSentence]:
    """The sentences of a review, as they are counted."""
    for sentence in review.sentences:
        aspects = {aspect: (judged.polarity, judged.confidence) for aspect, judged in sentence.aspects.items()}
        yield SeenSentence(length=len(sentence.text), aspects=aspects)


def reference_of(predictor: Predictor, texts: Sequence[str]) -> Traffic:
    """What the model answers to `texts`, each a review."""
    counts: Counter[str] = Counter()
    for first in range(0, len(texts), _SLICE):
        for review in predictor.predict(texts[first : first + _SLICE]):
            count(counts, review.language, seen(review))
    return summed(counts)
