"""Two models on the same sentences: is one better, or was it chance?"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from model.inputs.encoding import Ids
from model.scheme import Scheme

#: Resamples of the bootstrap, and its seed: the same data give the same interval.
RESAMPLES, SEED = 2000, 17


def compare(truth: Ids, one: Ids, other: Ids, scheme: Scheme) -> dict[str, Any]:
    """McNemar's exact test over sentences judged wholly right, and 95 % intervals by paired bootstrap over sentences.

    Labels are (sentences, aspects) indices of polarities. `difference` is that of micro-F1, `one` minus `other`.
    """
    right = [(predicted == truth).all(1) for predicted in (one, other)]
    only_one, only_other = int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())
    generator = np.random.default_rng(SEED)
    picks = generator.integers(0, len(truth), (RESAMPLES, len(truth)))
    return {
        "sentences": len(truth),
        "mcnemar": {"only_one": only_one, "only_other": only_other, "p": round(mcnemar(only_one, only_other), 6)},
        **{
            name: _intervals(_counts(truth, one, scheme, name), _counts(truth, other, scheme, name), picks)
            for name in ("acd", "acsa")
        },
    }


def mcnemar(only_one: int, only_other: int) -> float:
    """Two-sided p of the exact test: the chance of a split at least as uneven of sentences that only one got right."""
    total, most = only_one + only_other, max(only_one, only_other)
    if not total:
        return 1.0
    tail = sum(math.exp(_log_choose(total, k) - total * math.log(2)) for k in range(most, total + 1))
    return min(1.0, 2 * tail)


def _log_choose(total: int, k: int) -> float:
    return math.lgamma(total + 1) - math.lgamma(k + 1) - math.lgamma(total - k + 1)


def _counts(truth: Ids, predicted: Ids, scheme: Scheme, name: str) -> Ids:
    """Per sentence: hits, and labels predicted and true together, (sentences, 2)."""
    spoken, meant = predicted != scheme.none, truth != scheme.none
    hit = spoken & meant & ((predicted == truth) | (name == "acd"))
    return np.stack([hit.sum(1), spoken.sum(1) + meant.sum(1)], axis=1).astype(np.int64)


def _intervals(one: Ids, other: Ids, picks: Ids) -> dict[str, Any]:
    whole = [_f1(counts.sum(0)[None])[0] for counts in (one, other)]
    # Resample by resample: all at once would be resamples x sentences numbers.
    drawn = np.array([[_f1(counts[pick].sum(0)[None])[0] for counts in (one, other)] for pick in picks])
    difference = drawn[:, 0] - drawn[:, 1]
    return {
        "one": round(float(whole[0]), 4),
        "other": round(float(whole[1]), 4),
        "difference": round(float(whole[0] - whole[1]), 4),
        "one_interval": _interval(drawn[:, 0]),
        "other_interval": _interval(drawn[:, 1]),
        "difference_interval": _interval(difference),
    }


def _f1(sums: Ids) -> Any:
    """2 x hits / (predicted + true); 0 where there is neither."""
    return 2 * sums[:, 0] / np.maximum(1, sums[:, 1])


def _interval(values: Any) -> list[float]:
    low, high = np.percentile(values, (2.5, 97.5))
    return [round(float(low), 4), round(float(high), 4)]
