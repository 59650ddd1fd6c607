"""How a whole review judges, from what its sentences say of their aspects. A rule: nothing here was learned.

Every sentence with an opinion counts alike, and each of its opinions as its share of the sentence, times its
confidence. A conflict counts half for either side.

- `neutral` when that is at least `CLEAR_SHARE` of all that is said;
- else the side that has at least `CLEAR_SHARE` of what takes sides;
- else `conflict`.

The confidence is the share of that polarity in all, doubts included: that of the other side, twice, for a conflict, so
that two sides of equal weight are as sure as their sentences. A review of one opinion is judged as that is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from model.scheme import CONFLICT, NEUTRAL, NONE

#: Three sentences of praise and one of blame are a positive review; two and one are a mixed one.
CLEAR_SHARE = 0.75

#: Sums of shares of thirds and sevenths are off by less.
_EPSILON = 1e-9


@dataclass(frozen=True, kw_only=True, slots=True)
class Overall:
    """How a review judges as a whole."""

    polarity: str
    #: 0 to 1.
    confidence: float


def overall(sentences: Iterable[Sequence[tuple[str, float]]]) -> Overall | None:
    """The judgement of a review from (polarity, confidence) of each aspect of each sentence, `none` included.

    None when no sentence has an opinion.
    """
    weights: defaultdict[str, float] = defaultdict(float)
    count = 0
    for judged in sentences:
        opinions = [each for each in judged if each[0] != NONE]
        count += bool(opinions)
        for polarity, confidence in opinions:
            weights[polarity] += confidence / len(opinions)
    if not count:
        return None
    neutral, both = weights.pop(NEUTRAL, 0.0), weights.pop(CONFLICT, 0.0)
    taken = sum(weights.values()) + both
    if neutral >= CLEAR_SHARE * (neutral + taken) - _EPSILON:
        return Overall(polarity=NEUTRAL, confidence=neutral / count)
    side = max(weights, key=weights.__getitem__, default=CONFLICT)
    ahead = weights[side] + both / 2
    if ahead >= CLEAR_SHARE * taken - _EPSILON:
        return Overall(polarity=side, confidence=ahead / count)
    return Overall(polarity=CONFLICT, confidence=min(taken, 2 * (taken - ahead)) / count)
