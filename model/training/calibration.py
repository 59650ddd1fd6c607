"""Confidences that mean what they say: one temperature per model, fitted on a dev set (Guo et al. 2017)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from model.artifact.manifest import Manifest
from model.data.dataset import Example, labels
from model.evaluation.report import report
from model.evaluation.sureness import sureness
from model.inputs.encoding import RowEncoder
from model.predictor import Predictor
from model.runtime.backends import Backend
from model.runtime.judgement import judgements

#: Temperatures tried, even steps of 2.5 %.
TEMPERATURES = tuple(float(t) for t in np.exp(np.linspace(np.log(0.3), np.log(5.0), 115)))


def calibrate(
    manifest: Manifest, encoder: RowEncoder, backend: Backend, dev: Sequence[Example]
) -> tuple[Manifest, dict[str, Any]]:
    """The manifest with the temperature of the least negative log-likelihood on `dev`, and with how sure an opinion has
    to be, and both reports' errors.

    The likelihood is that of right and wrong labels, which needs no more than what a judgement holds. Only opinions
    count, the polarities that are told: that an aspect is not spoken of is nearly always right, and so frequent that
    it would decide alone.
    """
    before = replace(manifest, temperature=1.0)
    predictor = Predictor.of_network(before, encoder, backend)
    logits = predictor.logits(predictor.encode([example.text for example in dev]))
    truth = labels(dev, manifest.method.scheme)
    best = min(TEMPERATURES, key=lambda temperature: surprise_of_opinions(logits, truth, before, temperature))
    after = replace(manifest, temperature=round(best, 4))
    texts = [example.text for example in dev]
    judged = [Predictor.of_network(each, encoder, backend).judge_sentences(texts) for each in (before, after)]
    reports = [report(each, truth, manifest.method.scheme) for each in judged]
    sure = sureness(judged[1], truth, manifest.method.scheme)
    return replace(after, confidence_low=sure.confidence if sure else None), {
        "temperature": after.temperature,
        "ece_before": reports[0]["ece_spoken"],
        "ece_after": reports[1]["ece_spoken"],
        "confidence_low": sure and sure.confidence,
        "sure": sure and sure.share,
    }


def surprise_of_opinions(logits: Any, truth: Any, manifest: Manifest, temperature: float) -> float:
    """How surprising it is at a temperature that a model's opinions are right, or wrong. `truth`: see `labels`."""
    judged = judgements(logits, manifest.method, temperature=temperature)
    confidence = np.array([judgement.confidences for judgement in judged]).clip(1e-6, 1 - 1e-6)
    told = np.array([judgement.labels for judgement in judged])
    likely = np.where(told == truth, np.log(confidence), np.log(1 - confidence))
    opinions = told != manifest.method.scheme.none
    return float(-(likely[opinions] if opinions.any() else likely).mean())
