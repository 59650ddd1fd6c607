"""A linear model is a member like any other: beside a network, and before one."""

from pathlib import Path

import numpy as np
import pytest

from model.composition import CASCADE, ENSEMBLE
from model.predictor import Predictor
from model.runtime.composed import log_shares
from tests.unit.model.composition.conftest import Compose
from tests.unit.model.composition.judged import TEXTS, shares


@pytest.mark.parametrize(("kind", "more"), [(ENSEMBLE, {}), (CASCADE, {"unsure": 0.0})])
def test_a_linear_model_judges_together_with_a_network(
    counted: Path, pair: list[Path], compose: Compose, kind: str, more: dict[str, float]
) -> None:
    whole = compose(kind, members=(counted, pair[1]), **more)
    wanted = log_shares(0.3 * shares(counted) + 0.7 * shares(pair[1]))
    np.testing.assert_allclose(shares(whole), wanted, atol=1e-4)
    # The network beside it has the cores, and as much at a time, as it has alone.
    both, network = (Predictor.load(each, device="cpu") for each in (whole, pair[1]))
    assert (both.streams, both.token_budget) == (network.streams, network.token_budget)
    assert all(each.tokens for each in both.judge_sentences(TEXTS))
