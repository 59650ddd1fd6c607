"""The mean of weights that began as the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch


def copied(network: Any) -> dict[str, Any]:
    """The network's weights, by name, as they are now."""
    return {name: weight.clone() for name, weight in network.state_dict().items()}


def mean(weights: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The mean of weights that began as the same; what counts and does not measure is taken from the first.

    Between a start and where trainings from it ended, a network has learned the new without losing the old, and less of
    what one of them learned by chance (Wortsman et al. 2022, model soups and robust fine-tuning).
    """
    return {
        name: torch.stack([each[name] for each in weights]).mean(0) if first.is_floating_point() else first
        for name, first in weights[0].items()
    }
