"""How sure a model has to be of an opinion for it to be relied on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model.inputs.encoding import Ids
from model.runtime.judgement import SentenceJudgement
from model.scheme import Scheme

Counts = npt.NDArray[np.int64]

#: What share of the opinions that are sure enough is right, at least.
RIGHT = 0.95
#: How many standard deviations below the share that was found lies the least that it may really be: the chance that it
#: is less is 5 in 100 for one threshold, and more for the best of the many that `sureness` tries.
DEVIATIONS = 1.645
#: Fewer opinions say nothing of a share.
LEAST = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Sureness:
    """The least confidence with which opinions are right so often, and the share of the opinions that have it."""

    confidence: float
    share: float


def sureness(judged: Sequence[SentenceJudgement], truth: Ids, scheme: Scheme) -> Sureness | None:
    """Of judgements against labels (sentences, aspects), whatever is said of aspects that are not spoken of.

    Confidences count as answers have them, with four digits. It is not enough that `RIGHT` of them were right: by
    chance that is so somewhere on most curves, and then not on other sentences. It has to be what it is at least,
    by Wilson's lower bound. None where it is nowhere, of `LEAST` opinions or more.
    """
    told = np.array([judgement.labels for judgement in judged], dtype=np.int64).reshape(truth.shape)
    sure = np.array([judgement.confidences for judgement in judged]).reshape(truth.shape).round(4)
    opinions = told != scheme.none
    values, right = sure[opinions], (told == truth)[opinions]
    order = np.argsort(-values, kind="stable")
    values, count = values[order], np.arange(1, len(order) + 1)
    # Equal confidences are above a threshold together.
    last = np.append(values[1:] != values[:-1], True)[: len(values)]
    good = np.flatnonzero((at_least(np.cumsum(right[order]), count) >= RIGHT) & last & (count >= LEAST))
    if not good.size:
        return None
    return Sureness(confidence=float(values[good[-1]]), share=round(float(count[good[-1]] / len(values)), 4))


def at_least(right: Counts, count: Counts) -> npt.NDArray[np.float64]:
    """What share is right at least, when so many of so many were: Wilson's lower bound, by one side."""
    share, square = right / count, DEVIATIONS**2
    spread = DEVIATIONS * np.sqrt(share * (1 - share) / count + square / (4 * count**2))
    bound: npt.NDArray[np.float64] = (share + square / (2 * count) - spread) / (1 + square / count)
    return bound
