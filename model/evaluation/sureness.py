"""How sure a model has to be of an opinion for it to be relied on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.inputs.encoding import Ids
from model.runtime.judgement import SentenceJudgement
from model.scheme import Scheme

#: What share of the opinions that are sure enough is right.
RIGHT = 0.95
#: Fewer opinions say nothing of a share.
LEAST = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Sureness:
    """The least confidence with which opinions are right so often, and the share of the opinions that have it."""

    confidence: float
    share: float


def sureness(judged: Sequence[SentenceJudgement], truth: Ids, scheme: Scheme) -> Sureness | None:
    """Of judgements against labels (sentences, aspects), whatever is said of aspects that are not spoken of.

    Confidences count as answers have them, with four digits. None where not even the surest `LEAST` are right so often.
    """
    told = np.array([judgement.labels for judgement in judged], dtype=np.int64).reshape(truth.shape)
    sure = np.array([judgement.confidences for judgement in judged]).reshape(truth.shape).round(4)
    opinions = told != scheme.none
    values, right = sure[opinions], (told == truth)[opinions]
    order = np.argsort(-values, kind="stable")
    values, count = values[order], np.arange(1, len(order) + 1)
    # Equal confidences are above a threshold together.
    last = np.append(values[1:] != values[:-1], True)[: len(values)]
    good = np.flatnonzero((np.cumsum(right[order]) >= RIGHT * count) & last & (count >= LEAST))
    if not good.size:
        return None
    return Sureness(confidence=float(values[good[-1]]), share=round(float(count[good[-1]] / len(values)), 4))
