"""How right a model is: precision, recall and micro-F1 of aspects, alone (`acd`) and with their polarity (`acsa`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from model.data.dataset import Example, labels
from model.inputs.encoding import Ids
from model.predictor import Predictor
from model.runtime.judgement import SentenceJudgement
from model.scheme import Scheme

#: Bins of equal width over the confidence, as usual for the expected calibration error (Guo et al. 2017).
BINS = 15


def evaluate(predictor: Predictor, examples: Sequence[Example]) -> dict[str, Any]:
    """Judge the sentences, unsplit, and report: sentences, acd and acsa overall and per aspect, ece."""
    judged = predictor.judge_sentences([example.text for example in examples])
    return report(judged, labels(examples, predictor.info.scheme), predictor.info.scheme)


def report(judged: Sequence[SentenceJudgement], truth: Ids, scheme: Scheme) -> dict[str, Any]:
    """The report of judgements against labels (sentences, aspects)."""
    predicted = judged_labels(judged)
    confidence = np.array([judgement.confidences for judgement in judged])
    right = predicted == truth
    spoken, meant = predicted != scheme.none, truth != scheme.none
    hits = {"acd": spoken & meant, "acsa": spoken & meant & right}
    return {
        "sentences": len(judged),
        **{
            name: scores(hit, spoken, meant)
            | {"aspects": {a: scores(hit[:, i], spoken[:, i], meant[:, i]) for i, a in enumerate(scheme.aspects)}}
            for name, hit in hits.items()
        },
        "ece": round(calibration_error(confidence, right), 4),
        "ece_aspects": {
            a: round(calibration_error(confidence[:, i], right[:, i]), 4) for i, a in enumerate(scheme.aspects)
        },
        "ece_spoken": round(calibration_error(confidence[spoken], right[spoken]), 4),
    }


def judged_labels(judged: Sequence[SentenceJudgement]) -> Ids:
    """Index of the predicted polarity: (sentences, aspects) int64."""
    return np.array([judgement.labels for judgement in judged], dtype=np.int64)


def scores(hit: npt.NDArray[np.bool_], spoken: npt.NDArray[np.bool_], meant: npt.NDArray[np.bool_]) -> dict[str, float]:
    """Precision, recall and F1, and `support`, how often the labels say it; 0 where nothing was said or meant."""
    both, predicted, support = int(hit.sum()), int(spoken.sum()), int(meant.sum())
    return {
        "precision": round(both / predicted, 4) if predicted else 0.0,
        "recall": round(both / support, 4) if support else 0.0,
        "f1": round(2 * both / (predicted + support), 4) if predicted + support else 0.0,
        "support": support,
    }


def calibration_error(confidence: npt.NDArray[Any], right: npt.NDArray[np.bool_]) -> float:
    """Expected calibration error: the mean distance between confidence and accuracy over 15 equal bins, 0 to 1."""
    flat, hit = confidence.ravel(), right.ravel()
    if not flat.size:
        return 0.0
    bins = np.minimum((flat * BINS).astype(np.int64), BINS - 1)
    distance = np.abs(np.bincount(bins, flat, BINS) - np.bincount(bins, hit, BINS))
    return float(distance.sum() / flat.size)
