"""What `kritiq models compare` finds out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from model.data.dataset import Example, files, labels, read, read_texts
from model.data.source import Source
from model.errors import DataError
from model.evaluation.comparison import compare
from model.evaluation.disagreement import agreement, disagreements
from model.evaluation.report import judged_labels
from model.predictor import Predictor


def compared(one: str, other: str, inputs: Sequence[Path], device: str | None) -> dict[str, Any]:
    """Two models of one scheme on the sentences of texts, or on labelled sentences as they are.

    `agreement`, `disagreements`, and of labelled sentences `comparison`. Raises DataError, ArtifactError.
    """
    first, second = Predictor.load(one, device=device), Predictor.load(other, device=device)
    scheme = first.info.scheme
    if second.info.scheme != scheme:
        raise DataError(f"{other} has another scheme than {one}: they cannot be compared")
    examples: list[Example] | None = read(inputs, scheme) if all(map(_labelled, inputs)) else None
    if examples is not None:
        sentences = [example.text for example in examples]
    else:
        # Both read the sentences that the first finds.
        sentences = [sentence.text for text in read_texts(inputs) for sentence in first.split(text)[1]]
    if not sentences:
        raise DataError("there is no sentence in " + ", ".join(map(str, inputs)))
    judged, others = first.judge_sentences(sentences), second.judge_sentences(sentences)
    ids, other_ids = judged_labels(judged), judged_labels(others)
    found: dict[str, Any] = {
        "disagreements": disagreements(sentences, judged, others, scheme),
        "agreement": agreement(ids, other_ids, scheme),
    }
    if examples is not None:
        found["comparison"] = compare(labels(examples, scheme), ids, other_ids, scheme)
    return found


def _labelled(path: Path) -> bool:
    """Whether a file's first line has aspects: then all of them should."""
    first = next(iter(files(path)), None)
    for _, line in Source.open(first).lines() if first else ():
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            return False
        return isinstance(row, dict) and "aspects" in row
    return False
