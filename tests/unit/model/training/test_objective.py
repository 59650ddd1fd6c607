"""Which parameters learn, and how fast."""

import pytest
import torch

from model.errors import DataError
from model.training.objective import check_names, groups


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


def test_where_nothing_is_left_that_learns_it_is_told() -> None:
    with pytest.raises(DataError, match="--freeze leaves nothing that learns"):
        groups(torch.nn.Linear(1, 1), freeze=("weight", "bias"), slow=(), slow_factor=1.0, layer_decay=1.0)


@pytest.mark.parametrize("beginning", ["encoder", "", "eight"])
def test_a_beginning_of_no_name_is_refused_with_those_that_there_are(beginning: str) -> None:
    network = torch.nn.Linear(1, 1)
    check_names(network, "--freeze", ["weight", "bi"])
    with pytest.raises(DataError, match=f"--slow: no parameter's name begins with '{beginning}'; they begin with wei"):
        check_names(network, "--slow", ["weight", beginning])
