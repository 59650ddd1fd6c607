"""What the model says about a review, and the two shapes in which others read it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from model.overall import Overall, overall
from model.scheme import NONE


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A part of a text, in code points."""

    start: int
    end: int

    def moved(self, by: int) -> Span:
        """The same part of a text in which the first one begins at `by`."""
        return Span(start=self.start + by, end=self.end + by)


@dataclass(frozen=True, kw_only=True, slots=True)
class AspectPrediction:
    """How one aspect was judged in one sentence."""

    #: One of the scheme's polarities; `none` when the sentence does not speak of the aspect.
    polarity: str
    #: Calibrated probability of that polarity, 0 to 1.
    confidence: float
    #: Whether that is less than an opinion needs to be relied on; None of what is no opinion, and of models that do not
    #: know how much that is.
    low_confidence: bool | None = None
    #: The words of the review that carry it; None where nobody asked (see `model.evidence`).
    evidence: tuple[Span, ...] | None = None
    #: The method's own score per polarity, 0 to 1. Binary methods judge each polarity alone: they need not sum to 1.
    scores: Mapping[str, float]

    def to_dict(self) -> dict[str, Any]:
        """What answers tell of it."""
        told: dict[str, Any] = {"polarity": self.polarity, "confidence": round(self.confidence, 4)}
        if self.low_confidence is not None:
            told["low_confidence"] = self.low_confidence
        if self.evidence is not None:
            told["evidence"] = [{"start": span.start, "end": span.end} for span in self.evidence]
        return told


@dataclass(frozen=True, kw_only=True, slots=True)
class SentencePrediction:
    """One sentence and every aspect of the scheme, `none` included. Offsets count code points of the review."""

    index: int
    start: int
    end: int
    text: str
    #: The sentence was longer than the model reads; the rest of it went unseen.
    truncated: bool
    aspects: Mapping[str, AspectPrediction]
    #: Its tokens, and how many of them stand for something that the model's tokenizer does not know; None when nobody
    #: looked. A sentence that is read in pieces has those of all of them.
    tokens: int = 0
    unknown: int | None = None

    def to_dict(self, include_none: bool = False) -> dict[str, Any]:
        return {
            "index": self.index,
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "truncated": self.truncated,
            "aspects": {
                aspect: prediction.to_dict()
                for aspect, prediction in self.aspects.items()
                if include_none or prediction.polarity != NONE
            },
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewPrediction:
    """All sentences of one review, in order."""

    #: ISO 639-1 code, or `und` for a text without words.
    language: str
    #: False when the model was not made for this language; it predicts all the same.
    known_language: bool
    sentences: tuple[SentencePrediction, ...]

    @property
    def overall(self) -> Overall | None:
        """How the review judges as a whole; None when no sentence says anything of any aspect."""
        return overall([(each.polarity, each.confidence) for each in one.aspects.values()] for one in self.sentences)

    def to_dict(self, include_none: bool = False) -> dict[str, Any]:
        """The answer of the HTTP interface; aspects that are `none` only when asked for."""
        whole = self.overall
        answer: dict[str, Any] = {
            "language": self.language,
            "overall": whole and {"polarity": whole.polarity, "confidence": round(whole.confidence, 4)},
            "sentences": [sentence.to_dict(include_none) for sentence in self.sentences],
        }
        if not self.known_language:
            answer["language_known"] = False
        return answer

    def to_legacy(self) -> dict[str, Any]:
        """The answer of the service that Kritiq replaced, its doubly softmaxed numbers included."""
        return {
            f"sent{number}": {
                "text": sentence.text,
                "pred": {
                    aspect: {prediction.polarity: softmaxed_again(prediction.scores, prediction.polarity)}
                    for aspect, prediction in sentence.aspects.items()
                },
            }
            for number, sentence in enumerate(self.sentences)
        }


def softmaxed_again(scores: Mapping[str, float], polarity: str) -> float:
    """Softmax over scores that already are probabilities, as the old service did: always within [0.20, 0.41]."""
    return math.exp(scores[polarity]) / sum(map(math.exp, scores.values()))
