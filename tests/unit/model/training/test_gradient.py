"""In what numbers a step is computed, and how much of it is kept meanwhile."""

from pathlib import Path

import pytest
import torch

from model.errors import BackendUnavailable, DataError
from model.inputs.auxiliary import Method
from model.networks.mini_transformers import MiniConfig, MiniForSequenceClassification
from model.training.config import TrainingConfig
from model.training.finetune import FinetuneConfig, finetune
from model.training.gradient import choose_precision, recomputing
from tests.unit.model.conftest import BuildModel
from tests.unit.model.training.test_loop import EXAMPLES


@pytest.mark.parametrize(
    ("precision", "native", "device", "found"),
    [
        ("auto", True, "cpu", "float32"),
        ("auto", True, "cuda", "bfloat16"),
        # A T4 or V100 would only emulate it, slower than float32.
        ("auto", False, "cuda:1", "float32"),
        ("bfloat16", True, "cpu", "bfloat16"),
        ("float32", True, "cuda", "float32"),
    ],
)
def test_bfloat16_is_chosen_where_it_pays(
    monkeypatch: pytest.MonkeyPatch, precision: str, native: bool, device: str, found: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: native)
    assert choose_precision(precision, device) == found


def test_bfloat16_that_is_emulated_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: False)
    with pytest.raises(BackendUnavailable, match="only emulates"):
        choose_precision("bfloat16", "cuda")


def weights(build_model: BuildModel, output: Path, **changes: object) -> dict[str, torch.Tensor]:
    # Without dropout, whose draws differ with what is computed twice.
    training = TrainingConfig(epochs=2, batch_sentences=6, learning_rate=5e-3, **changes)  # type: ignore[arg-type]
    config = FinetuneConfig(
        encoder=str(build_model()), name="tiny", method=Method(name="single"), max_tokens=48, training=training
    )
    finetune(config, output, examples=EXAMPLES, dev=EXAMPLES, device="cpu")
    from model.artifact.loading import load_network

    found: dict[str, torch.Tensor] = load_network(output).state_dict()
    return found


def test_layers_that_are_computed_once_more_give_the_same_model(build_model: BuildModel, tmp_path: Path) -> None:
    kept = weights(build_model, tmp_path / "kept")
    recomputed = weights(build_model, tmp_path / "recomputed", gradient_checkpointing=True)
    assert all(torch.allclose(kept[name], recomputed[name], atol=1e-6) for name in kept)


def test_bfloat16_changes_the_numbers_and_leaves_weights_in_float32(build_model: BuildModel, tmp_path: Path) -> None:
    exact = weights(build_model, tmp_path / "exact", precision="float32")
    rough = weights(build_model, tmp_path / "rough", precision="bfloat16")
    assert {tensor.dtype for tensor in rough.values() if tensor.is_floating_point()} == {torch.float32}
    assert any(not torch.equal(exact[name], rough[name]) for name in exact)


def test_a_network_that_cannot_compute_layers_twice_says_so() -> None:
    network = MiniForSequenceClassification(MiniConfig(vocab_size=8, hidden_size=8, aspects=2, polarities=2))
    with (
        pytest.raises(DataError, match="MiniForSequenceClassification has no gradient checkpointing"),
        recomputing(network, True),
    ):
        raise AssertionError("it was not refused")
