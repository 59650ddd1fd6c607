"""The serving code that Kritiq replaced, written anew from its description (design, section 3), as the baseline.

For each sentence 45 pairs, "sentence / Die Bewertung {of aspect} ist {polarity}.", each padded to 493 tokens and sent
through the network alone, token types not passed; softmax of the two logits, the second kept; then a softmax over the
five values of an aspect, whose largest names the polarity. Nothing here is shared with `model`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import torch

MAX_TOKENS = 493
ASPECTS = {
    "service": "des Services",
    "style": "des Stils",
    "food": "des Essens",
    "quality": "der Qualität",
    "price": "des Preis",
    "restaurant": "des Restaurants",
    "ambience": "des Ambientes",
    "drinks": "der Drinks",
    "location": "der Umgebung",
}
POLARITIES = {
    "positive": "positiv",
    "neutral": "neutral",
    "negative": "negativ",
    "conflict": "uneinig",
    "none": "unbestimmt",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferenceRun:
    """What the old code answered and what it took."""

    #: Aspect -> (polarity, doubly softmaxed score), of the aspects that were run.
    answers: dict[str, tuple[str, float]]
    #: Seconds for those aspects, and of all nine if each took the same.
    seconds: float
    seconds_for_all: float


@torch.no_grad()
def analyse(network: Any, tokenizer: Any, sentence: str, aspects: int = len(ASPECTS)) -> ReferenceRun:
    """Judge the first `aspects` of the nine aspects as the old code did. `tokenizer` is a transformers tokenizer."""
    started = time.perf_counter()
    answers = {}
    for aspect, phrase in list(ASPECTS.items())[:aspects]:
        probabilities = []
        for word in POLARITIES.values():
            pair = tokenizer(
                sentence,
                f"Die Bewertung {phrase} ist {word}.",
                padding="max_length",
                truncation="longest_first",
                max_length=MAX_TOKENS,
                return_tensors="pt",
            )
            logits = network(input_ids=pair["input_ids"], attention_mask=pair["attention_mask"]).logits
            probabilities.append(torch.softmax(logits, dim=1)[0, 1])
        scores = torch.softmax(torch.stack(probabilities), dim=0)
        best = int(scores.argmax())
        answers[aspect] = (list(POLARITIES)[best], float(scores[best]))
    seconds = time.perf_counter() - started
    return ReferenceRun(answers=answers, seconds=seconds, seconds_for_all=seconds * len(ASPECTS) / aspects)
