"""What one model learns from another: sentences that nobody labelled, with the probabilities that the teacher gives.

After Hinton, Vinyals and Dean (2015), at temperature 1: the student is asked for the teacher's distribution over the
polarities of each aspect, which says more of a sentence than a label does, and needs no one who labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.errors import DataError
from model.inputs.auxiliary import Method
from model.inputs.encoding import Ids
from model.predictor import Predictor
from model.runtime.judgement import Floats

#: Sentences that the teacher judges in one go.
AT_ONCE = 2048


@dataclass(frozen=True, kw_only=True, slots=True)
class Taught:
    """Sentences, and what a teacher says of them: probabilities (sentences, aspects, polarities)."""

    #: Its name, version and digest.
    teacher: str
    texts: tuple[str, ...]
    probabilities: Floats


def teach(teacher: Predictor, texts: Sequence[str], method: Method) -> Taught:
    """Have the teacher judge sentences for a student with this method. Raises DataError if their schemes differ."""
    scheme = teacher.info.scheme
    if (scheme.aspects, scheme.polarities) != (method.scheme.aspects, method.scheme.polarities):
        raise DataError("the teacher has other aspects or polarities than the model that is to learn from it")
    info = teacher.info
    return Taught(
        teacher=f"{info.name} {info.version} ({info.digest[:12]})",
        texts=tuple(texts),
        probabilities=_probabilities(teacher, texts),
    )


def joined_by(taught: Taught, second: Predictor, name: str) -> Taught:
    """The same sentences as both judge them together: the mean of their log-probabilities, made to sum up to 1.

    An ensemble errs less than its members (decision 0039), and a student of it is not held to the errors of one.
    `second` has the scheme of the first; `name` is what it is called beside it.
    """
    both = np.sqrt(taught.probabilities * _probabilities(second, taught.texts))
    return Taught(
        teacher=f"{taught.teacher} together with {name}",
        texts=taught.texts,
        probabilities=both / both.sum(-1, keepdims=True).clip(1e-9),
    )


def _probabilities(teacher: Predictor, texts: Sequence[str]) -> Floats:
    """(sentences, aspects, polarities)."""
    scheme = teacher.info.scheme
    scores = [
        judged.scores
        for start in range(0, len(texts), AT_ONCE)
        for judged in teacher.judge_sentences(texts[start : start + AT_ONCE])
    ]
    found = np.array(scores, dtype=np.float32).reshape(len(texts), len(scheme.aspects), len(scheme.polarities))
    probabilities: Floats = found / found.sum(-1, keepdims=True).clip(1e-9)
    return probabilities


def soft_targets(probabilities: Floats, method: Method) -> Floats:
    """Probabilities (sentences, aspects, polarities) as those of the method's rows, sentence by sentence.

    `single`: (sentences, aspects, polarities); M methods: (rows, 1, polarities); B methods: (rows, 1, 2), false, true.
    """
    if method.name == "single":
        return probabilities
    if not method.binary:
        return probabilities.reshape(-1, 1, probabilities.shape[-1])
    true = probabilities.reshape(-1, 1)
    return np.stack([np.float32(1) - true, true], axis=-1)


def as_probabilities(rows: Ids, classes: int, smoothing: float) -> Floats:
    """Targets (rows, heads) as probabilities (rows, heads, classes); `smoothing` of each is spread over all classes."""
    certain = np.eye(classes, dtype=np.float32)[rows]
    return certain * np.float32(1.0 - smoothing) + np.float32(smoothing / classes)
