"""Weights that began as the same are averaged."""

from __future__ import annotations

import torch

from model.training.mean_weights import copied, mean


def test_a_copy_stays_when_the_network_goes_on() -> None:
    network = torch.nn.Linear(2, 1)
    before = copied(network)
    with torch.no_grad():
        network.weight.add_(1.0)
    torch.testing.assert_close(network.weight - before["weight"], torch.ones(1, 2))


def test_each_weight_is_the_mean_and_what_counts_is_the_firsts() -> None:
    ends = [{"weight": torch.tensor([float(number), 4.0]), "steps": torch.tensor(number)} for number in (1, 2, 6)]
    found = mean(ends)
    torch.testing.assert_close(found["weight"], torch.tensor([3.0, 4.0]))
    assert found["steps"] == 1
