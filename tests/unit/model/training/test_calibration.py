"""Calibration: what is said with a confidence of 0.6 is right six times in ten."""

from __future__ import annotations

import numpy as np
import pytest

from model.artifact.manifest import Manifest
from model.data.dataset import Example
from model.inputs.auxiliary import Method
from model.inputs.encoding import Encoder, Ids
from model.runtime.judgement import Floats
from model.training.calibration import calibrate
from tests.unit.model.conftest import build_tokenizer


class Sure:
    """Says of every sentence that its food is good, and far more surely that it speaks of nothing else."""

    device, dtype, default_budget, cores = "cpu", "float32", 2048, 1

    def use_cores(self, count: int) -> None:
        pass

    def logits(self, ids: Ids, mask: Ids, types: Ids | None) -> Floats:
        each = np.zeros((9, 5), dtype=np.float32)
        each[:, 4] = 12.0
        each[2] = [5.0, 0.0, 0.0, 0.0, 0.0]
        return np.tile(each.ravel(), (len(ids), 1))


def test_the_temperature_is_that_of_opinions_however_many_aspects_are_not_spoken_of() -> None:
    dev = [Example(text="gut", aspects={"food": "positive" if number < 6 else "negative"}) for number in range(10)]
    manifest = Manifest(name="sure", version="1", method=Method(name="single"), max_tokens=20)
    encoder = Encoder(build_tokenizer("bert"), hypotheses=(), max_tokens=20)
    after, errors = calibrate(manifest, encoder, Sure(), dev)
    assert errors["ece_before"] == pytest.approx(0.97 - 0.6, abs=0.02)
    assert errors["ece_after"] < 0.03
    assert after.temperature == errors["temperature"] > 2
