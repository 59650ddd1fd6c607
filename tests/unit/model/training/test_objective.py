"""Which parameters learn, and how fast."""

import pytest
import torch

from model.training.objective import groups


def test_lower_layers_learn_slower_than_upper_ones_and_frozen_ones_not_at_all() -> None:
    network = torch.nn.ModuleDict(
        {
            "encoder": torch.nn.ModuleDict(
                {"words": torch.nn.Linear(1, 1), "layers": torch.nn.ModuleList(torch.nn.Linear(1, 1) for _ in range(3))}
            ),
            "head": torch.nn.Linear(1, 1),
        }
    )
    made = groups(network, freeze=("encoder.words.",), slow=("encoder.",), slow_factor=0.1, layer_decay=0.5)
    names = {parameter: name for name, parameter in network.named_parameters()}
    factors = {names[parameter]: group["factor"] for group in made for parameter in group["params"]}
    assert {name for name in factors if name.endswith("weight")} == {
        "encoder.layers.0.weight", "encoder.layers.1.weight", "encoder.layers.2.weight", "head.weight"
    }  # fmt: skip
    for name, factor in (("layers.2", 0.1), ("layers.1", 0.05), ("layers.0", 0.025)):
        assert factors[f"encoder.{name}.weight"] == pytest.approx(factor)
    assert factors["head.weight"] == 1.0
    assert not any(parameter.requires_grad for parameter in network["encoder"]["words"].parameters())
