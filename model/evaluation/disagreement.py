"""Two models on the same sentences, whether or not anybody knows what is right: where they differ, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from model.inputs.encoding import Ids
from model.runtime.judgement import SentenceJudgement
from model.scheme import Scheme


def agreement(one: Ids, other: Ids, scheme: Scheme) -> dict[str, Any]:
    """Sentences, in how many of them all aspects are the same, and by aspect: how many of those that either model
    finds the aspect in (`found`) both judge the same (`same`). Labels are (sentences, aspects) indices of polarities.
    """
    spoken = (one != scheme.none) | (other != scheme.none)
    same = one == other
    return {
        "sentences": len(one),
        "same": int(same.all(1).sum()),
        "aspects": {
            aspect: {"found": int(spoken[:, index].sum()), "same": int((spoken & same)[:, index].sum())}
            for index, aspect in enumerate(scheme.aspects)
        },
    }


def disagreements(
    sentences: Sequence[str], one: Sequence[SentenceJudgement], other: Sequence[SentenceJudgement], scheme: Scheme
) -> list[dict[str, Any]]:
    """The sentences that the two judge differently, with both judgements of each aspect that differs: first those where
    the less sure of the two is surest, for there one of them is wrong and does not know it."""
    found: list[tuple[float, dict[str, Any]]] = []
    for text, first, second in zip(sentences, one, other, strict=True):
        differ = [index for index in range(len(scheme.aspects)) if first.labels[index] != second.labels[index]]
        if differ:
            sure = max(min(first.confidences[index], second.confidences[index]) for index in differ)
            aspects = {
                scheme.aspects[index]: {"one": _said(first, index, scheme), "other": _said(second, index, scheme)}
                for index in differ
            }
            found.append((sure, {"text": text, "aspects": aspects}))
    return [row for _, row in sorted(found, key=lambda each: -each[0])]


def _said(judged: SentenceJudgement, index: int, scheme: Scheme) -> dict[str, Any]:
    return {
        "polarity": scheme.polarities[judged.labels[index]],
        "confidence": round(judged.confidences[index], 4),
    }
