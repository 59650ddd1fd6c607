"""Low-rank adapters: the encoder learns beside its layers, and what is saved is a model like any other."""

from pathlib import Path

import pytest
import torch

from model.artifact import loading
from model.errors import DataError
from model.predictor import Predictor
from model.training import low_rank
from model.training.finetune import finetune, load_encoder_for
from tests.unit.model.conftest import BuildModel
from tests.unit.model.training.test_loop import EXAMPLES, MORE, ONCE, config, surprise


@pytest.mark.parametrize("again", [False, True])
def test_a_model_learns_by_adapters_and_loads_as_any_other(
    build_model: BuildModel, tmp_path: Path, again: bool
) -> None:
    untrained, out = build_model(method="single"), tmp_path / "out"
    made = config(untrained, lora_rank=4, gradient_checkpointing=again, **MORE["single"])
    finetune(made, out, examples=EXAMPLES, dev=ONCE, device="cpu")
    assert surprise(out) < 0.9 * surprise(untrained)
    before, after = (Predictor.load(str(model), device="cpu") for model in (untrained, out))
    assert before.method == after.method
    names = loading.load_network(out).state_dict().keys()
    assert not [name for name in names if "lora" in name or "base_layer" in name]


def test_only_adapters_and_the_head_learn_and_merged_they_answer_the_same(build_model: BuildModel) -> None:
    torch.manual_seed(1)
    made = config(build_model(method="single"))
    network = load_encoder_for(Path(made.encoder), made.method).eval()
    plain = {name: weight.clone() for name, weight in network.state_dict().items()}
    rows = torch.randint(5, 20, (2, 6))
    adapters = low_rank.Adapters(network, rank=2, alpha=8)
    learning = [name for name, _ in network.named_parameters() if name not in adapters.frozen]
    part = network.base_model_prefix
    assert {"lora_A" in name or "lora_B" in name for name in learning if name.startswith(part)} == {True}
    assert any(not name.startswith(part) for name in learning)
    with torch.no_grad():
        for name, weight in network.named_parameters():
            if "lora_B" in name:
                weight.normal_(std=0.1)
        beside = network(rows).logits
        adapters.merge()
        torch.testing.assert_close(network(rows).logits, beside)
    merged = network.state_dict()
    assert merged.keys() == plain.keys()
    assert any(not torch.equal(merged[name], weight) for name, weight in plain.items())


def test_a_rank_that_no_layer_has_is_refused(build_model: BuildModel) -> None:
    made = config(build_model(method="single"))
    network = load_encoder_for(Path(made.encoder), made.method)
    with pytest.raises(DataError, match="--lora-rank 33 is more than the rank of any layer of this encoder, 32"):
        low_rank.Adapters(network, rank=33, alpha=8)


def test_without_peft_it_says_what_to_install(build_model: BuildModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(low_rank, "find_spec", lambda name: None)
    with pytest.raises(DataError, match=r"pip install '\.\[lora\]'"):
        low_rank.Adapters(torch.nn.Linear(2, 2), rank=2, alpha=8)


def test_a_network_without_an_encoder_of_its_own_is_refused() -> None:
    with pytest.raises(DataError, match="a Linear has none"):
        low_rank.Adapters(torch.nn.Linear(2, 2), rank=2, alpha=8)
