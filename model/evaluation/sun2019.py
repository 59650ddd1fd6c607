"""The counting of Sun, Huang and Qiu (2019), as their evaluation does it, so that numbers stand beside their table.

SemEval-2014: precision, recall and F1 of categories over the sentences that have one; accuracy of polarity among four,
three and two classes over the true labels, where the answer is the best of the classes allowed.

SentiHood: strict accuracy, macro-F1 and AUC of aspects, accuracy and AUC of polarity.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

#: Order of the classes of SemEval-2014: positive, neutral, negative, conflict, none.
NONE_2014 = 4
ALLOWED = {"accuracy_4way": (0, 1, 2, 3), "accuracy_3way": (0, 1, 2), "accuracy_binary": (0, 2)}


def semeval2014(truth: Labels, scores: Numbers) -> dict[str, float]:
    """Labels (sentences, categories), scores (sentences, categories, 5) in the order of the classes above.

    Gives aspect_precision, aspect_recall, aspect_f1, accuracy_4way, accuracy_3way and accuracy_binary, 0 to 1.
    """
    predicted = scores.argmax(-1)
    meant, spoken = truth != NONE_2014, predicted != NONE_2014
    counted = meant.any(1)
    hits = int((meant & spoken)[counted].sum())
    precision, recall = _ratio(hits, spoken[counted].sum()), _ratio(hits, meant[counted].sum())
    found = {"aspect_precision": precision, "aspect_recall": recall, "aspect_f1": _harmonic(precision, recall)}
    for name, allowed in ALLOWED.items():
        best = np.array(allowed)[scores[..., list(allowed)].argmax(-1)]
        rows = np.isin(truth, allowed)
        found[name] = _ratio((best == truth)[rows].sum(), rows.sum())
    return found


def sentihood(truth: Labels, scores: Numbers) -> dict[str, float]:
    """Labels (targets, 4 aspects) of 0 none, 1 positive, 2 negative; scores (targets, 4, 3), which sum to 1.

    Strict accuracy takes a target as right when all four labels are, polarity included, as their code has it. Macro-F1
    is the harmonic mean of precision and recall, each the mean over the targets that have an aspect. An AUC is the mean
    over the aspects; that of polarity is over the true labels, by the share of negative in what is not none.
    """
    predicted = scores.argmax(-1)
    meant, spoken = truth != 0, predicted != 0
    precisions, recalls = [], []
    for true, found in zip(meant, spoken, strict=True):
        if true.any():
            hits = int((true & found).sum())
            precisions.append(_ratio(hits, found.sum()))
            recalls.append(_ratio(hits, true.sum()))
    polar = scores[..., 1:].argmax(-1) + 1
    return {
        "aspect_strict_accuracy": float((predicted == truth).all(1).mean()) if len(truth) else 0.0,
        "aspect_macro_f1": _harmonic(_mean(precisions), _mean(recalls)),
        "aspect_macro_auc": _mean([auc(meant[:, i], 1 - scores[:, i, 0]) for i in range(truth.shape[1])]),
        "sentiment_accuracy": _ratio((polar == truth)[meant].sum(), meant.sum()),
        "sentiment_macro_auc": _mean(
            [
                auc(truth[rows, i] == 2, scores[rows, i, 2] / (scores[rows, i, 1] + scores[rows, i, 2]))
                for i, rows in enumerate(meant.T)
            ]
        ),
    }


def auc(positive: npt.NDArray[np.bool_], scores: Numbers) -> float:
    """Area under the ROC curve: how often a positive scores above a negative, ties half. NaN without both."""
    pairs = int(positive.sum()) * int((~positive).sum())
    if not pairs:
        return float("nan")
    below = np.sort(scores[~positive])
    left, right = (np.searchsorted(below, scores[positive], side=side) for side in ("left", "right"))
    wins = float((left + right).sum()) / 2
    return wins / pairs


def _ratio(part: Any, whole: Any) -> float:
    return float(part) / float(whole) if whole else 0.0


def _harmonic(one: float, other: float) -> float:
    return 2 * one * other / (one + other) if one + other else 0.0


def _mean(values: Sequence[float]) -> float:
    """The mean of those that are numbers; 0 when there are none."""
    known = [value for value in values if value == value]
    return float(np.mean(known)) if known else 0.0
